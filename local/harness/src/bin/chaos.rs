//! Ends parts of the running stack at random under load, and checks that no promise was broken.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::process::ExitCode;

use clap::Parser;
use harness::chaos::{self, Report};
use harness::gateway::Failure;
use harness::{Deployed, Endpoints};

/// Kills functions, runtime, Kafka, MariaDB, DynamoDB, Connect and the PSP simulator under load.
#[derive(Parser)]
#[command(bin_name = "cargo xtask chaos")]
struct Options {
    /// What the faults and the load follow from; drawn if it is not given, and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Payments that are asked for.
    #[arg(long, default_value_t = 2_000)]
    payments: usize,
    /// Faults: every kind comes once before any comes again.
    #[arg(long, default_value_t = 30)]
    faults: usize,
    /// A run of some two minutes: 150 payments and 8 faults, one of each kind.
    #[arg(long, conflicts_with_all = ["payments", "faults"])]
    short: bool,
    /// Buyers at a time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..))]
    clients: u8,
    #[command(flatten)]
    deployed: Deployed,
}

/// Payments and faults of a short run.
const SHORT: (usize, usize) = (150, 8);

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(report) => {
            println!("{report}");
            if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<Report, Failure> {
    // Six digits are enough to differ, and can be typed.
    let seed = options.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    let (payments, faults) = if options.short { SHORT } else { (options.payments, options.faults) };
    eprintln!("chaos: {payments} payments, {faults} faults; again with --seed {seed}");
    let options = chaos::Options {
        seed,
        payments,
        faults,
        clients: usize::from(options.clients),
        deployed: options.deployed,
    };
    chaos::run(&options, &Endpoints::from_env(), &|line| eprintln!("chaos: {line}")).await
}
