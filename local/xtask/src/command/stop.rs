//! `cargo xtask down` and `reset`: stops, and forgets.

use crate::failure::Outcome;
use crate::service::{self, Service};
use crate::stack::Stack;
use crate::{place, server};

/// Stops everything: first what uses servers, then the servers side by side.
pub fn down(stack: &Stack) -> Outcome {
    let (connect, others): (Vec<&dyn Service>, Vec<&dyn Service>) =
        server::ALL.iter().partition(|service| service.name() == "connect");
    side_by_side(stack, &connect)?;
    side_by_side(stack, &others)
}

/// Stops everything and removes all data.
pub fn reset(stack: &Stack) -> Outcome {
    down(stack)?;
    place::remove_folder(&stack.place.state.join("data"))
}

fn side_by_side(stack: &Stack, services: &[&dyn Service]) -> Outcome {
    std::thread::scope(|scope| {
        let stops: Vec<_> =
            services.iter().map(|service| scope.spawn(|| service::stop(stack, *service))).collect();
        stops.into_iter().try_for_each(|stop| stop.join().unwrap_or(Ok(())))
    })
}
