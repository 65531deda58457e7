//! Where the template, the parameters and everything else come from: the command line, then `samconfig.toml`.

use std::path::{Path, PathBuf};

use clap::Args;
use esm_local::samconfig::{ENVIRONMENT_DEFAULT, SamConfig};
use esm_local::template::{Settings, Template};

use super::Error;

/// What `sam` takes where nothing is named.
const TEMPLATE_NAMES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];

/// The template and what it is read with.
#[derive(Debug, Args)]
pub struct Source {
    /// The SAM template, YAML or JSON [default: samconfig.toml's, else template.yaml, .yml or .json].
    #[arg(long)]
    template: Option<PathBuf>,
    /// Parameters files; a later one is laid over the earlier ones.
    #[arg(long)]
    parameters: Vec<PathBuf>,
    /// A parameter's value, over those of the files.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    overrides: Vec<(String, String)>,
    /// Configuration [default: without --template, samconfig.toml, .yaml or .yml here or in the one folder below that
    /// has one].
    #[arg(long, value_name = "FILE")]
    config_file: Option<PathBuf>,
    /// The environment in it.
    #[arg(long, value_name = "NAME", default_value = ENVIRONMENT_DEFAULT)]
    config_env: String,
}

impl Source {
    /// The configuration, if there is one.
    pub fn config(&self) -> Result<Option<SamConfig>, Error> {
        let found = || if self.template.is_none() { SamConfig::find(Path::new("")) } else { None };
        match self.config_file.clone().or_else(found) {
            Some(file) => Ok(Some(SamConfig::read(&file, &self.config_env)?)),
            None if self.config_env != ENVIRONMENT_DEFAULT => {
                Err("--config-env: there is no samconfig.toml here; name it by --config-file".into())
            }
            None => Ok(None),
        }
    }

    /// Reads the template with all that is known about its values.
    pub fn read(&self, config: Option<&SamConfig>) -> Result<Template, Error> {
        let files = match config {
            Some(config) if self.parameters.is_empty() => config.own.parameters.to_vec(),
            _ => self.parameters.clone(),
        };
        let mut settings = Settings::read(&files)?;
        let overrides = self.overrides.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        settings.parameters.extend(overrides);
        if let Some(config) = config {
            let pseudo = [("AWS::Region", &config.region), ("AWS::StackName", &config.stack_name)];
            for (name, value) in pseudo.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))) {
                settings.parameters.entry(name.to_owned()).or_insert_with(|| value.into());
            }
            settings.deployed.clone_from(&config.parameter_overrides);
        }
        Ok(Template::read(&self.template(config)?, settings)?)
    }

    fn template(&self, config: Option<&SamConfig>) -> Result<PathBuf, Error> {
        if let Some(template) = &self.template {
            return Ok(template.clone());
        }
        let named = config.and_then(|config| config.own.template.clone().or_else(|| config.template.clone()));
        if let Some(template) = named {
            return Ok(template);
        }
        let beside = config.and_then(|config| config.file.parent()).unwrap_or_else(|| Path::new(""));
        let places = [Path::new(""), beside];
        let mut usual =
            places.iter().flat_map(|folder| TEMPLATE_NAMES.iter().map(move |name| folder.join(name)));
        usual.find(|file| file.is_file()).ok_or_else(|| {
            "there is no template.yaml here: name the template by --template, or in samconfig.toml as \
             `template` under [default.esm_local.parameters]"
                .into()
        })
    }
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("wants NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
