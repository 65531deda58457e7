//! Measures the running gateway: what it accepts, what it settles, how long that takes, and what its
//! functions cost to start.

mod accept;
mod crash;
mod end_to_end;
mod load;
mod report;
mod reserve;
mod start;
mod stats;
mod yardstick;

use std::path::PathBuf;

use esm_local::template::Template;
use sqlx::MySqlPool;

use crate::gateway::{Failure, Gateway};
use crate::{Deployed, Endpoints};

pub use report::Report;

/// Payments of a round before the first figure. Rounds go on until none is faster any more: until then the
/// servers' JVMs compile what they are about to run.
const WARM_UP: usize = 2_000;
/// So many rounds that are no faster end the warm-up.
const NO_FASTER: u8 = 3;
/// However fast they get.
const ROUNDS_MAX: u8 = 15;

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Start time, memory and size of each function.
    Functions,
    /// `POST /reserve`.
    Reserve,
    /// `POST /payment` until its 202.
    Accept,
    /// Payments until their final status.
    Throughput,
    /// From request to final status at 5/s.
    Latency,
    /// What is lost, and how long nothing goes on, when the orchestrator is killed.
    Crash,
}

/// Where the system is and what it is made of.
pub struct Bench {
    gateway: Gateway,
    ledger: MySqlPool,
    template: Template,
    binaries: PathBuf,
}

impl Bench {
    /// Connects to the running system.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect(endpoints: &Endpoints, deployed: &Deployed) -> Result<Self, Failure> {
        let template = deployed.template()?;
        let ledger =
            MySqlPool::connect(&endpoints.database).await.map_err(|error| Failure(error.to_string()))?;
        let gateway = Gateway::new(endpoints, "bench")?;
        Ok(Self { gateway, ledger, template, binaries: deployed.binaries.clone() })
    }

    /// Measures `only` these parts (all, if none is named), each `runs` times, saying what it is at.
    ///
    /// # Errors
    /// When the gateway does not do what is measured: a figure of failures is no figure.
    pub async fn run(&self, runs: u8, only: &[Part], mut say: impl FnMut(&str)) -> Result<Report, Failure> {
        let wanted = |part| only.is_empty() || only.contains(&part);
        let mut report = Report::default();
        self.warm_up(&mut say).await?;
        if wanted(Part::Functions) {
            say("start time, memory and size of each function");
            report.functions = start::measure_all(&self.template, &self.binaries).await?;
        }
        for run in 1..=runs {
            let mut next = |report: &mut Report, what: &str| {
                report.yardstick.push(yardstick::look());
                say(&format!("run {run} of {runs}: {what}"));
            };
            if wanted(Part::Reserve) {
                next(&mut report, "reservations");
                report.reserve.push(reserve::measure(self, 16, 3000).await?);
            }
            if wanted(Part::Accept) {
                for (clients, payments) in [(1, 300), (16, 2000), (64, 2000)] {
                    next(&mut report, &format!("accepting payments, {clients} clients"));
                    report.accept.push(accept::measure(self, clients, payments).await?);
                }
            }
            if wanted(Part::Throughput) {
                next(&mut report, "2,000 payments end to end");
                report.throughput.push(end_to_end::throughput(self, 2000).await?);
            }
            if wanted(Part::Latency) {
                next(&mut report, "latency at 5 payments/s");
                report.latency.push(end_to_end::latency(self, 100).await?);
            }
            if wanted(Part::Crash) {
                next(&mut report, "kill -9 of the orchestrator amid 2,000 payments");
                report.crash.push(crash::measure(self).await?);
            }
        }
        Ok(report)
    }

    /// A round counts as faster only where it is so by more than chance; small gains add up until they are.
    async fn warm_up(&self, say: &mut impl FnMut(&str)) -> Result<(), Failure> {
        let (mut fastest, mut no_faster) = (0.0, 0);
        for round in 1..=ROUNDS_MAX {
            say(&format!("warming up, round {round} of {ROUNDS_MAX} at most"));
            let rate = accept::measure(self, 16, WARM_UP).await?.per_second;
            if stats::is_faster(rate, fastest) {
                (fastest, no_faster) = (rate, 0);
            } else {
                no_faster += 1;
            }
            if no_faster == NO_FASTER {
                break;
            }
        }
        Ok(())
    }
}
