//! The edge of the event source mappings: what the pollers do against brokers, done in memory. What is
//! decided is decided by the runtime's own engine.

mod carry;
mod group;
mod member;
mod shift;

use std::sync::Arc;

use esm_local::esm::engine::JobId;
use esm_local::esm::response::FailedItems;
use esm_local::invoke::InvokeOutcome;

pub use group::Group;

use crate::actor::Actor;
use crate::world::World;

/// What a member of a group hears.
pub enum Message {
    /// These partitions are its own from now on.
    Assigned(Vec<i32>),
    /// This one is to be given back when it is drained.
    Revoked(i32),
    /// A call has ended.
    Invoked(JobId, InvokeOutcome),
    /// The on-failure topic has all letters but these.
    Lettered(JobId, FailedItems),
    /// The commit on its way has ended; what failed is committed again.
    Committed(Vec<(i32, i64)>),
}

/// Starts the mapping of each function that reads a topic; returns their groups.
pub fn start(world: &Arc<World>) -> Vec<Arc<Group>> {
    let groups = Actor::CONSUMERS.into_iter().filter_map(|actor| Group::start(world, actor));
    groups.collect()
}
