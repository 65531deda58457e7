//! More clients than there is room for: who is refused is told when to come again, and who was accepted
//! is served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use e2e::{SOON, Shop, eventually, psp, unique};
use futures::future::join_all;
use harness::gateway::{Answer, Gateway};
use harness::{Endpoints, card};
use serde_json::Value;
use tokio::process::{Child, Command};

/// Clients that pay at the same moment.
const CLIENTS: u32 = 64;
/// Calls that may wait in the narrow runtime: with a cold start's none at work, this many are taken.
const QUEUE_MAX: &str = "4";
/// How often a client asks at most. It waits for as long as it is told to.
const TRIES_MAX: usize = 60;

/// A second runtime of the same gateway: its HTTP API alone, with little room.
struct Narrow {
    url: String,
    folder: PathBuf,
    _program: Child,
}

impl Narrow {
    async fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        // The tests are built beside the programs.
        let binaries = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
        let folder = std::env::temp_dir().join(unique("narrow"));
        std::fs::create_dir_all(&folder).unwrap();
        let ready = folder.join("ready.json");
        let program = Command::new(binaries.join("esm-local"))
            .current_dir(&root)
            .args(["run", "--template", "infra/template.yaml", "--parameters", ".stack/parameters.yaml"])
            // Records and schedules are the running stack's.
            .args(["--parameter", "MappingsEnabled=false"])
            .args(
                ["DispatchSchedule", "ExpireSchedule", "ReviewSchedule"]
                    .iter()
                    .flat_map(|schedule| ["--parameter".to_owned(), format!("{schedule}=rate(1 day)")]),
            )
            .args(["--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0", "--queue-max", QUEUE_MAX])
            .arg("--binary")
            .arg(binaries.join("{binary}"))
            .arg("--log-dir")
            .arg(&folder)
            .arg("--ready-file")
            .arg(&ready)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let addresses = eventually("the narrow runtime", async || {
            serde_json::from_slice::<Value>(&std::fs::read(&ready).ok()?).ok()
        });
        let url = format!("http://{}", addresses.await["http"].as_str().unwrap());
        Self { url, folder, _program: program }
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Asks until it is accepted; the payment and how often there was no room.
async fn insist(gateway: &Gateway, body: &Value) -> (String, usize) {
    for refusals in 0..TRIES_MAX {
        let answer = gateway.pay(body, None).await.unwrap();
        if answer.status == 202 {
            return (answer.text("/id").to_owned(), refusals);
        }
        tokio::time::sleep(told_to_wait(&answer)).await;
    }
    panic!("not accepted in {TRIES_MAX} tries");
}

/// What a refusal says about when to come again.
fn told_to_wait(answer: &Answer) -> Duration {
    assert!(matches!(answer.status, 429 | 503), "{answer:?}");
    let seconds = answer.headers.get("retry-after").unwrap_or_else(|| panic!("no Retry-After: {answer:?}"));
    Duration::from_secs(seconds.to_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn who_is_refused_is_told_when_to_come_and_who_is_accepted_is_served() {
    let shop = Shop::open(CLIENTS).await;
    let reservations = join_all((0..CLIENTS).map(|_| shop.reserve())).await;
    let bodies: Vec<Value> = reservations
        .iter()
        .map(|reservation| shop.gateway.payment_body(reservation, &shop.item, card::APPROVED))
        .collect();

    let narrow = Narrow::start().await;
    let endpoints = Endpoints { gateway: narrow.url.clone(), ..shop.endpoints.clone() };
    let crowded = Gateway::new(&endpoints, shop.gateway.user()).unwrap();
    let accepted = join_all(bodies.iter().map(|body| insist(&crowded, body))).await;
    let refusals: usize = accepted.iter().map(|(_, refusals)| refusals).sum();
    assert!(refusals > 0, "{CLIENTS} clients found room at once: nothing was overloaded");

    for (payment_id, _) in &accepted {
        let payment = shop.gateway.await_payment(payment_id, None, SOON).await.unwrap();
        assert_eq!(payment["status"], "AUTHORIZED", "{payment}");
        assert_eq!(psp::authorized(&shop.endpoints, payment_id).await, 1, "{payment_id}");
    }
    assert_eq!(shop.available().await, 0, "each of {CLIENTS} units is sold once");
}
