//! A consumer group: who owns which partition, and what is committed.

use std::sync::{Arc, Mutex};

use esm_local::esm::config::MappingConfig;
use gateway_wire::topics;

use super::{Message, member, shift};
use crate::actor::Actor;
use crate::runtime::{Inbox, TaskId, lock};
use crate::world::World;

/// Members of a group: enough for partitions to move.
const MEMBERS: usize = 2;

/// The group of one mapping.
pub struct Group {
    /// The function.
    pub actor: Actor,
    /// The topic it reads.
    pub topic: &'static str,
    /// The mapping.
    pub config: MappingConfig,
    state: Mutex<State>,
}

struct State {
    members: Vec<Member>,
    owners: Vec<Option<u64>>,
    committed: Vec<i64>,
    last_member: u64,
}

/// A member that lives.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) task: TaskId,
    pub(super) inbox: Arc<Inbox<Message>>,
}

impl Group {
    pub(super) fn start(world: &Arc<World>, actor: Actor) -> Option<Arc<Self>> {
        let config = world.setting.mapping(actor)?.clone();
        let topic = topics::ALL.into_iter().find(|topic| *topic == config.topic)?;
        let partitions = world.topics.partitions();
        let state = State {
            members: Vec::new(),
            owners: vec![None; partitions],
            committed: vec![0; partitions],
            last_member: 0,
        };
        let group = Arc::new(Self { actor, topic, config, state: Mutex::new(state) });
        (0..MEMBERS).for_each(|_| drop(group.join(world)));
        for (partition, member) in (0..partitions).zip(group.members().iter().cycle()) {
            group.give(index_of(partition), member);
        }
        world.runtime.spawn(shift::unrest(Arc::clone(world), Arc::clone(&group)));
        Some(group)
    }

    /// A new member without partitions.
    pub(super) fn join(self: &Arc<Self>, world: &Arc<World>) -> Member {
        let inbox = Arc::new(Inbox::default());
        world.topics.subscribe(self.topic, Arc::clone(&inbox));
        let mut state = lock(&self.state);
        state.last_member += 1;
        let id = state.last_member;
        let task = world.runtime.spawn(member::live(Arc::clone(world), Arc::clone(self), id, inbox.clone()));
        let member = Member { id, task, inbox };
        state.members.push(member.clone());
        member
    }

    /// The members that live.
    pub(super) fn members(&self) -> Vec<Member> {
        lock(&self.state).members.clone()
    }

    /// Makes a partition a member's own.
    pub(super) fn give(&self, partition: i32, member: &Member) {
        if let Some(owner) = lock(&self.state).owners.get_mut(at(partition)) {
            *owner = Some(member.id);
        }
        member.inbox.send(Message::Assigned(vec![partition]));
    }

    /// Takes a partition from its owner; false if it was not the owner.
    pub(super) fn take_back(&self, partition: i32, member: u64) -> bool {
        let mut state = lock(&self.state);
        let owner = state.owners.get_mut(at(partition));
        owner.is_some_and(|owner| {
            let its = *owner == Some(member);
            if its {
                *owner = None;
            }
            its
        })
    }

    /// The member that owns a partition.
    pub(super) fn owner(&self, partition: i32) -> Option<Member> {
        let state = lock(&self.state);
        let id = state.owners.get(at(partition)).copied().flatten()?;
        state.members.iter().find(|member| member.id == id).cloned()
    }

    /// Removes a dead member; returns the partitions that it leaves.
    pub(super) fn bury(&self, member: u64) -> Vec<i32> {
        let mut state = lock(&self.state);
        state.members.retain(|living| living.id != member);
        let mut left = Vec::new();
        for (partition, owner) in state.owners.iter_mut().enumerate() {
            if *owner == Some(member) {
                *owner = None;
                left.push(index_of(partition));
            }
        }
        left
    }

    /// Partitions that nobody owns.
    pub(super) fn orphans(&self) -> Vec<i32> {
        let state = lock(&self.state);
        let orphans = state.owners.iter().enumerate().filter(|(_, owner)| owner.is_none());
        orphans.map(|(partition, _)| index_of(partition)).collect()
    }

    /// Commits an offset, if the partition is the member's.
    pub(super) fn commit(&self, member: u64, partition: i32, offset: i64) {
        let mut state = lock(&self.state);
        if state.owners.get(at(partition)) == Some(&Some(member))
            && let Some(committed) = state.committed.get_mut(at(partition))
        {
            *committed = offset;
        }
    }

    /// The next offset to read.
    pub fn committed(&self, partition: i32) -> i64 {
        lock(&self.state).committed.get(at(partition)).copied().unwrap_or(0)
    }

    /// Whether everything in the topic is finished.
    pub fn is_idle(&self, world: &World) -> bool {
        (0..world.topics.partitions())
            .map(index_of)
            .all(|partition| self.committed(partition) >= world.topics.end(self.topic, partition))
    }
}

fn at(partition: i32) -> usize {
    usize::try_from(partition).unwrap_or(usize::MAX)
}

fn index_of(partition: usize) -> i32 {
    i32::try_from(partition).unwrap_or(i32::MAX)
}
