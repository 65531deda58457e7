//! The document that describes the API is there for everybody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use harness::Endpoints;
use serde_json::Value;

#[tokio::test]
async fn the_openapi_document_needs_no_token() {
    let url = format!("{}/openapi.json", Endpoints::from_env().gateway);
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (200, "application/json")
    );
    assert_eq!(answer.json::<Value>().await.unwrap(), harness::openapi::document());
}
