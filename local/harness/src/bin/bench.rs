//! Measures the running gateway and prints its figures; writes them as JSON too.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use harness::bench::{Bench, Part, Report};
use harness::gateway::Failure;
use harness::{Deployed, Endpoints};

/// Measures the running gateway: medians of several runs.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    deployed: Deployed,
    /// Where the figures go, as JSON.
    #[arg(long, default_value = ".stack/bench.json")]
    json: PathBuf,
    /// How often each figure is measured; the median is shown.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// Measures only these (all, if none is named).
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(&Options::parse()).await {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<Report, Failure> {
    let bench = Bench::connect(&Endpoints::from_env(), &options.deployed).await?;
    let report = bench.run(options.runs, &options.only, |line| eprintln!("{line} …")).await?;
    let json = serde_json::to_vec_pretty(&report).map_err(|error| Failure(error.to_string()))?;
    std::fs::write(&options.json, json)
        .map_err(|error| Failure(format!("{}: {error}", options.json.display())))?;
    eprintln!("figures of every run: {}", options.json.display());
    Ok(report)
}
