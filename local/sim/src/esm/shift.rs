//! Unrest in a group: partitions move, members die and come back.

use std::sync::Arc;

use super::{Group, Message};
use crate::chance::{Fault, Lot};
use crate::world::World;

const FAULTS: [Fault; 2] = [Fault::Rebalance, Fault::MemberDies];
/// How often something may happen to a group, in milliseconds.
const TURN_MS: (i64, i64) = (1_000, 20_000);
/// After so long without a heartbeat a dead member's partitions are given away, in milliseconds.
const SESSION_TIMEOUT_MS: i64 = 6_000;

pub(super) async fn unrest(world: Arc<World>, group: Arc<Group>) {
    loop {
        let lot = world.draw(group.actor, "group");
        world.sleep(lot.millis(TURN_MS.0, TURN_MS.1, 1)).await;
        match world.fault(&lot, &FAULTS) {
            Some(Fault::Rebalance) => revoke(&world, &group, &lot),
            Some(_) => die(&world, &group, &lot).await,
            None => {}
        }
        adopt(&group, &lot);
    }
}

/// Asks the owner to drain a partition; whoever adopts it next goes on from what it committed.
fn revoke(world: &World, group: &Group, lot: &Lot) {
    let partition = lot.below(world.topics.partitions() as u64, 2);
    let partition = i32::try_from(partition).unwrap_or(0);
    if let Some(owner) = group.owner(partition) {
        owner.inbox.send(Message::Revoked(partition));
    }
}

/// A member dies without a word: what it invoked goes on, and nobody hears its end.
async fn die(world: &Arc<World>, group: &Arc<Group>, lot: &Lot) {
    let members = group.members();
    let Some(member) = members.get(lot.below(members.len() as u64, 3) as usize) else { return };
    world.runtime.kill(member.task);
    world.sleep(SESSION_TIMEOUT_MS).await;
    group.bury(member.id);
    group.join(world);
}

/// Gives partitions that nobody owns to a member.
fn adopt(group: &Group, lot: &Lot) {
    let members = group.members();
    for (salt, partition) in (10..).zip(group.orphans()) {
        if let Some(member) = members.get(lot.below(members.len() as u64, salt) as usize) {
            group.give(partition, member);
        }
    }
}
