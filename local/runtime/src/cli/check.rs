//! `esm-local check`: what of a template is understood.

use esm_local::esm::config::{EventSource, MappingConfig};
use esm_local::template::{Application, Function, Route, Schedule};

/// Prints an application, a line each.
pub fn print(application: &Application) {
    section("functions", &application.functions, function);
    section("routes", &application.routes, route);
    section("mappings", &application.mappings, mapping);
    section("schedules", &application.schedules, schedule);
    section("left aside", &application.ignored, Clone::clone);
}

fn section<T>(title: &str, items: &[T], line: impl Fn(&T) -> String) {
    println!("{title} ({})", items.len());
    items.iter().for_each(|item| println!("  {}", line(item)));
}

fn function(function: &Function) -> String {
    let program = function.command.first().map_or_else(
        || format!("binary {}", function.binary),
        |program| format!("{} by {program}", function.handler),
    );
    format!(
        "{}  {program}, {} s, {} MB, {} environments at most, {} variables",
        function.name,
        function.timeout.as_secs(),
        function.memory_size_mib,
        function.environments_max,
        function.environment.len(),
    )
}

fn route(route: &Route) -> String {
    let authorizer = route.authorizer.as_deref().map(|name| format!("  ({name})")).unwrap_or_default();
    format!("{} -> {}{authorizer}", route.key(), route.function)
}

fn mapping(mapping: &MappingConfig) -> String {
    let source = match &mapping.source {
        EventSource::Msk { cluster_arn } => cluster_arn.as_str(),
        EventSource::SelfManaged => "self-managed",
    };
    let state = if mapping.enabled { "" } else { "  (disabled)" };
    format!(
        "{} -> {}  group {}, up to {} records, {} ms window, {} at {source}{state}",
        mapping.topic,
        mapping.function,
        mapping.consumer_group_id,
        mapping.batch_size,
        mapping.maximum_batching_window.as_millis(),
        mapping.bootstrap_servers,
    )
}

fn schedule(schedule: &Schedule) -> String {
    let state = if schedule.enabled { "" } else { "  (disabled)" };
    format!("{} -> {}  {}{state}", schedule.id, schedule.function, schedule.expression)
}
