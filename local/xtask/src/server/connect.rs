//! Kafka Connect: a worker with Debezium's connector for MariaDB.

use std::process::Command;

use super::configure;
use super::java::Java;
use super::kafka::log_option;
use crate::failure::Outcome;
use crate::fetch::jars::{self, Module};
use crate::fetch::jdk;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// The worker; it waits by itself for the broker to come up.
#[derive(Debug)]
pub struct Connect;

impl Service for Connect {
    fn name(&self) -> &'static str {
        "connect"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Connect]
    }

    fn probe(&self) -> Probe {
        Probe::Http(Request::get("/connectors"))
    }

    /// The catalogue follows the ledger when the ledger has time for it.
    fn niceness(&self) -> i32 {
        15
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let plugins = jars::of(stack, Module::Debezium)?;
        let extra = [("STACK_PLUGINS", plugins.display().to_string())];
        let properties = configure(stack, "connect/worker.properties", &extra)?;
        let java = Java {
            name: "connect",
            jdk: jdk::jdks(stack)?.usual(),
            heap_mib: 384,
            jars: &jars::of(stack, Module::Kafka)?,
            main: "org.apache.kafka.connect.cli.ConnectDistributed",
        };
        let mut options = vec![log_option(stack)];
        options.extend(stack.settings.jvm_compiler());
        options.extend(java.class_archive(stack)?);
        let mut command = java.command(&options);
        command.arg(properties);
        Ok(command)
    }
}
