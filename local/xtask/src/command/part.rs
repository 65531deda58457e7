//! `cargo xtask restart NAME` and `kill NAME`: one part alone.

use crate::failure::{Failure, Outcome};
use crate::service::{self, Service};
use crate::stack::Stack;
use crate::{process, say, server};

/// The part with a name.
///
/// # Errors
/// There is none; the names there are are told.
pub fn named(name: &str) -> Outcome<&'static dyn Service> {
    let parts = server::ALL;
    parts.iter().find(|service| service.name() == name).copied().ok_or_else(|| {
        let names: Vec<&str> = parts.iter().map(|service| service.name()).collect();
        Failure::new(format!("nothing is called {name}")).remedy(format!("one of: {}", names.join(", ")))
    })
}

/// Stops a part and starts it again.
pub fn restart(stack: &Stack, name: &str) -> Outcome {
    let part = named(name)?;
    service::stop(stack, part)?;
    service::ensure(stack, part).map(drop)
}

/// Ends a part as a crash would.
pub fn kill(stack: &Stack, name: &str) -> Outcome {
    let part = named(name)?;
    let killed = process::kill(&stack.place, part.name())?;
    say::progress(part.name(), if killed { "ended (SIGKILL)" } else { "did not run" });
    Ok(())
}
