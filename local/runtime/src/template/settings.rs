//! The parameters file: what AWS, or a deployment, would know and this machine does not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::error::{Fault, TemplateError};
use super::secrets::Secrets;
use super::{document, imports};
use crate::esm::places::DestinationPlaces;
use crate::http_api::JwtOptions;

/// A parameters file (YAML or JSON). Every section may be left out.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Values that a deployment would give, from `samconfig.toml`: those above win, and those that the
    /// template does not declare are passed over, as `sam deploy` does.
    #[serde(skip)]
    pub deployed: BTreeMap<String, Value>,
    /// `LogicalId.Attribute`, `LogicalId` for what `Ref` gives, or a whole `{{resolve:…}}`: what only AWS knows.
    pub attributes: BTreeMap<String, Value>,
    /// Values for `Fn::ImportValue`, by export name; in the file also `file:PATH` of such values.
    pub imports: BTreeMap<String, Value>,
    /// Environment variables of every function; they win over the template's.
    pub environment: BTreeMap<String, Value>,
    /// Settings of single functions, by logical id.
    pub functions: BTreeMap<String, FunctionSettings>,
    /// Schedule expressions by logical id of function + event, such as `ExpireEvery: rate(1 second)`;
    /// `disabled` turns a schedule off.
    pub schedules: BTreeMap<String, String>,
    /// What Secrets Manager would hold, by ARN or logical id.
    pub secrets: Secrets,
    /// Settings of the runtime itself.
    pub runtime: RuntimeSettings,
    /// `disabled` turns the template's JWT authorizers off; otherwise how they are enforced.
    pub authorizer: Option<AuthorizerSetting>,
}

/// What happens with the template's authorizers. Unless anything is said, they are enforced as on AWS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "Authorizer is `disabled`, or a mapping of Algorithms and NestedClaims")]
pub enum AuthorizerSetting {
    /// `disabled`: routes are open, whatever the template says.
    Off(Off),
    /// They are enforced, with choices that AWS does not offer.
    Enforced(JwtOptions),
}

/// The word that turns authorizers off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Off {
    /// `disabled`.
    Disabled,
}

/// Settings of one function.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct FunctionSettings {
    /// How many execution environments may run side by side.
    pub environments: Option<u32>,
    /// Environment variables of this function; they win over all others.
    pub environment: BTreeMap<String, Value>,
    /// Program and arguments instead of the built binary, such as a Python runtime client.
    pub command: Vec<String>,
    /// `Timeout` in seconds instead of the template's.
    pub timeout: Option<u32>,
    /// `nice(1)` of its processes, 0 to 19.
    pub niceness: Option<u8>,
}

/// Settings of the runtime itself.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct RuntimeSettings {
    /// Where built binaries are: a path with `{binary}` in it, relative to the working directory.
    pub binary: Option<String>,
    /// Brokers for every mapping, or by cluster ARN, mapping id or `*`.
    pub bootstrap_servers: Option<Addresses>,
    /// How many execution environments a function may have where it says nothing itself.
    pub environments: Option<u32>,
    /// Waits between the attempts of an asynchronous call whose function failed; as many as are given
    /// here are made after the first. AWS waits for one and for two minutes.
    pub event_retry_seconds: Option<Vec<f64>>,
    /// How long an environment may be idle before it is ended.
    pub idle_seconds: Option<u32>,
    /// `nice(1)` of functions that say nothing themselves, 0 to 19: on one machine, the servers that all
    /// functions wait for go first.
    pub niceness: Option<u8>,
    /// `nice(1)` of functions that no HTTP route calls, 0 to 19; without it as `Niceness`. Who waits for an
    /// answer goes first; under load, batches for the others gather longer.
    pub background_niceness: Option<u8>,
    /// `nice(1)` of functions on Lambda Managed Instances that HTTP routes call, 0 to 19; without it as the others.
    /// One process does there what many do elsewhere, and gets a process's share of the processors.
    pub instances_niceness: Option<u8>,
    /// Where SQS, SNS and S3 destinations lead: a folder or an endpoint, for all or by ARN,
    /// `sqs`, `sns`, `s3` or `*`.
    pub destinations: Option<Addresses>,
    /// Schema registries with Confluent's API, for every mapping or by URI, mapping id or `*`.
    pub schema_registries: Option<Addresses>,
    /// librdkafka's properties for every consumer and producer, over what follows from the template.
    pub kafka: BTreeMap<String, Value>,
}

