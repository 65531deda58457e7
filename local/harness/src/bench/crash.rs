//! `kill -9` of a step amid payments: what is lost, and how long nothing goes on.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::MySqlPool;

use super::report::CrashRun;
use super::{Bench, end_to_end, load, reserve, stats};
use crate::gateway::Failure;
use crate::processes;

/// The step that is killed: without it nothing gets further than the first topic.
const VICTIM: &str = "orchestrate-payment";
const PAYMENTS: usize = 2000;
/// Between two looks at the ledger.
const POLL: Duration = Duration::from_millis(5);

/// Kills every environment of the orchestrator when a third of the payments have passed it.
pub async fn measure(bench: &Bench) -> Result<CrashRun, Failure> {
    let bodies = reserve::payable(bench, PAYMENTS).await?;
    let newest = end_to_end::newest(&bench.ledger).await?;
    let accepting = tokio::spawn(load::pay(bench.gateway.clone(), 16, bodies));
    await_begun(&bench.ledger, &newest, PAYMENTS / 3).await?;
    let killed = kill_all(&bench.binaries.join(VICTIM))?;
    let pause = longest_pause(&bench.ledger, &newest).await?;
    accepting.await.map_err(|error| Failure(error.to_string()))??;
    let settled = end_to_end::settled(&bench.ledger, &newest, PAYMENTS).await?;
    Ok(CrashRun { payments: PAYMENTS, killed, lost: PAYMENTS - settled, pause_ms: stats::millis(pause) })
}

async fn await_begun(ledger: &MySqlPool, newest: &str, wanted: usize) -> Result<(), Failure> {
    while end_to_end::count(ledger, newest, end_to_end::BEGUN).await? < wanted {
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// The longest time in which no payment passed the orchestrator, until all have.
async fn longest_pause(ledger: &MySqlPool, newest: &str) -> Result<Duration, Failure> {
    let (mut begun, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
    while begun < PAYMENTS {
        let now_begun = end_to_end::count(ledger, newest, end_to_end::BEGUN).await?;
        longest = longest.max(last.elapsed());
        if now_begun > begun {
            (begun, last) = (now_begun, Instant::now());
        }
        if last.elapsed() > end_to_end::SETTLED_WITHIN {
            return Err(Failure(format!("{begun} of {PAYMENTS} payments got past {VICTIM}, and no more")));
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(longest)
}

/// SIGKILL to every process of this program.
fn kill_all(program: &Path) -> Result<usize, Failure> {
    match processes::kill_all(program)? {
        0 => Err(Failure(format!("no process of {} runs", program.display()))),
        killed => Ok(killed),
    }
}
