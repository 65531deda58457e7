//! Every document of every index.

use harness::Endpoints;
use serde_json::{Value, json};

use crate::sweep::Sweep;

/// More than an index of this stack ever holds.
const DOCUMENTS_MAX: u64 = 10_000;

pub async fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let http = reqwest::Client::new();
    let post = async |path: &str, body: Value| -> Value {
        let answer = http.post(format!("{}/{path}", endpoints.search)).json(&body).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    };
    post("_refresh", json!({})).await;
    let query = json!({ "size": DOCUMENTS_MAX, "track_total_hits": true });
    let found = post("_all/_search?expand_wildcards=all", query).await;
    let total = found["hits"]["total"]["value"].as_u64().unwrap();
    assert!(total < DOCUMENTS_MAX, "{total} documents are too many for one page");
    for document in found["hits"]["hits"].as_array().unwrap() {
        let place = format!("{} {}", document["_index"], document["_id"]);
        sweep.look("documents", &place, document.to_string().as_bytes());
    }
}
