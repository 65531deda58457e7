//! `cargo xtask down` and `reset`: stops, and forgets.

use crate::engine::{self, docker};
use crate::failure::Outcome;
use crate::settings::Engine;
use crate::stack::Stack;
use crate::{app, place, service};

/// Stops everything: the runtime first, so that what is in flight is finished while its servers are
/// still there.
pub fn down(stack: &Stack) -> Outcome {
    for app in app::ALL.iter().rev() {
        service::stop(stack, *app)?;
    }
    engine::stop_servers(stack)
}

/// Stops everything and removes all data; downloads and class archives stay.
pub fn reset(stack: &Stack) -> Outcome {
    down(stack)?;
    if stack.settings.engine == Engine::Docker {
        docker::compose(stack, &["--profile", "*", "down", "--volumes"])?;
    }
    place::remove_folder(&stack.place.state.join("data"))
}
