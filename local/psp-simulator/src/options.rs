//! What can be set: flags of the program, or the fields a test fills in.

use std::path::PathBuf;

use clap::Args;

/// The simulator's options. [`Options::default`] is what the flags default to.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The bearer token that callers must present; webhooks are signed with it.
    #[arg(long, env = "PSP_SIMULATOR_TOKEN", default_value = DEFAULT_TOKEN, hide_env_values = true)]
    pub token: String,
    /// Added to every answer to a POST, in milliseconds, after the charge was made.
    #[arg(long, env = "PSP_SIMULATOR_LATENCY_MS", default_value_t = 0)]
    pub latency_ms: u64,
    /// How late the card `slow` is answered, in milliseconds: longer than a client waits.
    #[arg(long, env = "PSP_SIMULATOR_SLOW_MS", default_value_t = 30_000)]
    pub slow_ms: u64,
    /// How long a charge stays IN_ANALYSIS, in milliseconds.
    #[arg(long, env = "PSP_SIMULATOR_ANALYSIS_MS", default_value_t = 2_000)]
    pub analysis_ms: u64,
    /// How often the passing faults (`…-then-fine`) happen for each idempotency key.
    #[arg(long, env = "PSP_SIMULATOR_FAILURES", default_value_t = 2)]
    pub failures: u32,
    /// `Retry-After` of 429 and 503, in seconds.
    #[arg(long, env = "PSP_SIMULATOR_RETRY_AFTER_S", default_value_t = 1)]
    pub retry_after_s: u32,
    /// How many requests for a charge are remembered; beyond it they are refused with a 503.
    #[arg(long, env = "PSP_SIMULATOR_CHARGES_MAX", default_value_t = 500_000)]
    pub charges_max: usize,
    /// Where charges are written to, so that they outlive the process. In memory without it.
    #[arg(long, env = "PSP_SIMULATOR_JOURNAL", value_name = "FILE")]
    pub journal: Option<PathBuf>,
}

const DEFAULT_TOKEN: &str = "simulator-token";

impl Default for Options {
    fn default() -> Self {
        Self {
            token: DEFAULT_TOKEN.to_owned(),
            latency_ms: 0,
            slow_ms: 30_000,
            analysis_ms: 2_000,
            failures: 2,
            retry_after_s: 1,
            charges_max: 500_000,
            journal: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::Options;

    #[test]
    fn the_flags_default_to_the_default_options() {
        let matches = Options::augment_args(Command::new("test")).get_matches_from(["test"]);
        let parsed = Options::from_arg_matches(&matches).expect("defaults are complete");
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Options::default()));
    }
}
