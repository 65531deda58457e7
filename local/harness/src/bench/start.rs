//! What a function costs: from spawn to its first poll of the Runtime API, its memory then, its size.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use esm_local::template::{Function, Template};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::report::FunctionCost;
use super::stats;
use crate::gateway::Failure;

const STARTS: usize = 15;
const POLLS_WITHIN: Duration = Duration::from_secs(10);

/// Measures every function of the template.
pub async fn measure_all(template: &Template, binaries: &Path) -> Result<Vec<FunctionCost>, Failure> {
    let application = template.application().map_err(|error| Failure(error.to_string()))?;
    let mut costs = Vec::new();
    for function in &application.functions {
        costs.push(measure(function, &binaries.join(&function.binary)).await?);
    }
    Ok(costs)
}

async fn measure(function: &Function, binary: &Path) -> Result<FunctionCost, Failure> {
    let mut starts = Vec::with_capacity(STARTS);
    let mut rss_kib = 0;
    for _ in 0..STARTS {
        let (start, rss) = start_once(function, binary).await?;
        starts.push(start);
        rss_kib = rss_kib.max(rss);
    }
    let size =
        std::fs::metadata(binary).map_err(|error| Failure(format!("{}: {error}", binary.display())))?;
    Ok(FunctionCost {
        name: function.name.clone(),
        start_p50_ms: stats::millis(stats::percentile(&mut starts, 50)),
        rss_kib,
        size_bytes: size.len(),
    })
}

/// A listener stands in for the Runtime API: the first bytes that arrive are the first poll.
async fn start_once(function: &Function, binary: &Path) -> Result<(Duration, u64), Failure> {
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", function.name));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?.to_string();
    let started = Instant::now();
    let mut child = spawn(function, binary, &address).map_err(failed)?;
    let polled = tokio::time::timeout(POLLS_WITHIN, async {
        let (mut connection, _) = listener.accept().await?;
        connection.read_u8().await
    });
    let outcome = polled.await;
    let elapsed = started.elapsed();
    let rss = child.id().and_then(rss_kib).unwrap_or_default();
    child.kill().await.map_err(failed)?;
    match outcome {
        Ok(Ok(_)) => Ok((elapsed, rss)),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(Failure(format!("{} did not poll within {POLLS_WITHIN:?}", function.name))),
    }
}

fn spawn(function: &Function, binary: &Path, runtime_api: &str) -> std::io::Result<Child> {
    Command::new(binary)
        .envs(&function.environment)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_size_mib.to_string())
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

fn rss_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
