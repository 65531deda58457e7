//! `cargo xtask status`: a table of what runs.

use super::part;
use crate::engine::docker;
use crate::failure::Outcome;
use crate::process::{Record, resident_kib};
use crate::service::Service;
use crate::settings::Engine;
use crate::stack::Stack;
use crate::{probe, say};

/// Prints the table.
pub fn run(stack: &Stack) -> Outcome {
    say::line(format!(
        "{:<14} {:>8} {:>6} {:<12} {:>9} {:>13}  log",
        "name", "pid", "port", "health", "RSS", "uptime"
    ));
    for service in part::all(stack) {
        say::line(row(stack, service));
    }
    if stack.settings.engine == Engine::Docker { docker::status(stack) } else { Ok(()) }
}

fn row(stack: &Stack, service: &dyn Service) -> String {
    let name = service.name();
    let log = stack.place.log(name);
    let Some(record) = Record::of_running(&stack.place, name) else {
        let port = stack.ports.get(service.ports()[0]);
        return format!(
            "{name:<14} {:>8} {port:>6} {:<12} {:>9} {:>13}  {}",
            "-",
            "stopped",
            "-",
            "-",
            log.display()
        );
    };
    let health = if probe::ask(&service.probe(), record.ports[0]).is_ok() { "ready" } else { "not ready" };
    let memory = resident_kib(record.pid).map_or("?".to_owned(), |kib| format!("{} MiB", kib / 1024));
    let uptime = say::duration(record.uptime());
    format!(
        "{name:<14} {:>8} {:>6} {health:<12} {memory:>9} {uptime:>13}  {}",
        record.pid,
        record.ports[0],
        log.display()
    )
}
