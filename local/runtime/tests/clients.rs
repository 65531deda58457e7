//! The Lambda API with its real clients: boto3 and the AWS CLI against the running program, while
//! records come. `cargo xtask test` installs them and names them in `LAMBDA_CLIENTS`.
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
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use support::broker::Broker;
use support::eventually;
use tokio::process::{Child, Command};

const TOPIC: &str = "orders";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_and_the_aws_cli_see_what_they_see_on_aws() {
    let Some(clients) = std::env::var_os("LAMBDA_CLIENTS") else {
        eprintln!("LAMBDA_CLIENTS names no boto3 and AWS CLI: left out (`cargo xtask test` installs them)");
        return;
    };
    let broker = Broker::with_topic(TOPIC, 2);
    let running = Running::start(&broker).await;
    let mut check = Command::new(Path::new(&clients).join("python"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/check.py"))
        .args([&running.endpoint, &broker.bootstrap()])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .spawn()
        .unwrap();
    // The mapping is changed, switched off and on again under load.
    let mut produced = [0_i64; 2];
    let status = loop {
        for (partition, count) in (0..).zip(&mut produced) {
            broker.produce(TOPIC, partition, "k", &count.to_string()).await;
            *count += 1;
        }
        tokio::select! {
            status = check.wait() => break status.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(5)) => {}
        }
    };
    assert!(status.success(), "see the traceback above");
    for (partition, count) in (0..).zip(produced) {
        eventually("the commit of everything", || async {
            broker.committed("orders-group", TOPIC, partition).await == Some(count)
        })
        .await;
    }
    let metrics = running.metrics("EchoOrders").await;
    let all = produced.iter().sum::<i64>();
    assert_eq!(metrics["InvokedEventCount"], all, "every record once, through every change: {metrics}");
    assert_eq!(metrics["CommittedEventCount"], all, "{metrics}");
}

/// The same without Python, for the core of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mapping_is_changed_and_removed_over_the_api() {
    let broker = Broker::with_topic(TOPIC, 2);
    let running = Running::start(&broker).await;
    broker.produce_all(TOPIC, 0, 0..20).await;
    let listed = running.ask(Method::GET, "", None).await.1;
    let mapping = &listed["EventSourceMappings"][0];
    assert_eq!((&mapping["BatchSize"], &mapping["Topics"]), (&json!(10), &json!([TOPIC])));
    let uuid = format!("/{}", mapping["UUID"].as_str().unwrap());
    running.in_state(&uuid, "Enabled").await;
    let (status, changed) =
        running.ask(Method::PUT, &uuid, Some(json!({"BatchSize": 2, "Enabled": false}))).await;
    assert_eq!((status.as_u16(), &changed["BatchSize"]), (202, &json!(2)), "{changed}");
    running.in_state(&uuid, "Disabled").await;
    broker.produce_all(TOPIC, 1, 0..20).await;
    running.ask(Method::PUT, &uuid, Some(json!({"Enabled": true}))).await;
    for partition in 0..2 {
        eventually("the commit", || async {
            broker.committed("orders-group", TOPIC, partition).await == Some(20)
        })
        .await;
    }
    assert_eq!(running.metrics("EchoOrders").await["InvokedEventCount"], 40, "none twice");
    let (status, refused) = running.ask(Method::PUT, &uuid, Some(json!({"BatchSize": 0}))).await;
    assert_eq!((status.as_u16(), refused["Type"].as_str()), (400, Some("User")), "{refused}");
    assert_eq!(running.ask(Method::DELETE, &uuid, None).await.1["State"], "Deleting");
    assert_eq!(running.ask(Method::GET, &uuid, None).await.0.as_u16(), 404);
}

/// The running program and its folder.
struct Running {
    _child: Child,
    folder: PathBuf,
    endpoint: String,
    client: Client,
}

impl Running {
    async fn start(broker: &Broker) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
            "clients-{}-{}",
            std::process::id(),
            broker.bootstrap()
        ));
        std::fs::create_dir_all(&folder).unwrap();
        let (parameters, ready) = (folder.join("parameters.json"), folder.join("ready.json"));
        let settings = json!({"Runtime": {"BootstrapServers": broker.bootstrap()}});
        std::fs::write(&parameters, settings.to_string()).unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/template.yaml");
        let child = Command::new(env!("CARGO_BIN_EXE_esm-local"))
            .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0"])
            .args(["--template".as_ref(), template.as_os_str()])
            .args(["--parameters".as_ref(), parameters.as_os_str()])
            .args(["--ready-file".as_ref(), ready.as_os_str()])
            .args(["--binary", &env!("CARGO_BIN_EXE_esm-local-probe").replace("esm-local-probe", "{binary}")])
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        eventually("the ready file", || async { std::fs::read(&ready).is_ok_and(|text| !text.is_empty()) })
            .await;
        let addresses: Value = serde_json::from_slice(&std::fs::read(&ready).unwrap()).unwrap();
        let endpoint = format!("http://{}", addresses["invoke"].as_str().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { _child: child, folder, endpoint, client }
    }

    /// Asks the API below `/event-source-mappings`.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = format!("{}/2015-03-31/event-source-mappings{path}", self.endpoint);
        let request = self.client.request(method, url).body(body.map(|b| b.to_string()).unwrap_or_default());
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn in_state(&self, uuid: &str, state: &str) {
        eventually(state, || async { self.ask(Method::GET, uuid, None).await.1["State"] == state }).await;
    }

    /// The counters of a mapping.
    async fn metrics(&self, id: &str) -> Value {
        let url = format!("{}/_runtime/mappings", self.endpoint);
        let mappings: Value = self.client.get(url).send().await.unwrap().json().await.unwrap();
        let found = mappings.as_array().unwrap().iter().find(|mapping| mapping["id"] == id);
        found.unwrap_or_else(|| panic!("{id} is not in {mappings}"))["metrics"].clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
