//! The words of the command line.

use clap::{Args, Parser, Subcommand};

use crate::settings::Engine;

/// Builds, starts, shows and tests the gateway on this machine.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything that does not run yet, and wait until it is ready.
    Up(Up),
    /// Show what runs, where, and how it is.
    Status,
    /// Show the log of a part.
    Logs {
        /// The part: a name that `status` shows.
        name: String,
        /// Go on showing what is added.
        #[arg(short, long)]
        follow: bool,
    },
    /// Stop everything; data stays.
    Down,
    /// Stop everything and remove all data; downloads stay.
    Reset,
    /// Print the addresses of everything as `export` lines.
    Env,
    /// Stop a part and start it again.
    Restart {
        /// The part: a name that `status` shows.
        name: String,
    },
    /// Start what does not run yet, then show payments going through.
    Demo(Passed),
    /// Measure the gateway on an empty stack, or the runtime's event source mappings.
    Bench(Bench),
    /// The whole test run: format, lints, unit tests, then end-to-end tests on an empty stack.
    Test {
        /// Leave out what needs servers.
        #[arg(long)]
        unit_only: bool,
    },
    /// What CI runs: the whole test run.
    Ci,
    /// Check docker-compose.yml with Compose's own reader.
    CheckCompose,
    /// End a part without asking (SIGKILL), as a crash would.
    Kill {
        /// The part: a name that `status` shows.
        name: String,
    },
}

/// How to start.
#[derive(Debug, Clone, Default, Args)]
pub struct Up {
    /// Who runs the servers; by default Docker Compose where an engine answers, else this machine.
    #[arg(long, env = "GATEWAY_ENGINE")]
    pub engine: Option<Engine>,
    /// Stay, and rebuild and restart when a source file changes.
    #[arg(long, conflicts_with = "servers_only")]
    pub watch: bool,
    /// Remove all data first.
    #[arg(long)]
    pub fresh: bool,
    /// Start the servers only: build nothing, provision nothing, start no function.
    #[arg(long)]
    pub servers_only: bool,
    /// Keep DynamoDB's tables on disk, so that they outlive its process.
    #[arg(long)]
    pub durable: bool,
}

/// What to measure.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// The gateway, or (`esm`) event source mappings against a bare consumer.
    #[arg(value_enum, default_value_t = Measured::Gateway)]
    pub what: Measured,
    /// Arguments of the program, after `--`.
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Measured {
    /// Payments through the whole gateway.
    Gateway,
    /// Event source mappings of the local runtime; needs Kafka only.
    Esm,
}

/// What is passed on to the program.
#[derive(Debug, Clone, Args)]
pub struct Passed {
    /// Arguments of the program, after `--`.
    #[arg(last = true)]
    pub arguments: Vec<String>,
}
