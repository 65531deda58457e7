//! Measures the running gateway: what it accepts, what it settles, how long that takes, and what its
//! functions cost to start.

mod accept;
mod end_to_end;
mod load;
mod report;
mod reserve;
mod start;
mod stats;

use std::path::Path;

use esm_local::template::{Settings, Template};
use sqlx::MySqlPool;

use crate::Endpoints;
use crate::gateway::{Failure, Gateway};

pub use report::Report;

/// Each figure is the median of this many runs.
pub const RUNS: usize = 3;

/// Where the system is and what it is made of.
pub struct Bench {
    gateway: Gateway,
    ledger: MySqlPool,
    template: Template,
    binaries: std::path::PathBuf,
}

impl Bench {
    /// Connects to the running system.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect(
        endpoints: &Endpoints,
        template: &Path,
        parameters: &Path,
        binaries: &Path,
    ) -> Result<Self, Failure> {
        let settings =
            Settings::read(&[parameters.to_owned()]).map_err(|error| Failure(error.to_string()))?;
        let template = Template::read(template, settings).map_err(|error| Failure(error.to_string()))?;
        let ledger =
            MySqlPool::connect(&endpoints.database).await.map_err(|error| Failure(error.to_string()))?;
        let gateway = Gateway::new(endpoints, "bench")?;
        Ok(Self { gateway, ledger, template, binaries: binaries.to_owned() })
    }

    /// Measures everything, saying what it is at.
    ///
    /// # Errors
    /// When the gateway does not do what is measured: a figure of failures is no figure.
    pub async fn run(&self, mut say: impl FnMut(&str)) -> Result<Report, Failure> {
        let mut report = Report::default();
        say("start time, memory and size of each function");
        report.functions = start::measure_all(&self.template, &self.binaries).await?;
        say("warming up");
        accept::measure(self, 16, 400).await?;
        for run in 1..=RUNS {
            say(&format!("run {run} of {RUNS}: reservations"));
            report.reserve.push(reserve::measure(self, 16, 3000).await?);
            for (clients, payments) in [(1, 300), (16, 2000), (64, 2000)] {
                say(&format!("run {run} of {RUNS}: accepting payments, {clients} clients"));
                report.accept.push(accept::measure(self, clients, payments).await?);
            }
            say(&format!("run {run} of {RUNS}: 2,000 payments end to end"));
            report.throughput.push(end_to_end::throughput(self, 2000).await?);
            say(&format!("run {run} of {RUNS}: latency at 5 payments/s"));
            report.latency.push(end_to_end::latency(self, 100).await?);
        }
        Ok(report)
    }
}
