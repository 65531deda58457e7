//! `AWS::Serverless::Function` and `AWS::Lambda::Function`.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::Template;
use super::compute;
use super::document::Node;
use super::error::Fault;
use super::event_invoke;
use super::layers;
use super::model::{Compute, Function};
use super::properties::Properties;
use super::settings::{FunctionSettings, text_of};

/// Serves a Python handler, by AWS's own client where that is installed.
const PYTHON: &str = include_str!("../../bootstraps/python.py");
/// Serves a Node handler.
const NODE: &str = include_str!("../../bootstraps/node.mjs");
/// AWS's default `Timeout`.
const TIMEOUT_DEFAULT_S: i64 = 3;
/// AWS's default `MemorySize`.
const MEMORY_DEFAULT_MIB: u32 = 128;
/// Environments side by side where nothing else is said: a laptop is no region.
const ENVIRONMENTS_DEFAULT: usize = 4;
/// What nice(1) knows.
const NICENESS_MAX: u8 = 19;

/// Reads one function; `resource` is the whole resource, for its `Metadata`.
pub(super) fn read(
    properties: &Properties<'_>,
    template: &Template,
    logical_id: &str,
    resource: &Node,
) -> Function {
    let none = FunctionSettings::default();
    let full_id = template.scope.full(logical_id);
    let settings = template.settings.functions.get(&full_id).unwrap_or(&none);
    let name = properties.text("FunctionName").unwrap_or_else(|| full_id.clone());
    let code_uri = code_uri(properties, template);
    let role = properties.node.get("Role").map(|role| properties.resolver.text(role));
    let role_arn =
        role.and_then(Result::ok).unwrap_or_else(|| properties.resolver.role_arn(&format!("{full_id}Role")));
    let memory_size_mib = memory_size_mib(properties);
    let compute = compute::read(properties, memory_size_mib);
    Function {
        arn: properties.resolver.arn("lambda", &format!("function:{name}")),
        role_arn,
        handler: properties.text("Handler").unwrap_or_else(|| "bootstrap".into()),
        runtime: properties.text("Runtime").unwrap_or_default(),
        description: properties.text("Description").unwrap_or_default(),
        binary: binary(resource, &code_uri, &name),
        command: command(properties, settings),
        timeout: timeout(properties, settings),
        memory_size_mib,
        environment: environment(properties, template, settings),
        event_invoke: event_invoke::read(properties, logical_id),
        environments_max: environments_max(properties, compute, template, settings),
        niceness: niceness(properties, compute, template, settings),
        compute,
        logical_id: full_id,
        name,
        code_uri,
    }
}

/// The parameters file's command; for Python and Node the bootstraps that come with this program.
fn command(properties: &Properties<'_>, settings: &FunctionSettings) -> Vec<String> {
    let runtime = properties.text("Runtime").unwrap_or_default();
    match runtime.as_str() {
        _ if !settings.command.is_empty() => settings.command.clone(),
        python if python.starts_with("python") => vec!["python3".into(), "-c".into(), PYTHON.into()],
        node if node.starts_with("nodejs") => {
            vec!["node".into(), "--input-type=module".into(), "--eval".into(), NODE.into()]
        }
        _ => Vec::new(),
    }
}

fn timeout(properties: &Properties<'_>, settings: &FunctionSettings) -> Duration {
    let declared = properties.number("Timeout", 1..=900).unwrap_or(TIMEOUT_DEFAULT_S);
    Duration::from_secs(settings.timeout.map_or(declared.unsigned_abs(), u64::from))
}

fn memory_size_mib(properties: &Properties<'_>) -> u32 {
    let declared = properties.number("MemorySize", 128..=32_768);
    declared.and_then(|number| u32::try_from(number).ok()).unwrap_or(MEMORY_DEFAULT_MIB)
}

/// `CodeUri` is a path beside the template; an S3 location is no path here.
fn code_uri(properties: &Properties<'_>, template: &Template) -> PathBuf {
    let folder = template.file.parent().unwrap_or_else(|| Path::new("."));
    let code = properties.node.get("CodeUri").or_else(|| properties.node.get("Code"));
    let local = code.and_then(Node::as_str).filter(|uri| !uri.starts_with("s3://"));
    normal(&folder.join(local.unwrap_or(".")))
}

/// Resolves `.` and `..` by name alone, so that the last component is a name.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => drop(normal.pop()),
            other => normal.push(other),
        }
        normal
    })
}

fn binary(resource: &Node, code_uri: &Path, name: &str) -> String {
    let metadata = resource.get("Metadata");
    let named = metadata.and_then(|metadata| {
        let properties = metadata.get("BuildProperties");
        metadata.get("Binary").or_else(|| properties.and_then(|properties| properties.get("Binary")))
    });
    let last = if code_uri.extension().is_some_and(|ending| ending == "zip") {
        code_uri.file_stem()
    } else {
        code_uri.file_name()
    };
    let folder = || last.map(|name| name.to_string_lossy().into_owned());
    named.and_then(Node::as_str).map(str::to_owned).or_else(folder).unwrap_or_else(|| name.to_owned())
}

/// The template's variables, then those of the parameters file for all functions, then those for this one.
///
/// A variable that the parameters file gives is not resolved in the template: that is the
/// way around values only AWS knows.
fn environment(
    properties: &Properties<'_>,
    template: &Template,
    settings: &FunctionSettings,
) -> BTreeMap<String, String> {
    let given = [&template.settings.environment, &settings.environment];
    let declared = properties.section("Environment").section("Variables");
    let names = declared.node.entries().map(|(name, _)| name);
    let mut variables: BTreeMap<String, String> = names
        .filter(|name| !given.iter().any(|given| given.contains_key(*name)))
        .filter_map(|name| Some((name.to_owned(), declared.text(name)?)))
        .collect();
    for (name, value) in given.into_iter().flatten() {
        match text_of(value) {
            Some(text) => drop(variables.insert(name.clone(), text)),
            None => properties.fault("Environment", Fault::at(0, format!("{name} is no text but {value}"))),
        }
    }
    layers::add_paths(&layers::folders(properties, template).0, &mut variables);
    variables
}

fn environments_max(
    properties: &Properties<'_>,
    compute: Compute,
    template: &Template,
    settings: &FunctionSettings,
) -> usize {
    if compute != Compute::OnDemand {
        return compute::environments_max(properties);
    }
    let reserved = properties.number("ReservedConcurrentExecutions", 0..=i64::from(u32::MAX));
    let given = settings.environments.or(template.settings.runtime.environments);
    let wanted = given.and_then(|given| usize::try_from(given).ok()).unwrap_or(ENVIRONMENTS_DEFAULT);
    reserved
        .and_then(|reserved| usize::try_from(reserved).ok())
        .map_or(wanted, |reserved| wanted.min(reserved))
}

fn niceness(
    properties: &Properties<'_>,
    compute: Compute,
    template: &Template,
    settings: &FunctionSettings,
) -> u8 {
    let is_route = |event: &Node| matches!(event.get("Type").and_then(Node::as_str), Some("HttpApi" | "Api"));
    let events = properties.node.get("Events");
    let called_by_people = events.is_some_and(|events| events.entries().any(|(_, event)| is_route(event)));
    let runtime = &template.settings.runtime;
    let background = runtime.background_niceness.filter(|_| !called_by_people);
    let on_instances = runtime.instances_niceness.filter(|_| compute != Compute::OnDemand);
    settings
        .niceness
        .or(background)
        .or(on_instances)
        .or(runtime.niceness)
        .unwrap_or_default()
        .min(NICENESS_MAX)
}
