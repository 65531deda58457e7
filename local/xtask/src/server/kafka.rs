//! Kafka: one broker that is its own controller.

use std::path::Path;
use std::process::Command;

use super::configure;
use super::java::Java;
use crate::failure::{Doing, Outcome};
use crate::fetch::jars::{self, Module};
use crate::fetch::jdk;
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::ports::Port;
use crate::probe::Probe;
use crate::service::Service;
use crate::settings;
use crate::stack::Stack;

/// The cluster's id: any 16 bytes in base64, the same for ever so that storage fits after a restart.
const CLUSTER_ID: &str = "Z2F0ZXdheS1sb2NhbC1zdA";
/// What formatting leaves behind.
const FORMATTED: [&str; 2] = ["meta.properties", "bootstrap.checkpoint"];

/// The broker.
#[derive(Debug)]
pub struct Kafka;

impl Service for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Kafka, Port::KafkaController]
    }

    fn probe(&self) -> Probe {
        Probe::Kafka
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let data = stack.place.data("kafka");
        let properties =
            configure(stack, "kafka/server.properties", &[("STACK_DATA", data.display().to_string())])?;
        let jars = jars::of(stack, Module::Kafka)?;
        let jdk = jdk::jdks(stack)?.usual();
        format_storage(stack, &properties, &data)?;
        let java = Java { name: "kafka", jdk, heap_mib: 512, jars: &jars, main: "kafka.Kafka" };
        let mut options = vec![log_option(stack)];
        options.extend(stack.settings.jvm_compiler());
        options.extend(java.class_archive(stack)?);
        let mut command = java.command(&options);
        command.arg(properties);
        Ok(command)
    }
}

/// Where Kafka's and Connect's log settings are.
pub fn log_option(stack: &Stack) -> String {
    format!("-Dlog4j2.configurationFile={}", stack.place.stack_file("kafka/log4j2.properties").display())
}

/// Gives empty storage its identity. Formatting costs a JVM, so its two files are kept for next time.
fn format_storage(stack: &Stack, properties: &Path, data: &Path) -> Outcome {
    if data.join(FORMATTED[0]).is_file() {
        return Ok(());
    }
    place::make_folder(data)?;
    let kept = stack.place.state.join("kafka-format");
    if kept.join(FORMATTED[0]).is_file() {
        return copy_format(&kept, data);
    }
    let jars = jars::of(stack, Module::Kafka)?;
    let jdk = jdk::jdks(stack)?.usual();
    let java =
        Java { name: "kafka-format", jdk, heap_mib: 128, jars: &jars, main: "kafka.tools.StorageTool" };
    let mut format = java.command(&[settings::QUICK_COMPILER.to_owned()]);
    format.args(["format", "--cluster-id", CLUSTER_ID, "--config"]).arg(properties);
    let log = stack.place.log("kafka-format");
    tool::run(format, &LongStep { who: "kafka", what: "formatting its storage", log: &log, grows: None })?;
    place::make_folder(&kept)?;
    copy_format(data, &kept)
}

fn copy_format(from: &Path, to: &Path) -> Outcome {
    // meta.properties last: its presence says that all is there.
    for file in FORMATTED.iter().rev().filter(|file| from.join(file).is_file()) {
        std::fs::copy(from.join(file), to.join(file)).doing(|| format!("copy {file} to {}", to.display()))?;
    }
    Ok(())
}
