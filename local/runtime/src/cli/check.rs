//! `esm-local check`: what of a template is understood.

use esm_local::esm::config::{EventSource, MappingConfig, SourceAccess};
use esm_local::host::{HostOptions, LogBook};
use esm_local::template::{Application, Compute, Function, PayloadFormat, Route, RuntimeSettings, Schedule};
use jiff::Timestamp;

use super::Error;
use super::source::Source;

/// Prints what the template says, a line each.
pub fn execute(source: &Source) -> Result<(), Error> {
    let config = source.config()?;
    let template = source.read(config.as_ref())?;
    let application = template.application()?;
    if let Some(config) = &config {
        println!("configured by {}", config.file.display());
    }
    let binary = config.as_ref().and_then(|config| config.own.binary.as_ref());
    let binary = binary.map(|path| path.display().to_string()).or(template.settings().runtime.binary.clone());
    let options = HostOptions::new(LogBook::new(None));
    let options = HostOptions { binary_pattern: binary.unwrap_or(options.binary_pattern.clone()), ..options };
    section("functions", &application.functions, |it| function(it, &options));
    section("routes", &application.routes, |it| route(it, &application));
    section("mappings", &application.mappings, |it| mapping(it, &template.settings().runtime));
    section("schedules", &application.schedules, schedule);
    section("left aside", &application.ignored, Clone::clone);
    if !application.warnings.is_empty() {
        section("look at", &application.warnings, Clone::clone);
    }
    Ok(())
}

fn section<T>(title: &str, items: &[T], line: impl Fn(&T) -> String) {
    println!("{title} ({})", items.len());
    items.iter().for_each(|item| println!("  {}", line(item)));
}

fn function(function: &Function, options: &HostOptions) -> String {
    format!(
        "{}  {}, {} s, {} MB, {} environments at most{}, {} variables",
        function.name,
        program(function, options),
        function.timeout.as_secs(),
        function.memory_size_mib,
        function.environments_max,
        calls_at_once(function.compute),
        function.environment.len(),
    )
}

fn calls_at_once(compute: Compute) -> String {
    match compute {
        Compute::OnDemand => String::new(),
        Compute::Instances { calls_max } => format!(" on instances with {calls_max} calls at once each"),
    }
}

/// The program, by a short path, and whether it is there.
fn program(function: &Function, options: &HostOptions) -> String {
    if let Some(program) = function.command.first() {
        return format!("{} by {program}", function.handler);
    }
    let path = options.program(function);
    let here = std::env::current_dir().unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(&path).display();
    if path.is_file() { format!("binary {short}") } else { format!("binary {short} (not built)") }
}

fn route(route: &Route, application: &Application) -> String {
    let authorizer = route.authorizer.as_deref().map(|name| format!("  ({name})")).unwrap_or_default();
    let format = match route.payload_format {
        PayloadFormat::V2 => String::new(),
        PayloadFormat::V1 => "  payload format 1.0".to_owned(),
        PayloadFormat::Rest => {
            let api = application.apis.get(&route.api);
            format!("  REST API, stage {}", api.map_or("", |api| api.stage.as_str()))
        }
    };
    format!("{} -> {}{authorizer}{format}", route.key(), route.function)
}

fn mapping(mapping: &MappingConfig, settings: &RuntimeSettings) -> String {
    let source = match &mapping.source {
        EventSource::Msk { cluster_arn } => cluster_arn.as_str(),
        EventSource::SelfManaged => "self-managed",
    };
    let state = if mapping.enabled { "" } else { "  (disabled)" };
    format!(
        "{} -> {}  group {}, up to {} records, {} ms window, {} at {source}, {}{state}",
        mapping.topic,
        mapping.function,
        mapping.consumer_group_id,
        mapping.batch_size,
        mapping.maximum_batching_window.as_millis(),
        mapping.bootstrap_servers,
        access(mapping, settings),
    )
}

/// How the brokers of this machine are got at, and how those on AWS are where that is another way.
fn access(mapping: &MappingConfig, settings: &RuntimeSettings) -> String {
    let access = &mapping.source_access;
    if let Some(protocol) = settings.kafka.get("security.protocol").and_then(|value| value.as_str()) {
        return format!("{protocol} by `Runtime: {{Kafka: …}}`");
    }
    let here = match (access.security_protocol(), access.sasl_mechanism()) {
        (_, Some(mechanism)) => format!("TLS and {mechanism}"),
        ("SSL", None) if access.authentication.is_some() => "mutual TLS".to_owned(),
        ("SSL", None) => "TLS".to_owned(),
        _ => "plain".to_owned(),
    };
    let on_aws = match (access.without_secret.as_slice(), &mapping.source) {
        ([], EventSource::Msk { .. }) if *access == SourceAccess::default() => "IAM".to_owned(),
        ([], _) => return here,
        (kinds, _) => kinds.join(", "),
    };
    format!("{here} ({on_aws} on AWS)")
}

fn schedule(schedule: &Schedule) -> String {
    let state = if schedule.enabled { "" } else { "  (disabled)" };
    let zone = schedule.timing.zone.iana_name().filter(|name| *name != "UTC");
    let zone = zone.map(|name| format!(" {name}")).unwrap_or_default();
    let day = |word: &str, time: Option<_>| {
        time.map(|time: Timestamp| format!(" {word} {time}")).unwrap_or_default()
    };
    format!(
        "{} -> {}  {}{zone}{}{}{state}",
        schedule.id,
        schedule.function,
        schedule.expression,
        day("from", schedule.timing.start),
        day("until", schedule.timing.end),
    )
}
