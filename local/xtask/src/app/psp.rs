//! The simulator of the payment service provider.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Outcome;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// The simulator.
#[derive(Debug)]
pub struct PspSimulator;

impl Service for PspSimulator {
    fn name(&self) -> &'static str {
        "psp-simulator"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Psp]
    }

    fn probe(&self) -> Probe {
        Probe::Http(Request::get("/_simulator/health"))
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let mut command = super::command(stack, "psp-simulator")?;
        command.arg("--listen").arg(format!("127.0.0.1:{}", stack.ports.get(Port::Psp)));
        Ok(command)
    }

    fn made_of(&self, stack: &Stack) -> Outcome<Vec<PathBuf>> {
        Ok(vec![super::binary(stack, "psp-simulator")?])
    }
}
