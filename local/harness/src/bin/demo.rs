//! Shows payments going through the running gateway.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::process::ExitCode;

use harness::{Endpoints, demo};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match demo::run(&Endpoints::from_env(), |line| println!("{line}")).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            eprintln!("cargo xtask status shows what runs, cargo xtask logs NAME what it says");
            ExitCode::FAILURE
        }
    }
}
