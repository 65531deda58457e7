//! Brings topics, tables, schema, index and connector up to what the template says.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use harness::{Endpoints, provision};

/// Makes what the functions stand on; may be run again at any time.
#[derive(Parser)]
struct Options {
    /// The SAM template.
    #[arg(long, default_value = "infra/template.yaml")]
    template: PathBuf,
    /// The parameters file.
    #[arg(long, default_value = ".stack/parameters.yaml")]
    parameters: PathBuf,
    /// The connector's properties.
    #[arg(long, default_value = "infra/connect/products.properties")]
    connector: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let endpoints = Endpoints::from_env();
    match provision::run(&endpoints, &options.template, &options.parameters, &options.connector).await {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("{line}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("provision: {error}");
            ExitCode::FAILURE
        }
    }
}
