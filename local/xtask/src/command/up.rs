//! `cargo xtask up`: everything that is to run, runs.

use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::server;
use crate::service::{self, Service};
use crate::stack::Stack;

use super::stop;

/// Starts what does not run yet, and waits until all of it is ready.
pub fn run(mut stack: Stack, options: &cli::Up) -> Outcome {
    stack.durable = options.durable;
    if options.fresh {
        stop::reset(&stack)?;
    }
    stack.remember_ports()?;
    side_by_side(&stack, &server::ALL)
}

/// Ensures services side by side; all failures are told, since one often explains another.
fn side_by_side(stack: &Stack, services: &[&dyn Service]) -> Outcome {
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let starts: Vec<_> = services
            .iter()
            .map(|service| scope.spawn(|| service::ensure(stack, *service).map(drop)))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap_or_else(|_| Err(Failure::new("a start panicked")))).collect()
    });
    let failures: Vec<String> =
        outcomes.into_iter().filter_map(Result::err).map(|failure| failure.to_string()).collect();
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("\n\n"))) }
}