/// One address for everything, or one each by name: brokers, registries, destinations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Addresses {
    /// The same for everything.
    All(String),
    /// By name: an ARN, a mapping's id, or `*` for the rest.
    Each(BTreeMap<String, String>),
}

impl Addresses {
    /// The address of the first name that is listed, else that of `*`.
    pub fn find(&self, names: &[&str]) -> Option<&str> {
        match self {
            Self::All(address) => Some(address),
            Self::Each(addresses) => {
                names.iter().chain(&["*"]).find_map(|name| addresses.get(*name)).map(String::as_str)
            }
        }
    }
}

impl RuntimeSettings {
    /// Where on-failure destinations lead.
    pub fn places(&self) -> DestinationPlaces {
        match &self.destinations {
            None => DestinationPlaces::default(),
            Some(Addresses::All(place)) => DestinationPlaces::from_iter([("*", place)]),
            Some(Addresses::Each(places)) => places.iter().collect(),
        }
    }
}

impl Settings {
    /// Whether `Authorizer: disabled` opens all routes.
    pub fn is_open(&self) -> bool {
        matches!(self.authorizer, Some(AuthorizerSetting::Off(_)))
    }

    /// Reads parameters files; what a later file says is laid over the earlier ones.
    pub fn read(files: &[PathBuf]) -> Result<Self, TemplateError> {
        let mut merged = Value::Object(serde_json::Map::new());
        let mut last = PathBuf::from("parameters");
        for file in files {
            let mut own = read_document(file)?;
            imports::expand(&mut own, file)?;
            document::merge(&mut merged, own);
            last.clone_from(file);
        }
        serde_json::from_value(merged).map_err(|error| {
            let message = format!("{error}; the README of the local runtime lists what may stand here");
            TemplateError::new(&last, vec![Fault::at(0, message)])
        })
    }
}

/// A YAML or JSON file as a value.
///
/// # Errors
/// [`TemplateError`] where it cannot be read, with the line.
pub fn read_document(file: &Path) -> Result<Value, TemplateError> {
    let fault = |line, message: String| TemplateError::new(file, vec![Fault::at(line, message)]);
    let text = std::fs::read_to_string(file).map_err(|error| fault(0, format!("cannot be read: {error}")))?;
    document::parse(&text).map(|node| node.to_value()).map_err(|(line, message)| fault(line, message))
}

/// Text of a scalar as CloudFormation and environment variables see it.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_api::{JwtAlgorithm, NestedClaims};

    #[test]
    fn authorizers_are_enforced_unless_the_file_says_disabled() {
        let chosen = |algorithms: &[JwtAlgorithm], nested_claims| {
            let options = JwtOptions { algorithms: algorithms.to_vec(), nested_claims };
            Some(Some(AuthorizerSetting::Enforced(options)))
        };
        for (text, expected) in [
            ("{}", Some(None)),
            ("Authorizer: disabled", Some(Some(AuthorizerSetting::Off(Off::Disabled)))),
            ("Authorizer: {}", chosen(&JwtAlgorithm::OF_AWS, NestedClaims::Map)),
            (
                "Authorizer: { Algorithms: [ES256], NestedClaims: json }",
                chosen(&[JwtAlgorithm::ES256], NestedClaims::Json),
            ),
            ("Authorizer: off", None),
            ("Authorizer: { Algorithms: [HS256] }", None),
            ("Authorizer: { Algorithms: [none] }", None),
            ("Authorizer: { Issuer: x }", None),
        ] {
            let value = document::parse(text).map(|node| node.to_value()).ok().unwrap();
            let read = serde_json::from_value::<Settings>(value).ok().map(|settings| settings.authorizer);
            assert_eq!(read, expected, "{text}");
        }
    }
}
