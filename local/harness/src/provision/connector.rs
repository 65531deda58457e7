//! The Debezium connector, from its `.properties` file.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Map, Value};

use crate::gateway::Failure;

/// How long a connector may take until its task runs.
const RUNNING_WITHIN: Duration = Duration::from_secs(60);

/// Puts the connector's configuration and waits until it runs.
pub async fn put(connect: &str, file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure(format!("{} cannot be read: {error}", file.display())))?;
    let config = read(&text)?;
    let name = config.get("name").and_then(Value::as_str).unwrap_or("products").to_owned();
    let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
    let url = format!("{connect}/connectors/{name}");
    let deadline = Instant::now() + RUNNING_WITHIN;
    loop {
        let answer = client.put(format!("{url}/config")).json(&config).send().await?;
        // A worker that is rebalancing answers 409: it takes the configuration a moment later.
        if answer.status().is_success() {
            break;
        }
        let (status, body) = (answer.status(), answer.text().await?);
        if status.as_u16() != 409 || Instant::now() > deadline {
            return Err(Failure(format!("connector {name} is refused with {status}: {body}")));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    await_running(&client, &url, &name, deadline).await?;
    Ok(format!("connector {name}: running"))
}

async fn await_running(client: &Client, url: &str, name: &str, deadline: Instant) -> Result<(), Failure> {
    loop {
        let answer = client.get(format!("{url}/status")).send().await?;
        let status: Value = answer.json().await.unwrap_or_default();
        match status.pointer("/tasks/0/state").and_then(Value::as_str) {
            Some("RUNNING") => return Ok(()),
            Some("FAILED") => {
                let trace = status.pointer("/tasks/0/trace").and_then(Value::as_str).unwrap_or_default();
                return Err(Failure(format!("connector {name} failed: {trace}")));
            }
            _ if Instant::now() > deadline => {
                return Err(Failure(format!(
                    "connector {name} does not run after {RUNNING_WITHIN:?}: {status}"
                )));
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Reads `key=value` lines; `${NAME}` is the environment's.
fn read(text: &str) -> Result<Map<String, Value>, Failure> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (key, value) =
                line.split_once('=').ok_or_else(|| Failure(format!("{line:?} is no key=value")))?;
            Ok((key.trim().to_owned(), Value::String(fill(value.trim())?)))
        })
        .collect()
}

fn fill(value: &str) -> Result<String, Failure> {
    let Some((before, rest)) = value.split_once("${") else { return Ok(value.to_owned()) };
    let Some((name, after)) = rest.split_once('}') else {
        return Err(Failure(format!("{value:?} has no closing brace")));
    };
    let filled = std::env::var(name)
        .map_err(|_| Failure(format!("environment variable {name} is not set; cargo xtask env prints it")))?;
    Ok(format!("{before}{filled}{}", fill(after)?))
}
