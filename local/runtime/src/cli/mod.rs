//! The command line.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod check;
mod development;
mod invoker;
mod mappings;
mod run;
mod signals;
mod source;
mod top;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use esm_local::host::{CallLines, QUEUE_MAX_DEFAULT};
use esm_local::samconfig::SamConfig;
use source::Source;

/// What the command line fails with: shown as it is.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What `--help` teaches beside the options.
const LESSON: &str = "\
First steps:
  esm-local check                          what of ./template.yaml is understood, and what is left aside
  esm-local run                            runs it; Ctrl-C finishes what is under way
  esm-local run --parameters local.yaml    with what only AWS would know (brokers, secrets, addresses)
  esm-local run --report                   and AWS's REPORT line of each call: duration, memory
  esm-local run --reload                   and new code as soon as it is built or saved
  esm-local run --debug NAME               and one function under gdb, lldb, debugpy or Node's inspector
  esm-local top                            lag, rates and failures of the mappings, live
  aws lambda invoke --endpoint-url http://127.0.0.1:9000 --function-name NAME --payload '{}' out.json

A parameters file for a broker on this machine is one line: `Runtime: {BootstrapServers: '127.0.0.1:9092'}`.

samconfig.toml is read as `sam` reads it (parameter_overrides, region, stack_name, template_file), and may say what
this program is to be started with:
  [default.esm_local.parameters]
  template = \"template.yaml\"
  parameters = [\"local.yaml\"]

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
    Run(Box<Run>),
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

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    source: Source,
    /// Where the APIs listen; port 0 takes any [default: 127.0.0.1:3000].
    #[arg(long)]
    http: Option<SocketAddr>,
    /// Where the Invoke API listens; port 0 takes any [default: 127.0.0.1:9000].
    #[arg(long)]
    invoke: Option<SocketAddr>,
    /// Paths of the functions' binaries, separated by `:`, with `{binary}` or `{code}` (the CodeUri) in them; over
    /// the parameters file's. The newest of those that exist is taken.
    #[arg(long)]
    binary: Option<String>,
    /// Hot reload: a function whose binary or source files change runs the new code from its next call on.
    #[arg(long, conflicts_with_all = ["watch", "endpoint"])]
    reload: bool,
    /// Debugs this function (name or logical id): one environment, no time-outs; its calls wait until a debugger is
    /// attached, or Enter is pressed.
    #[arg(long, conflicts_with_all = ["watch", "endpoint"], value_name = "FUNCTION")]
    debug: Option<String>,
    /// Runs the functions by `cargo lambda watch` instead, which builds them as well.
    #[arg(long)]
    watch: bool,
    /// Arguments for `cargo lambda watch`: `--watch -- --profile dev --concurrency 2`.
    #[arg(last = true, requires = "watch", value_name = "WATCH_ARGUMENTS")]
    watch_arguments: Vec<String>,
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
    /// Logs AWS's REPORT line for each call: duration, what would be billed, memory; with `=all` START and END too.
    #[arg(long, value_name = "LINES", num_args = 0..=1, require_equals = true, default_missing_value = "report")]
    report: Option<CallLines>,
    /// Writes this file, with the addresses, when everything listens.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

impl Cli {
    /// Does what the command says.
    pub fn execute(self) -> Result<(), Error> {
        match self.command {
            Command::Run(run) => run.execute(),
            Command::Check(source) => check::execute(&source),
            Command::Top(top) => top.execute(),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "esm-local", &mut std::io::stdout());
                Ok(())
            }
        }
    }
}

impl Run {
    /// The same options, with those of the configuration where the command line says nothing.
    fn over(mut self, config: &SamConfig) -> Self {
        let own = config.own.clone();
        self.http = self.http.or(own.http);
        self.invoke = self.invoke.or(own.invoke);
        self.binary = self.binary.or(own.binary.map(|path| path.display().to_string()));
        self.log_dir = self.log_dir.or(own.log_dir);
        self.report = self.report.or(own.report);
        self.reload |= own.reload && !self.watch && self.endpoint.is_none();
        self
    }
}

/// Shows what went wrong.
pub fn print_error(error: &Error) {
    eprintln!("{error}");
}
