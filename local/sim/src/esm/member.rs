//! One member of a group: reads its partitions, lets the engine decide, carries out what it decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use esm_local::esm::backoff::Backoff;
use esm_local::esm::engine::{Engine, EngineOptions};
use esm_local::esm::record::{RawRecord, Record, Timestamp};

use super::{Group, Message};
use crate::chance::Fault;
use crate::runtime::Inbox;
use crate::world::World;

/// As the runtime's defaults: waits between attempts, and how long draining may take.
const BACKOFF: Backoff = Backoff { min_ms: 100, max_ms: 10_000 };
const DRAIN_MS: i64 = 30_000;
/// The member looks around at least this often, in milliseconds.
const HOUSEKEEPING_MS: i64 = 10_000;

/// A member's state.
pub(super) struct Member {
    pub(super) world: Arc<World>,
    pub(super) group: Arc<Group>,
    pub(super) id: u64,
    pub(super) inbox: Arc<Inbox<Message>>,
    pub(super) engine: Engine,
    /// The next offset to read of each partition.
    pub(super) positions: BTreeMap<i32, i64>,
    /// Partitions whose records come late, and until when.
    pub(super) stalled: BTreeMap<i32, i64>,
    /// Offsets to commit, and those on their way.
    pub(super) dirty: BTreeMap<i32, i64>,
    pub(super) committing: Option<BTreeMap<i32, i64>>,
    /// Partitions to give back, and when at the latest.
    pub(super) leaving: BTreeMap<i32, i64>,
}

/// Lives until it is killed.
pub(super) async fn live(world: Arc<World>, group: Arc<Group>, id: u64, inbox: Arc<Inbox<Message>>) {
    let concurrency = world.chance(|chance| chance.profile().concurrency);
    let options =
        EngineOptions { concurrent_invocations_max: concurrency, backoff: BACKOFF, seed: world.unique() };
    let engine = Engine::new(&group.config, options);
    let mut member = Member {
        world,
        group,
        id,
        inbox,
        engine,
        positions: BTreeMap::new(),
        stalled: BTreeMap::new(),
        dirty: BTreeMap::new(),
        committing: None,
        leaving: BTreeMap::new(),
    };
    loop {
        let wake_ms = member.turn();
        let sleep = member.world.runtime.sleep_until(wake_ms);
        member.inbox.news(sleep).await;
    }
}

impl Member {
    /// Does what can be done now; returns when to look again at the latest.
    fn turn(&mut self) -> i64 {
        while let Some(message) = self.inbox.take() {
            self.hear(message);
        }
        self.take_in();
        let now_ms = self.world.now_ms();
        while let Some(action) = self.engine.next_action(now_ms) {
            self.carry_out(action);
        }
        self.go_on_leaving();
        self.commit();
        let due = self.engine.next_wake_ms().into_iter();
        let due = due.chain(self.stalled.values().copied()).chain(self.leaving.values().copied());
        due.filter(|at_ms| *at_ms > now_ms).fold(now_ms + HOUSEKEEPING_MS, i64::min)
    }

    fn hear(&mut self, message: Message) {
        let now_ms = self.world.now_ms();
        match message {
            Message::Assigned(partitions) => partitions.into_iter().for_each(|partition| {
                self.engine.assign(partition);
                self.positions.insert(partition, self.group.committed(partition));
            }),
            Message::Revoked(partition) => {
                self.engine.drain(partition);
                self.leaving.entry(partition).or_insert(now_ms + DRAIN_MS);
            }
            Message::Invoked(job, outcome) => {
                let resolution = self.engine.invocation_finished(job, &outcome, now_ms);
                if let Some(cause) = resolution.cause {
                    self.world.tell(|| format!("{} mapping: {cause}", self.group.actor.name()));
                }
            }
            Message::Lettered(job, undelivered) => self.engine.letters_finished(job, &undelivered, now_ms),
            Message::Committed(failed) => {
                self.committing = None;
                for (partition, offset) in failed {
                    self.dirty.entry(partition).or_insert(offset);
                }
            }
        }
    }

    fn take_in(&mut self) {
        let now_ms = self.world.now_ms();
        self.stalled.retain(|_, until_ms| *until_ms > now_ms);
        let partitions: Vec<_> = self.positions.keys().copied().collect();
        for partition in partitions {
            if !self.leaving.contains_key(&partition) && !self.stalls(partition) {
                self.read(partition);
            }
        }
    }

    /// Whether records that are there come late.
    fn stalls(&mut self, partition: i32) -> bool {
        if self.stalled.contains_key(&partition) {
            return true;
        }
        let position = self.positions.get(&partition).copied().unwrap_or(0);
        if position >= self.world.topics.end(self.group.topic, partition) {
            return true;
        }
        let lot = self.world.draw(self.group.actor, "fetch");
        if self.world.fault(&lot, &[Fault::FetchStalls]).is_none() {
            return false;
        }
        self.stalled.insert(partition, self.world.now_ms() + lot.millis(500, 60_000, 1));
        true
    }

    fn read(&mut self, partition: i32) {
        let topic = self.group.topic;
        while self.engine.wants(partition) {
            let Some(position) = self.positions.get_mut(&partition) else { return };
            let Some(logged) = self.world.topics.record(topic, partition, *position) else { return };
            let headers: Vec<_> = logged
                .record
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), Some(value.as_bytes())))
                .collect();
            let record = Record::from_raw(&RawRecord {
                topic,
                partition,
                offset: *position,
                timestamp: Timestamp::CreateTime(self.world.topics.stamp_ms((topic, partition, *position))),
                key: Some(logged.record.key.as_bytes()),
                value: Some(&logged.record.value),
                headers: &headers,
                key_schema: None,
                value_schema: None,
            });
            *position += 1;
            self.engine.push(record, self.world.now_ms());
        }
    }

    /// Gives back what is drained and committed, or whose time is over.
    fn go_on_leaving(&mut self) {
        let now_ms = self.world.now_ms();
        let pending = |partition: &i32| {
            self.dirty.contains_key(partition)
                || self.committing.as_ref().is_some_and(|offsets| offsets.contains_key(partition))
        };
        let over = |(partition, by_ms): (&i32, &i64)| {
            let drained = self.engine.is_drained(*partition) && !pending(partition);
            (drained || now_ms >= *by_ms).then_some(*partition)
        };
        let over: Vec<_> = self.leaving.iter().filter_map(over).collect();
        for partition in over {
            self.leaving.remove(&partition);
            self.engine.forget(partition);
            self.positions.remove(&partition);
            self.dirty.remove(&partition);
            self.group.take_back(partition, self.id);
        }
    }
}
