//! Compares offsets with outcomes; fails if a finished record has none.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use harness::Endpoints;
use harness::audit::{self, Report};
use harness::gateway::Failure;

/// How long to wait between looks while there is still work under way.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows for every record that it was processed or dead-lettered.
#[derive(Parser)]
struct Options {
    /// The SAM template.
    #[arg(long, default_value = "infra/template.yaml")]
    template: PathBuf,
    /// The parameters file.
    #[arg(long, default_value = "local/parameters.yaml")]
    parameters: PathBuf,
    /// Wait at most so many seconds until nothing is under way, and fail if something still is.
    #[arg(long)]
    quiescent_within: Option<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("audit: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<bool, Failure> {
    let patience = options.quiescent_within.map(Duration::from_secs);
    let deadline = Instant::now() + patience.unwrap_or_default();
    let report = loop {
        let report = audit::run(&Endpoints::from_env(), &options.template, &options.parameters).await?;
        if patience.is_none() || report.is_quiescent() || Instant::now() >= deadline {
            break report;
        }
        tokio::time::sleep(PAUSE).await;
    };
    println!("{report}");
    Ok(passes(&report, patience.is_some()))
}

fn passes(report: &Report, to_rest: bool) -> bool {
    if to_rest && !report.is_quiescent() {
        println!("something is still under way");
        return false;
    }
    report.unexplained.is_empty()
}
