//! The examples, as a newcomer runs them: the program, a broker, Python and Node.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking, and say what they leave out"
)]

#[path = "esm/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::broker::{Broker, text};
use support::eventually;

/// A running example and its folder.
struct Example {
    child: Child,
    folder: PathBuf,
}

impl Example {
    /// Starts an example against a broker; `None` where its language is not installed.
    fn start(name: &str, program: &str, broker: &Broker) -> Option<Self> {
        if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("{program} is not installed: {name} is left out");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = json!({"BootstrapServers": broker.bootstrap(), "Destinations": folder.join("failed")});
        std::fs::write(folder.join("parameters.json"), json!({ "Runtime": runtime }).to_string()).unwrap();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let template = ["template.yaml", "template.json"].map(|file| examples.join(name).join(file));
        let template = template.iter().find(|file| file.is_file()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_esm-local"))
            .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0", "--template"])
            .arg(template)
            .arg("--parameters")
            .arg(folder.join("parameters.json"))
            .arg("--log-dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, folder })
    }

    /// Waits until the function has printed this line.
    async fn prints(&self, function: &str, line: &str) {
        let log = self.folder.join(format!("{function}.log"));
        eventually(line, || async { std::fs::read_to_string(&log).is_ok_and(|text| text.contains(line)) })
            .await;
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_consumer_fails_single_records() {
    let broker = Broker::with_topic("orders", 1);
    let orders =
        [json!({"id": 1, "amount": 5}), json!({"id": 2, "amount": 0}), json!({"id": 3, "amount": 7})];
    broker.produce_all("orders", 0, orders).await;
    let Some(example) = Example::start("python-consumer", "python3", &broker) else { return };
    example.prints("Orders", "took order 1").await;
    example.prints("Orders", "took order 3").await;
    let failed = example.folder.join("failed/sqs/FailedOrders");
    eventually("the failed order's document", || async { !documents(&failed).is_empty() }).await;
    let document = documents(&failed).remove(0);
    assert_eq!(document["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(document["KafkaBatchInfo"]["recordsInfo"]["orders-0"]["firstRecordOffset"], "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_consumer_filters_splits_and_gives_up() {
    let broker = Broker::with_topic("orders", 1);
    broker.create_topic("failed-orders", 1);
    let orders = [
        json!({"id": 1, "amount": 99, "customer": "ana"}),
        json!({"id": 2, "amount": 100, "customer": "ana"}),
        json!({"id": 3, "amount": 200}),
        json!({"id": 4, "amount": 300, "customer": "bia"}),
    ];
    broker.produce_all("orders", 0, orders).await;
    let Some(example) = Example::start("node-consumer", "node", &broker) else { return };
    example.prints("LargeOrders", "large order 2 of ana").await;
    example.prints("LargeOrders", "large order 4 of bia").await;
    let letter: Value = serde_json::from_str(&text(&broker.read("failed-orders", 0, 1).await[0])).unwrap();
    assert_eq!(letter["KafkaBatchInfo"]["recordInfo"]["offset"], "2");
    let log = std::fs::read_to_string(example.folder.join("LargeOrders.log")).unwrap();
    assert!(!log.contains("order 1 of"), "filtered: {log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plain_consumer_needs_no_sam() {
    let broker = Broker::with_topic("returns", 1);
    broker.produce_all("returns", 0, [json!({"id": 1, "reason": "too small"})]).await;
    let Some(example) = Example::start("plain-consumer", "python3", &broker) else { return };
    example.prints("Returns", "return 1: too small").await;
}

/// Every finished document under a folder.
fn documents(folder: &Path) -> Vec<Value> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let read = |path: PathBuf| match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => vec![serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()],
        _ if path.is_dir() => documents(&path),
        _ => Vec::new(),
    };
    entries.flat_map(|entry| read(entry.unwrap().path())).collect()
}
