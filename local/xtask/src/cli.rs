//! The words of the command line.

use clap::{Args, Parser, Subcommand};

use crate::settings::{Compute, Engine};

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
    /// Stop everything; data stays, but for DynamoDB's tables where they are in memory.
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
    /// Print a development token: `curl -H "Authorization: Bearer $(cargo xtask token --user ana)"`.
    Token(Token),
    /// Start what does not run yet, then show payments going through.
    Demo(Passed),
    /// Measure the gateway on an empty stack, or the runtime's event source mappings.
    Bench(Bench),
    /// Compare offsets with outcomes on the running stack: fails if a finished record has none.
    Audit(Passed),
    /// Simulate the gateway with faults: `--seed N --seeds COUNT`, and more that `--help` shows.
    #[command(disable_help_flag = true)]
    Sim {
        /// Arguments of the simulation.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// End parts of a fresh stack at random under load, then check every promise: `--seed N --payments N
    /// --faults N`, `--short`, and more that `--help` shows.
    #[command(disable_help_flag = true)]
    Chaos {
        /// Arguments of the run.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
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
    /// Check the templates and scripts of infra/ and the workflows with their linters.
    CheckTemplates,
    /// Compile the functions for Lambda and pack them: zips, sizes, sums, bills of materials, licences.
    Package(Package),
    /// Check what the workspace depends on: licences, sources, duplicates, known vulnerabilities.
    CheckDependencies,
    /// Try every route of the running gateway with requests made from the OpenAPI document.
    FuzzApi(FuzzApi),
    /// End a part without asking (SIGKILL), as a crash would.
    Kill {
        /// The part: a name that `status` shows.
        name: String,
    },
}

/// How to start.
#[derive(Debug, Clone, Default, Args)]
pub struct Up {
    /// Who runs the servers; by default whoever runs them now, else Docker Compose where it can, else this machine.
    #[arg(long, env = "GATEWAY_ENGINE")]
    pub engine: Option<Engine>,
    /// Where the functions that buyers wait for are; by default where they were before, else on demand.
    #[arg(long, env = "GATEWAY_COMPUTE")]
    pub compute: Option<Compute>,
    /// Run the functions under `cargo lambda watch`, which builds each anew when its sources change.
    #[arg(long, conflicts_with = "servers_only")]
    pub watch: bool,
    /// Stay, and rebuild all and restart when a source file changes.
    #[arg(long, conflicts_with_all = ["servers_only", "watch"])]
    pub rebuild: bool,
    /// Remove all data first.
    #[arg(long)]
    pub fresh: bool,
    /// Start the servers only: build nothing, provision nothing, start no function.
    #[arg(long)]
    pub servers_only: bool,
    /// Keep DynamoDB's tables on disk, so that they outlive its process.
    #[arg(long)]
    pub durable: bool,
    /// Let the servers' JVMs compile for a long run rather than for a quick start, as `bench` does.
    #[arg(long)]
    pub measured: bool,
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

/// What to pack.
#[derive(Debug, Clone, Args)]
pub struct Package {
    /// The processor to pack for; the templates deploy arm64.
    #[arg(long, value_enum, default_value_t = PackageArch::Arm64)]
    pub arch: PackageArch,
    /// A function by its crate's name; may be repeated. Without it, all of them.
    #[arg(long = "function", value_name = "NAME")]
    pub functions: Vec<String>,
    /// Then start what lies in the zips under the local runtime, with sample events.
    #[arg(long)]
    pub check: bool,
    /// Take what was compiled before.
    #[arg(long)]
    pub no_build: bool,
}

/// Lambda's processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PackageArch {
    /// Graviton.
    #[value(name = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X86_64,
    /// Both.
    All,
}

/// What is passed on to the program.
#[derive(Debug, Clone, Args)]
pub struct Passed {
    /// Arguments of the program, after `--`.
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// How long and from where to try.
#[derive(Debug, Clone, Args)]
pub struct FuzzApi {
    /// The same seed makes the same requests.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Requests of one operation and one kind of caller at most.
    #[arg(long, default_value_t = 40)]
    pub examples: u32,
}

/// Whose token, and of what kind.
#[derive(Debug, Clone, Args)]
pub struct Token {
    /// The user: the token's `sub`.
    #[arg(long)]
    pub user: String,
    /// A role in `realm_access.roles`, such as `admin`; may be repeated.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// How long it is good: 90s, 15m, 1h, 30d.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds)]
    pub expires: u32,
    /// Let the issuer sign with a new key from now on; tokens of the key before stay good.
    #[arg(long)]
    pub rotate: bool,
}

/// Seconds in a number with its unit.
fn seconds(text: &str) -> Result<u32, String> {
    let wanted = || format!("{text} is no time such as 90s, 15m, 1h or 30d");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wanted)?;
    let unit: u32 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wanted()),
    };
    number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        for (text, expected) in [
            ("90s", Some(90)),
            ("15m", Some(900)),
            ("1h", Some(3_600)),
            ("30d", Some(2_592_000)),
            ("1", None),
            ("h", None),
            ("", None),
            ("-1h", None),
            ("1 h", None),
            ("99999d", None),
            ("1é", None),
        ] {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
    }
}
