//! `cargo xtask …`: reads the command, runs it, says what failed.

use std::process::ExitCode;

use clap::Parser;
use xtask::{cli::Cli, command, say};

fn main() -> ExitCode {
    say::start_clock();
    match command::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(failure);
            ExitCode::FAILURE
        }
    }
}
