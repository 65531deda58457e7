//! What a role sends to an OpenSearch domain, against a stand-in that checks signatures as AWS does.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use aws_credential_types::Credentials;
use gateway_conformance::aws::StandIn;
use gateway_domain::ProductId;
use gateway_ports::index::{IndexChange, IndexOutcome, SearchProducts as _, WriteIndex as _};
use gateway_search::SearchConfig;
use gateway_search::{SearchAuth, SearchIndex};
use serde_json::{Value, json};

const PRODUCT: ProductId = ProductId::from_u128(7);

async fn domain(answer: Value) -> StandIn {
    StandIn::start("es", "sa-east-1", "secret", vec![(200, answer)]).await
}

fn index(domain: &StandIn, secret_key: &str) -> SearchIndex {
    let credentials = Credentials::new("AKID", secret_key, Some("session".to_owned()), None, "test");
    let auth = SearchAuth::SigV4 { region: "sa-east-1".to_owned(), credentials };
    SearchIndex::new(SearchConfig { auth, ..SearchConfig::plain(&domain.url("/")).unwrap() }).unwrap()
}

#[tokio::test]
async fn a_search_is_signed_with_its_query_and_body() {
    let domain = domain(json!({ "timed_out": false, "hits": { "hits": [] } })).await;
    let page = index(&domain, "secret").find_by_name("cadeira de escritório", 10, None).await.ok().unwrap();
    assert!(page.products.is_empty());
    let asked = domain.requests();
    assert_eq!((asked.len(), &asked[0].verified), (1, &Ok(())));
    assert!(asked[0].target.starts_with("/products/_search"), "{}", asked[0].target);
    assert_eq!(asked[0].header("x-amz-security-token"), Some("session"));
}

#[tokio::test]
async fn a_product_is_asked_for_by_a_signed_get() {
    let domain = domain(json!({ "found": false })).await;
    assert_eq!(index(&domain, "secret").find_by_id(PRODUCT).await.unwrap(), None);
    let asked = domain.requests();
    assert_eq!((asked[0].method.as_str(), &asked[0].verified), ("GET", &Ok(())));
}

#[tokio::test]
async fn changes_are_signed_line_by_line() {
    let domain = domain(json!({ "items": [{ "index": { "status": 200 } }] })).await;
    let changes = [IndexChange::Delete { id: PRODUCT, version: 3 }];
    let outcomes = index(&domain, "secret").apply(&changes).await.unwrap();
    assert!(matches!(outcomes[..], [IndexOutcome::Applied]), "{outcomes:?}");
    let asked = domain.requests();
    assert_eq!((asked[0].method.as_str(), &asked[0].verified), ("POST", &Ok(())));
    assert!(asked[0].target.starts_with("/products/_bulk"), "{}", asked[0].target);
}

#[tokio::test]
async fn whoever_signs_with_another_key_is_refused() {
    let domain = domain(json!({ "found": false })).await;
    assert!(index(&domain, "another").find_by_id(PRODUCT).await.is_err());
    assert!(domain.requests()[0].verified.is_err());
}
