//! Chaos on the running stack: under load, parts are ended at random and started again; then all must come
//! to rest, and every promise must have been kept.
//!
//! The plan (which fault comes when, who buys what) follows from one seed; what the machine makes of it does
//! not, so that a seed brings the same faults about again, not the same run. The checks are apart from the
//! load and know nothing of the faults.

mod canary;
pub mod check;
pub mod driver;
pub mod evidence;
mod fault;
pub mod finding;
mod functions;
pub mod load;
mod parts;
pub mod plan;
mod report;
mod rest;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use driver::Driver;
use evidence::Evidence;
use finding::Finding;
use load::{Load, Shop};
use tokio::sync::oneshot;

pub use fault::Fault;
pub use report::Report;

use crate::gateway::Failure;
use crate::{Deployed, Endpoints};

/// Promises that are watched while the faults are under way, beside those of [`check`].
const BESIDES: [&str; 5] = [RECOVERS, driver::NO_ORPHANS, watch::CONSERVED, watch::ABSORBED, ACKNOWLEDGED];
const RECOVERS: &str = "the gateway recovers from every fault";
const ACKNOWLEDGED: &str = "a payment is accepted once DynamoDB has acknowledged it";
/// How long the last buyers may take once the last fault is over.
const ANSWERED_WITHIN: Duration = Duration::from_secs(300);

/// What to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the plan follows from.
    pub seed: u64,
    /// Payments that are asked for.
    pub payments: usize,
    /// Faults.
    pub faults: usize,
    /// Buyers at a time.
    pub clients: usize,
    /// What is struck.
    pub deployed: Deployed,
}

/// Runs load and faults, waits for rest, checks.
///
/// # Errors
/// The run could not begin. What goes wrong later is no error but a finding.
pub async fn run(
    options: &Options,
    endpoints: &Endpoints,
    say: &(dyn Fn(String) + Sync),
) -> Result<Report, Failure> {
    let (driver, load) = prepare(options, endpoints).await?;
    let (stop, stopped) = oneshot::channel();
    let watching = tokio::spawn(watch::Watch::new(&endpoints.database)?.run(stopped));
    let checked = check::OF_PAYMENTS.len() + check::OF_ALL.len() + BESIDES.len();
    let mut report = Report { seed: options.seed, checked, ..Report::default() };
    if let Err(Failure(why)) = strike(&driver, options, &mut report, say).await {
        report.findings.push(Finding::of(RECOVERS, why));
    }
    say("the faults have stopped; waiting for rest".to_owned());
    let last_fault = Instant::now();
    let concluded = conclude(options, endpoints, &load, &mut report).await;
    report.rest = last_fault.elapsed();
    if let Err(Failure(why)) = concluded {
        report.findings.push(Finding::of(RECOVERS, format!("it cannot be looked at: {why}")));
    }
    // It may have ended: then its findings are there.
    let _ = stop.send(());
    let (seen, looks) = watching.await.map_err(|error| Failure(error.to_string()))?;
    report.findings.extend(seen);
    report.looks = looks;
    Ok(report)
}

/// Load and faults, until the faults have stopped and every buyer has been answered.
async fn strike(
    driver: &Driver,
    options: &Options,
    report: &mut Report,
    say: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let buying = tokio::spawn(Arc::clone(&driver.load).run(options.clients));
    let rounds = plan::rounds(options.seed, options.faults);
    if let Err(failure) = driver.run(&rounds, report, say).await {
        buying.abort();
        return Err(failure);
    }
    let late = |_| Failure(format!("buyers still wait {ANSWERED_WITHIN:?} after the last fault"));
    let bought = tokio::time::timeout(ANSWERED_WITHIN, buying).await.map_err(late)?;
    bought.map_err(|error| Failure(error.to_string()))
}

async fn conclude(
    options: &Options,
    endpoints: &Endpoints,
    load: &Load,
    report: &mut Report,
) -> Result<(), Failure> {
    let audit = rest::await_rest(endpoints, &options.deployed.template, &options.deployed.parameters).await?;
    let evidence = Evidence::gather(endpoints, load.receipts(), audit).await?;
    report.tally = load::tally(&evidence.receipts);
    report.conclude(&evidence, check::all(&evidence));
    let kills = report.count(Fault::Dynamodb);
    report.findings.extend(unacknowledged(evidence.forgotten.len(), kills, options.clients));
    Ok(())
}

/// DynamoDB Local forgets no more than what was under way when it was killed: one request of each buyer.
fn unacknowledged(forgotten: usize, kills: usize, clients: usize) -> Option<Finding> {
    let what =
        || format!("{forgotten} accepted payments are unknown to DynamoDB, which was killed {kills} times");
    (forgotten > kills * clients).then(|| Finding::of(ACKNOWLEDGED, what()))
}

async fn prepare(options: &Options, endpoints: &Endpoints) -> Result<(Driver, Arc<Load>), Failure> {
    let parts = parts::Parts::of_this_checkout()?;
    let functions = functions::Functions::of(&options.deployed)?;
    let purchases = load::purchases(options.seed, options.payments);
    // What is reserved without the buyer hearing of it stays reserved until it expires.
    let stock = u32::try_from(options.payments * 10).unwrap_or(u32::MAX);
    let shop = Shop::open(endpoints, stock).await?;
    let load = Arc::new(Load::new(shop, purchases, format!("chaos-{}", options.seed)));
    let canary = canary::Canary::new(endpoints, Arc::clone(&load)).await?;
    Ok((Driver { parts, functions, load: Arc::clone(&load), canary }, load))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dynamodb_does_not_know_needs_a_kill_that_made_it_forget() {
        for (forgotten, kills, is_found) in [(0, 0, false), (1, 0, true), (8, 1, false), (9, 1, true)] {
            assert_eq!(unacknowledged(forgotten, kills, 8).is_some(), is_found, "{forgotten} {kills}");
        }
    }
}
