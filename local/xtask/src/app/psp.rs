//! The simulator of the payment service provider.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Outcome;
use crate::place;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// The simulator; like a real provider it does not forget charges when it is restarted.
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
        let journal = stack.place.data("psp-simulator").join("charges.journal");
        place::make_folder(journal.parent().unwrap_or(&stack.place.state))?;
        command.arg("--journal").arg(journal);
        command.arg("--listen").arg(format!("127.0.0.1:{}", stack.ports.get(Port::Psp)));
        Ok(command)
    }

    /// It would run elsewhere.
    fn niceness(&self) -> i32 {
        10
    }

    fn made_of(&self, stack: &Stack) -> Outcome<Vec<PathBuf>> {
        Ok(vec![super::binary(stack, "psp-simulator")?])
    }
}
