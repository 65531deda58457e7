//! Kafka's topics, and what became of each record in them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gateway_memory::log::{LoggedRecord, MemoryLog};
use gateway_ports::PortError;
use gateway_ports::log::{Delivered, OutgoingRecord};

use crate::actor::Actor;
use crate::esm::Message;
use crate::planted::Planted;
use crate::runtime::{Inbox, lock};
use crate::world::World;

/// Where a record stands: topic, partition, offset.
pub type Place = (&'static str, i32, i64);

/// What became of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// Its place in the order in which all records were appended.
    pub appended: u64,
    /// When it was appended, in epoch milliseconds.
    pub at_ms: i64,
    /// The step of history at which a function was first given it.
    pub delivered: Option<u64>,
    /// The step of history at which it was first finished, one way or the other.
    pub finished: Option<u64>,
    /// How often a function reported it as done.
    pub processed: u32,
    /// How often its mapping sent it to the on-failure topic.
    pub lettered: u32,
}

/// The topics.
pub struct Topics {
    log: MemoryLog,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fates: BTreeMap<Place, Fate>,
    readers: Vec<(&'static str, Arc<Inbox<Message>>)>,
    steps: u64,
}

impl Topics {
    pub(crate) fn new(partitions: usize) -> Self {
        Self { log: MemoryLog::new(partitions), state: Mutex::default() }
    }

    /// How many partitions each topic has.
    pub fn partitions(&self) -> usize {
        self.log.partitions()
    }

    /// The next offset of a partition.
    pub fn end(&self, topic: &str, partition: i32) -> i64 {
        i64::try_from(self.log.end(topic, index(partition))).unwrap_or(i64::MAX)
    }

    /// A record, if it is there.
    pub fn record(&self, topic: &str, partition: i32, offset: i64) -> Option<LoggedRecord> {
        let offset = usize::try_from(offset).ok()?;
        self.log.read(topic, index(partition), offset, 1).pop()
    }

    /// When a record was appended.
    pub fn stamp_ms(&self, place: Place) -> i64 {
        lock(&self.state).fates.get(&place).map_or(0, |fate| fate.at_ms)
    }

    /// Whom to wake when something comes to a topic.
    pub(crate) fn subscribe(&self, topic: &'static str, reader: Arc<Inbox<Message>>) {
        lock(&self.state).readers.push((topic, reader));
    }

    /// A function is given these records: each is new history for its first time.
    pub(crate) fn delivered(&self, places: &[Place]) {
        self.note(places, |fate, step| fate.delivered = fate.delivered.or(Some(step)));
    }

    /// A function has reported these as done.
    pub(crate) fn processed(&self, places: &[Place]) {
        self.note(places, |fate, step| {
            fate.finished = fate.finished.or(Some(step));
            fate.processed += 1;
        });
    }

    /// The on-failure topic has these.
    pub(crate) fn lettered(&self, places: &[Place]) {
        self.note(places, |fate, step| {
            fate.finished = fate.finished.or(Some(step));
            fate.lettered += 1;
        });
    }

    /// What became of all records, by place.
    pub fn fates(&self) -> BTreeMap<Place, Fate> {
        lock(&self.state).fates.clone()
    }

    fn note(&self, places: &[Place], change: impl Fn(&mut Fate, u64)) {
        let mut state = lock(&self.state);
        state.steps += 1;
        let step = state.steps;
        for place in places {
            if let Some(fate) = state.fates.get_mut(place) {
                change(fate, step);
            }
        }
    }

    fn append(&self, record: OutgoingRecord, at_ms: i64) -> Delivered {
        let topic = record.topic;
        let at = self.log.append(record);
        let mut state = lock(&self.state);
        let fate = Fate { appended: state.fates.len() as u64, at_ms, ..Fate::default() };
        state.fates.insert((topic, at.partition, at.offset), fate);
        for (_, reader) in state.readers.iter().filter(|(read, _)| *read == topic) {
            reader.nudge();
        }
        at
    }
}

impl World {
    /// Appends records to their topics and wakes who reads them.
    pub(crate) fn append(
        &self,
        actor: Actor,
        records: Vec<OutgoingRecord>,
    ) -> Vec<Result<Delivered, PortError>> {
        let append = |mut record: OutgoingRecord| {
            self.look_at_redrive(&record);
            if self.has(Planted::ScatterKeys) {
                record.key = format!("{}{}", record.key, self.unique() % 64);
            }
            let (topic, at) = (record.topic, self.topics.append(record, self.now_ms()));
            self.tell(|| format!("{} → {topic}-{}@{}", actor.name(), at.partition, at.offset));
            Ok(at)
        };
        records.into_iter().map(append).collect()
    }
}

fn index(partition: i32) -> usize {
    usize::try_from(partition).unwrap_or(usize::MAX)
}
