//! How the running stack was started, for the commands that come after.

use serde::{Deserialize, Serialize};

use crate::demand::Demand;
use crate::failure::{Failure, Outcome};
use crate::place::{self, Place};

/// Tells a JVM to use its quick compiler alone.
pub const QUICK_COMPILER: &str = "-XX:TieredStopAtLevel=1";

/// Whether what cannot be checked is a failure.
#[must_use]
pub fn checks_are_required() -> bool {
    Demand::Checks.is_made()
}

/// Who runs the servers; a few addresses differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Processes of this machine.
    #[default]
    Native,
    /// Docker Compose.
    Docker,
}

/// Where the functions that buyers wait for are, as in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Compute {
    /// In environments that take one call at a time each.
    #[default]
    OnDemand,
    /// On Lambda Managed Instances, in environments that take several calls at once each.
    Instances,
}

impl std::fmt::Display for Compute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OnDemand => "on demand",
            Self::Instances => "on instances",
        })
    }
}

/// What `up` chose, and `restart`, `status` and `down` must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Who runs the servers.
    pub engine: Engine,
    /// Whether DynamoDB's tables outlive its process.
    pub durable: bool,
    /// Whether `cargo lambda watch` runs the functions.
    #[serde(default)]
    pub watch: bool,
    /// Where the functions that buyers wait for are.
    #[serde(default)]
    pub compute: Compute,
    /// Whether the servers are to be as fast as they get, rather than quick to start.
    #[serde(default)]
    pub measured: bool,
}

impl Settings {
    /// The option that keeps a server's JVM to its quick compiler, so that a server that handles little
    /// is warm sooner and leaves the cores to what is being developed; none where it has time to warm up.
    pub fn jvm_compiler(self) -> Option<String> {
        (!self.measured).then(|| QUICK_COMPILER.to_owned())
    }

    /// What the last `up` chose; the defaults if there was none.
    pub fn remembered(place: &Place) -> Self {
        let text = std::fs::read_to_string(place.state.join("settings.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Remembers the choice.
    pub fn remember(self, place: &Place) -> Outcome {
        let text = serde_json::to_string(&self).map_err(|error| Failure::new(error.to_string()))?;
        place::write(&place.state.join("settings.json"), &text)
    }
}
