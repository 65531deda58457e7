//! The issuer of development tokens.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Outcome;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// The realm whose tokens the gateway takes on this machine.
pub const REALM: &str = "gateway";
/// Who its tokens are for.
pub const AUDIENCE: &str = "payment-gateway";

/// The issuer; its keys are kept, so that tokens outlive a restart.
#[derive(Debug)]
pub struct Issuer;

impl Service for Issuer {
    fn name(&self) -> &'static str {
        "issuer"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Issuer]
    }

    fn probe(&self) -> Probe {
        Probe::Http(Request::get("/_issuer/health"))
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let mut command = super::command(stack, "token-issuer")?;
        command.args(["--realm", REALM, "--audience", AUDIENCE]);
        command.arg("--keys").arg(stack.place.data("issuer"));
        command.arg("--listen").arg(format!("127.0.0.1:{}", stack.ports.get(Port::Issuer)));
        Ok(command)
    }

    fn made_of(&self, stack: &Stack) -> Outcome<Vec<PathBuf>> {
        Ok(vec![super::binary(stack, "token-issuer")?])
    }
}
