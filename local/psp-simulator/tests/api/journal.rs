//! What outlives the process.

use std::io::Write as _;
use std::path::PathBuf;

use psp_simulator::Options;
use serde_json::json;

use crate::client::{World, body, encrypted, world_with};

/// A path of its own for each test, removed at the end.
struct Journal(PathBuf);

impl Journal {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("psp-simulator-{}-{test}.jsonl", std::process::id())))
    }

    async fn world(&self) -> World {
        let options =
            Options { journal: Some(self.0.clone()), failures: 1, analysis_ms: 20, ..Options::default() };
        world_with(options).await
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
        let _ = std::fs::remove_file(self.0.with_extension("key"));
    }
}

#[tokio::test]
async fn charges_keys_and_faults_are_known_after_a_restart() {
    let journal = Journal::new("restart");
    let before = journal.world().await;
    let mut failing = body("error-then-fine");
    failing["reference_id"] = json!("failing");
    let (_, charge) = before.charge("key", &body("approve")).await;
    before.charge("failing", &failing).await;
    before.psp.stop().await.unwrap();

    let after = journal.world().await;
    let charged_at = |charge: &serde_json::Value| (charge["id"].clone(), charge["created_at"].clone());
    assert_eq!(charged_at(&after.charge("key", &body("approve")).await.1), charged_at(&charge));
    assert_eq!(
        after.charge("failing", &failing).await.1["status"],
        "AUTHORIZED",
        "its one fault is behind it"
    );
    let (_, found) = after.get(&format!("/charges/{}", charge["id"].as_str().unwrap())).await;
    assert_eq!(found["reference_id"], "payment-1");
}

#[tokio::test]
async fn a_ciphertext_outlives_a_restart() {
    let journal = Journal::new("key");
    let before = journal.world().await;
    let card = json!({
        "number": "4539620659922097", "security_code": "123", "exp_month": "12", "exp_year": "2030",
        "holder": "Jose",
    });
    let call = before.call(reqwest::Method::POST, "/_simulator/encrypted-cards").json(&card);
    let request = encrypted(&call.send().await.unwrap().text().await.unwrap());
    before.psp.stop().await.unwrap();
    assert_eq!(journal.world().await.charge("key", &request).await.1["status"], "AUTHORIZED");
}

#[tokio::test]
async fn a_line_cut_off_by_a_kill_is_dropped() {
    let journal = Journal::new("torn");
    let before = journal.world().await;
    before.charge("key", &body("approve")).await;
    before.psp.stop().await.unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&journal.0).unwrap();
    file.write_all(b"{\"index\":1,\"entry\":{\"key\":\"to").unwrap();

    let after = journal.world().await;
    after.charge("key-2", &body("approve")).await;
    after.psp.stop().await.unwrap();
    assert_eq!(journal.world().await.get("/_simulator/summary").await.1["charges"], 2);
}

#[tokio::test]
async fn the_journal_holds_no_card_number_and_is_emptied_by_a_reset() {
    let journal = Journal::new("reset");
    let world = journal.world().await;
    world.charge("key", &body("visa-ok")).await;
    let text = std::fs::read_to_string(&journal.0).unwrap();
    assert!(text.contains("2097") && !text.contains("4539620659922097") && !text.contains("123\""), "{text}");
    world.call(reqwest::Method::DELETE, "/_simulator/charges").send().await.unwrap();
    assert_eq!(std::fs::metadata(&journal.0).unwrap().len(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_not_overwritten() {
    let journal = Journal::new("foreign");
    std::fs::write(&journal.0, "something else\n").unwrap();
    let options = Options { journal: Some(journal.0.clone()), ..Options::default() };
    let running = psp_simulator::Running::start(options).await.unwrap();
    let error = running.stop().await.unwrap_err();
    assert!(error.to_string().contains("move it away"), "{error}");
    assert_eq!(std::fs::read_to_string(&journal.0).unwrap(), "something else\n");
}
