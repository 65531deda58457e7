//! What the tools are told of the gateway on this machine.

use std::path::{Path, PathBuf};

use clap::Args;
use esm_local::template::{Settings, Template};

use crate::gateway::Failure;

/// Where to find what is deployed here.
#[derive(Debug, Clone, Args)]
pub struct Deployed {
    /// The SAM template.
    #[arg(long, default_value = "infra/template.yaml")]
    pub template: PathBuf,
    /// The parameters file.
    #[arg(long, default_value = ".stack/parameters.yaml")]
    pub parameters: PathBuf,
    /// Where the functions' binaries are.
    #[arg(long, default_value = "target/local")]
    pub binaries: PathBuf,
}

impl Deployed {
    /// The template with its parameters.
    ///
    /// # Errors
    /// One of the two cannot be read.
    pub fn template(&self) -> Result<Template, Failure> {
        read_template(&self.template, &self.parameters)
    }
}

/// A template with its parameters.
///
/// # Errors
/// One of the two cannot be read.
pub fn read_template(template: &Path, parameters: &Path) -> Result<Template, Failure> {
    let settings = Settings::read(&[parameters.to_owned()]).map_err(|error| Failure(error.to_string()))?;
    Template::read(template, settings).map_err(|error| Failure(error.to_string()))
}
