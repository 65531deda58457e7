//! Every record that was finished with has an outcome.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;

use e2e::Shop;
use gateway_wire::topics;
use harness::{audit, card};

#[tokio::test]
async fn every_finished_record_was_processed_or_dead_lettered() {
    let shop = Shop::open(5).await;
    for card in [card::APPROVED, card::DECLINED, card::ERROR_THEN_FINE, card::ALWAYS_ERROR, card::ANSWER_LOST]
    {
        shop.buy(card).await;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (template, parameters) = (root.join("infra/template.yaml"), root.join("local/parameters.yaml"));
    let report = audit::run(&shop.endpoints, &template, &parameters).await.unwrap();
    assert!(report.unexplained.is_empty(), "{report}");
    let processed = |name: &str| report.topics.iter().find(|topic| topic.topic == name).unwrap().processed;
    for topic in [topics::ORDER_QUEUE, topics::PROCESS_PURCHASES, topics::PURCHASES_PROCESSED] {
        assert!(processed(topic) >= 4, "{topic}: {report}");
    }
}
