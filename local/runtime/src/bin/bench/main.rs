//! Measures event source mappings against a broker, and prints a table.
//!
//! The function is a process that answers with nothing (the probe, `NOOP=1`), called by the own
//! host with two environments, as `esm-local run` does it.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks to its terminal"
)]

mod bare;
mod idle;
mod latency;
mod rate;
mod stage;
mod topics;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// What goes wrong, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures event source mappings: rates against a bare consumer, latency, idle cost.
#[derive(Debug, Parser)]
#[command(name = "esm-local-bench")]
pub struct Options {
    /// The brokers.
    #[arg(long, env = "KAFKA_BOOTSTRAP_SERVERS", default_value = "127.0.0.1:9092")]
    pub bootstrap: String,
    /// Records of the rate measurements.
    #[arg(long, default_value_t = 1_000_000)]
    pub records: usize,
    /// Bytes of a record's value.
    #[arg(long, default_value_t = 100)]
    pub bytes: usize,
    /// The `cargo-lambda` program whose `cargo lambda watch` is measured as invoker too; else the one on
    /// PATH, if there is one.
    #[arg(long, value_name = "FILE")]
    pub cargo_lambda: Option<PathBuf>,
    /// Leaves out the measurements whose name does not contain this.
    #[arg(long, default_value = "")]
    pub only: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<(), Failure> {
    println!("{:<44} {:>14}  target", "measured", "result");
    if options.wants("rate") {
        rate::measure(options).await?;
    }
    if options.wants("latency") {
        latency::measure(options).await?;
    }
    if options.wants("partitions") {
        rate::many_partitions(options).await?;
    }
    if options.wants("idle") {
        idle::measure(options).await?;
    }
    Ok(())
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

/// Prints one line of the table.
pub fn row(what: &str, result: &str, target: &str) {
    println!("{what:<44} {result:>14}  {target}");
}
