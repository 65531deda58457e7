//! The command line.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod check;
mod invoker;
mod mappings;
mod run;
mod signals;
mod top;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use esm_local::host::QUEUE_MAX_DEFAULT;
use esm_local::template::{Settings, Template};

/// What the command line fails with: shown as it is.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What `--help` teaches beside the options.
const LESSON: &str = "\
First steps:
  esm-local check                          what of ./template.yaml is understood, and what is left aside
  esm-local run                            runs it; Ctrl-C finishes what is under way
  esm-local run --parameters local.yaml    with what only AWS would know (brokers, secrets, addresses)
  esm-local top                            lag, rates and failures of the mappings, live
  aws lambda invoke --endpoint-url http://127.0.0.1:9000 --function-name NAME --payload '{}' out.json

A parameters file for a broker on this machine is one line: `Runtime: {BootstrapServers: '127.0.0.1:9092'}`.

Exit codes: 0 after an ordered end, 1 when something is wrong with the template, the parameters or the
machine (each fault is told with file, line and remedy), 2 for a slip on the command line.";

/// Runs a SAM template's functions and Kafka event source mappings on this machine.
#[derive(Debug, Parser)]
#[command(name = "esm-local", version, after_help = LESSON)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs everything in the template until Ctrl-C or SIGTERM.
    Run(Run),
    /// Shows what of the template is understood and what is left aside.
    Check(Source),
    /// Shows the mappings of a running runtime, live: lag, rates, failures, calls in flight.
    Top(top::Top),
    /// Prints a completion script: `esm-local completions bash > /etc/bash_completion.d/esm-local`.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// The template and what it is read with.
#[derive(Debug, Args)]
pub struct Source {
    /// The SAM template, YAML or JSON.
    #[arg(long, default_value = "template.yaml")]
    template: PathBuf,
    /// Parameters files; a later one is laid over the earlier ones.
    #[arg(long)]
    parameters: Vec<PathBuf>,
    /// A parameter's value, over those of the files.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    overrides: Vec<(String, String)>,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    source: Source,
    /// Where the HTTP API listens; port 0 takes any.
    #[arg(long, default_value = "127.0.0.1:3000")]
    http: SocketAddr,
    /// Where the Invoke API listens; port 0 takes any.
    #[arg(long, default_value = "127.0.0.1:9000")]
    invoke: SocketAddr,
    /// Path of the functions' binaries, with `{binary}` in it; over the parameters file's.
    #[arg(long)]
    binary: Option<String>,
    /// Runs the functions by `cargo lambda watch` instead: hot reload and debuggers.
    #[arg(long)]
    watch: bool,
    /// Calls functions at this Invoke endpoint instead of running them (a `cargo lambda watch`
    /// started by hand, for instance).
    #[arg(long, conflicts_with = "watch", value_name = "ADDRESS")]
    endpoint: Option<SocketAddr>,
    /// How many calls of one function may wait for an environment; more are refused. AWS lets none wait.
    #[arg(long, default_value_t = QUEUE_MAX_DEFAULT, conflicts_with_all = ["watch", "endpoint"])]
    queue_max: usize,
    /// Also writes what functions print to a file each in this folder.
    #[arg(long)]
    log_dir: Option<PathBuf>,
    /// Logs a REPORT line for each call.
    #[arg(long)]
    report: bool,
    /// Writes this file, with the addresses, when everything listens.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

impl Cli {
    /// Does what the command says.
    pub fn execute(self) -> Result<(), Error> {
        match self.command {
            Command::Run(run) => run.execute(),
            Command::Check(source) => {
                check::print(&source.read()?.application()?);
                Ok(())
            }
            Command::Top(top) => top.execute(),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "esm-local", &mut std::io::stdout());
                Ok(())
            }
        }
    }
}

impl Source {
    fn read(&self) -> Result<Template, Error> {
        let mut settings = Settings::read(&self.parameters)?;
        let overrides = self.overrides.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        settings.parameters.extend(overrides);
        Ok(Template::read(&self.template, settings)?)
    }
}

/// Shows what went wrong.
pub fn print_error(error: &Error) {
    eprintln!("{error}");
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("wants NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
