//! Every function answers its sample event over Lambda's Invoke API, as `cargo lambda invoke` calls it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;

use esm_local::template::{Settings, Template};
use harness::Endpoints;
use serde_json::Value;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[tokio::test]
async fn every_function_answers_its_sample_event() {
    let settings = Settings::read(&[root().join("local/parameters.yaml")]).unwrap();
    let template = Template::read(&root().join("infra/template.yaml"), settings).unwrap();
    let client = reqwest::Client::new();
    for function in template.application().unwrap().functions {
        let name = &function.name;
        let event = std::fs::read(root().join(format!("events/{name}.json"))).unwrap();
        let url = format!("{}/2015-03-31/functions/{name}/invocations", Endpoints::from_env().runtime);
        let answer = client.post(url).body(event).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        let error = answer.headers().get("x-amz-function-error").cloned();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(error, None, "{name}: {body}");
        if let Some(status) = body["statusCode"].as_u64() {
            assert!(status < 500, "{name}: {body}");
        }
        if let Some(failures) = body["batchItemFailures"].as_array() {
            assert!(failures.is_empty(), "{name}: {body}");
        }
    }
}
