//! DynamoDB Local, on loopback.

use std::process::Command;

use super::java::Java;
use crate::failure::Outcome;
use crate::fetch::jars::{self, Module};
use crate::fetch::jdk;
use crate::place;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// DynamoDB Local: its tables are in memory, or in `.stack/data` when they are to last.
#[derive(Debug)]
pub struct DynamoDb;

impl Service for DynamoDb {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Dynamodb]
    }

    /// The signature is not checked, but must be there.
    fn probe(&self) -> Probe {
        const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                                 SignedHeaders=host, Signature=0";
        Probe::Http(Request {
            method: "POST",
            path: "/".to_owned(),
            headers: vec![
                ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
                ("Content-Type", "application/x-amz-json-1.0"),
                ("Authorization", SIGNATURE),
            ],
            body: "{}".into(),
        })
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let jars = jars::of(stack, Module::DynamoDb)?;
        let jdk = jdk::jdks(stack)?.usual();
        let java = Java { name: "dynamodb", jdk, heap_mib: 256, jars: &jars, main: "DynamoDb" };
        let mut options =
            vec!["-Xms256m".to_owned(), format!("-Dsqlite4java.library.path={}", jars.display())];
        options.extend(stack.settings.jvm_compiler());
        let mut command = java.command(&options);
        command.args([
            "-sharedDb",
            "-disableTelemetry",
            "-port",
            &stack.ports.get(Port::Dynamodb).to_string(),
        ]);
        if stack.settings.durable {
            let data = stack.place.data("dynamodb");
            place::make_folder(&data)?;
            command.arg("-dbPath").arg(data);
        } else {
            command.arg("-inMemory");
        }
        Ok(command)
    }

    /// It does one thing at a time anyhow, and each in several steps of several threads.
    fn keeps_to_one_of_two(&self) -> bool {
        true
    }
}
