//! The stage on which a scenario is played: an engine, a clock that is told the time, and what
//! has happened so far.

use std::collections::{BTreeMap, VecDeque};

use esm_local::esm::backoff::Backoff;
use esm_local::esm::config::MappingConfig;
use esm_local::esm::engine::{Action, Condition, Engine, EngineOptions, JobId, Span};
use esm_local::esm::filter::FilterSet;
use esm_local::esm::record::{RawRecord, Record, Timestamp};
use esm_local::esm::response::FailedItems;
use serde_json::Value;

use super::words::{Content, content, duration_ms, offsets, outcome, text};

/// When every scenario begins, in epoch milliseconds.
const BEGINNING_MS: i64 = 1_545_084_650_987;
/// A wait after a failure lies between half of this and this, doubled with every failure.
const BACKOFF: Backoff = Backoff { min_ms: 100, max_ms: 1_000 };
const PARTITIONS: i32 = 4;

pub struct Stage {
    engine: Engine,
    filter: FilterSet,
    now_ms: i64,
    config: MappingConfig,
    /// Everything that arrived, by partition; the index is the offset.
    arrived: BTreeMap<i32, Vec<Arrived>>,
    committed: BTreeMap<i32, i64>,
    calls: BTreeMap<String, JobId>,
    actions: VecDeque<Action>,
}

/// A record on the broker.
#[derive(Debug, Clone)]
struct Arrived {
    value: Option<String>,
    has_key: bool,
    at_ms: i64,
}

type Step = Result<(), String>;

impl Stage {
    pub fn new(config: &MappingConfig) -> Self {
        Self {
            engine: engine(config),
            config: config.clone(),
            filter: FilterSet::parse(&config.filter_patterns).unwrap(),
            now_ms: BEGINNING_MS,
            arrived: BTreeMap::new(),
            committed: BTreeMap::new(),
            calls: BTreeMap::new(),
            actions: VecDeque::new(),
        }
    }

    /// Does or checks everything that a step says.
    pub fn step(&mut self, step: &Value) -> Step {
        for (word, value) in step.as_object().ok_or("a step is a map")? {
            match word.as_str() {
                "after" => self.wait(value)?,
                "arrive" => self.arrive(&content(value)?),
                "arrive_tombstone" => self.arrive_record(number(value)?, None, true),
                "arrive_keyless" => self.arrive_keyless(&content(value)?),
                "arrive_unreadable" => self.arrive_unreadable(value)?,
                "arrive_bytes" => self.arrive_bytes(&offsets(value)?),
                "invoked" => self.invoked(value, step)?,
                "answer" => self.answer(&text(&value["to"]), &value["with"])?,
                "nothing" => self.nothing()?,
                "destination" => self.destination(value)?,
                "dropped" => self.dropped(value)?,
                "split" => self.told("a split", |action| matches!(action, Action::Bisect { .. }))?,
                "committed" => self.check_committed(&offsets(value)?)?,
                "revoked" => self.engine.drain(number(value)?),
                "drained" => self.drained(number(value)?)?,
                "reassigned" => self.reassign(number(value)?),
                "lost" => self.engine.forget(number(value)?),
                "stopped" => (0..PARTITIONS).for_each(|partition| self.engine.drain(partition)),
                "restarted" => self.restart(),
                "answers" | "as" | "attempt" | "seen_as" => {}
                other => return Err(format!("{other} is no word of scenarios")),
            }
        }
        Ok(())
    }

    /// Nothing may be left that the scenario does not speak of.
    pub fn end(mut self) -> Step {
        self.collect();
        let told = |action: &Action| matches!(action, Action::Retry { .. } | Action::Bisect { .. });
        match self.actions.iter().find(|action| !told(action)) {
            Some(action) => Err(format!("at the end: {action:?}")),
            None => Ok(()),
        }
    }

    fn wait(&mut self, value: &Value) -> Step {
        self.collect();
        if value == "its wait" {
            self.now_ms = self.engine.next_wake_ms().ok_or("nothing is waited for")?;
        } else {
            self.now_ms += duration_ms(value)?;
        }
        Ok(())
    }

    fn arrive(&mut self, records: &Content) {
        for (&partition, values) in records {
            values.iter().for_each(|value| self.arrive_value(partition, value));
        }
    }

    fn arrive_keyless(&mut self, records: &Content) {
        for (&partition, values) in records {
            values.iter().for_each(|value| self.arrive_record(partition, Some(value), false));
        }
    }

    /// A record that its schema cannot read, as the poller hands it on.
    fn arrive_unreadable(&mut self, value: &Value) -> Step {
        let partition = number(&value["in"])?;
        let condition = match value["for"].as_str() {
            Some("SCHEMA_NOT_FOUND") => Condition::SchemaNotFound,
            Some("DESERIALIZATION_ERROR") => Condition::DeserializationError,
            _ => return Err(format!("{value} is no reason not to read a record")),
        };
        let offset = self.note(partition, Some("unreadable"), true);
        let arrived = self.arrived(partition, offset);
        self.engine.refuse(Record::from_raw(&raw(partition, offset, &arrived)), condition, self.now_ms);
        Ok(())
    }

    fn arrive_bytes(&mut self, sizes: &BTreeMap<i32, i64>) {
        for (&partition, &size) in sizes {
            self.arrive_value(partition, &"x".repeat(usize::try_from(size).unwrap()));
        }
    }

    fn arrive_value(&mut self, partition: i32, value: &str) {
        self.arrive_record(partition, Some(value), true);
    }

    fn arrive_record(&mut self, partition: i32, value: Option<&str>, has_key: bool) {
        let offset = self.note(partition, value, has_key);
        self.read(partition, offset);
    }

    /// Puts a record on the broker.
    fn note(&mut self, partition: i32, value: Option<&str>, has_key: bool) -> i64 {
        let arrived = self.arrived.entry(partition).or_default();
        arrived.push(Arrived { value: value.map(str::to_owned), has_key, at_ms: self.now_ms });
        i64::try_from(arrived.len()).unwrap() - 1
    }

    fn arrived(&self, partition: i32, offset: i64) -> Arrived {
        self.arrived[&partition][usize::try_from(offset).unwrap()].clone()
    }

    /// Reads a record as the poller does: filtered, or to the engine.
    fn read(&mut self, partition: i32, offset: i64) {
        let arrived = self.arrived(partition, offset);
        let raw = raw(partition, offset, &arrived);
        if self.filter.matches(&raw) {
            self.engine.push(Record::from_raw(&raw), self.now_ms);
        } else {
            self.engine.skip(partition, offset);
        }
    }

    fn invoked(&mut self, expected: &Value, step: &Value) -> Step {
        let delivery = match self.next_call() {
            Some(Action::Deliver(delivery)) => delivery,
            other => return Err(format!("not invoked, but {other:?}")),
        };
        let seen = self.values(&delivery.spans, &delivery.payload);
        equal("invoked with", &seen, &content(expected)?)?;
        check_members(&delivery.payload, step.get("seen_as").unwrap_or(&Value::Null))?;
        if let Some(attempt) = step.get("attempt").and_then(Value::as_u64) {
            equal("the attempt", &u64::from(delivery.attempt), &attempt)?;
        }
        let name = step.get("as").map_or_else(|| "the call".to_owned(), text);
        self.calls.insert(name.clone(), delivery.job);
        match step.get("answers") {
            Some(answer) => self.answer(&name, answer),
            None => Ok(()),
        }
    }

    fn answer(&mut self, name: &str, with: &Value) -> Step {
        let job = self.calls.remove(name).ok_or_else(|| format!("{name} is not out"))?;
        let arrived = &self.arrived;
        let offset_of = |partition, value: &str| {
            let at = arrived.get(&partition)?.iter().position(|a| a.value.as_deref() == Some(value))?;
            i64::try_from(at).ok()
        };
        let outcome = outcome(with, offset_of)?;
        self.engine.invocation_finished(job, &outcome, self.now_ms);
        Ok(())
    }

    fn destination(&mut self, expected: &Value) -> Step {
        let (job, letters) = match self.next_call() {
            Some(Action::SendToDestination { job, letters }) => (job, letters),
            other => return Err(format!("nothing sent, but {other:?}")),
        };
        let sent = self.content_of(letters.iter().flat_map(|letter| letter.records.clone()));
        equal("sent", &sent, &content(&expected["gets"])?)?;
        for letter in &letters {
            check_members(&letter.value, &expected["saying"])?;
        }
        if let Some(count) = expected["letters"].as_u64() {
            equal("letters", &u64::try_from(letters.len()).unwrap(), &count)?;
        }
        let refused = expected.get("refuses").map(content).transpose()?.unwrap_or_default();
        let refused = self.items(&refused);
        self.engine.letters_finished(job, &refused, self.now_ms);
        Ok(())
    }

    fn dropped(&mut self, expected: &Value) -> Step {
        self.collect();
        let at = self.actions.iter().position(|action| matches!(action, Action::Drop { .. }));
        let Some(Action::Drop { condition, spans, .. }) = at.and_then(|at| self.actions.remove(at)) else {
            return Err("nothing was dropped".to_owned());
        };
        equal("dropped for", &condition.for_topic(), &expected["for"].as_str().unwrap_or_default())?;
        let records = spans.iter().flat_map(|s| (s.first_offset..=s.last_offset).map(|o| (s.partition, o)));
        equal("dropped", &self.content_of(records), &content(&expected["records"])?)
    }

    fn told(&mut self, what: &str, is_it: impl Fn(&Action) -> bool) -> Step {
        self.collect();
        let at = self.actions.iter().position(is_it).ok_or_else(|| format!("there was not {what}"))?;
        self.actions.remove(at);
        Ok(())
    }

    fn nothing(&mut self) -> Step {
        self.collect();
        let is_call =
            |action: &&Action| matches!(action, Action::Deliver(_) | Action::SendToDestination { .. });
        self.actions.iter().find(is_call).map_or(Ok(()), |action| Err(format!("but {action:?}")))
    }

    fn check_committed(&mut self, expected: &BTreeMap<i32, i64>) -> Step {
        self.collect();
        equal("committed", &self.committed, expected)
    }

    fn drained(&mut self, partition: i32) -> Step {
        self.collect();
        if self.engine.is_drained(partition) { Ok(()) } else { Err("not drained yet".to_owned()) }
    }

    /// The partition goes and comes back: reading starts at what was committed.
    fn reassign(&mut self, partition: i32) {
        self.collect();
        self.engine.forget(partition);
        self.engine.assign(partition);
        self.read_from_committed(partition);
    }

    /// The runtime ends, whatever is under way, and another one begins.
    fn restart(&mut self) {
        self.collect();
        self.engine = engine(&self.config);
        self.calls.clear();
        self.actions.clear();
        (0..PARTITIONS).for_each(|partition| self.read_from_committed(partition));
    }

    fn read_from_committed(&mut self, partition: i32) {
        let start = self.committed.get(&partition).copied().unwrap_or(0);
        let end = i64::try_from(self.arrived.get(&partition).map_or(0, Vec::len)).unwrap();
        (start..end).for_each(|offset| self.read(partition, offset));
    }

    fn next_call(&mut self) -> Option<Action> {
        self.collect();
        let is_call =
            |action: &Action| matches!(action, Action::Deliver(_) | Action::SendToDestination { .. });
        let at = self.actions.iter().position(is_call)?;
        self.actions.remove(at)
    }

    fn collect(&mut self) {
        while let Some(action) = self.engine.next_action(self.now_ms) {
            match action {
                Action::Commit { partition, offset } => drop(self.committed.insert(partition, offset)),
                action => self.actions.push_back(action),
            }
        }
    }

    fn values(&self, spans: &[Span], payload: &[u8]) -> Content {
        let event: Value = serde_json::from_slice(payload).unwrap();
        let groups = spans.iter().flat_map(|span| {
            let records = event["records"][format!("orders-{}", span.partition)].as_array().unwrap();
            records.iter().map(|record| (span.partition, record["offset"].as_i64().unwrap()))
        });
        self.content_of(groups)
    }

    fn content_of(&self, records: impl Iterator<Item = (i32, i64)>) -> Content {
        let mut content = Content::new();
        for (partition, offset) in records {
            let value = self.arrived(partition, offset).value;
            let value = value.map_or_else(|| "tombstone".to_owned(), |value| shortened(&value));
            content.entry(partition).or_default().push(value);
        }
        content
    }

    fn items(&self, content: &Content) -> FailedItems {
        let find = |partition: i32, value: &String| {
            self.arrived[&partition].iter().position(|arrived| arrived.value.as_ref() == Some(value)).unwrap()
        };
        let items = content.iter().flat_map(|(&partition, values)| {
            values.iter().map(move |value| (partition, i64::try_from(find(partition, value)).unwrap()))
        });
        items.collect()
    }
}

/// An engine that has every partition.
fn engine(config: &MappingConfig) -> Engine {
    let options = EngineOptions { concurrent_invocations_max: 8, backoff: BACKOFF, seed: 1 };
    let mut engine = Engine::new(config, options);
    (0..PARTITIONS).for_each(|partition| engine.assign(partition));
    engine
}

fn raw(partition: i32, offset: i64, arrived: &Arrived) -> RawRecord<'_> {
    RawRecord {
        topic: "orders",
        partition,
        offset,
        timestamp: Timestamp::CreateTime(arrived.at_ms),
        key: arrived.has_key.then_some(b"key".as_slice()),
        value: arrived.value.as_deref().map(str::as_bytes),
        headers: &[],
        key_schema: None,
        value_schema: None,
    }
}

/// A large value is named by its size.
fn shortened(value: &str) -> String {
    if value.len() > 100 { format!("{} bytes", value.len()) } else { value.to_owned() }
}

/// Every member that the scenario names has to be in the document as it says; `null` is absent.
fn check_members(document: &[u8], expected: &Value) -> Step {
    let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    for (pointer, value) in expected.as_object().into_iter().flatten() {
        let found = document.pointer(&format!("/{pointer}")).unwrap_or(&Value::Null);
        equal(pointer, found, value)?;
    }
    Ok(())
}

fn number(value: &Value) -> Result<i32, String> {
    value.as_i64().and_then(|n| i32::try_from(n).ok()).ok_or_else(|| format!("{value} is no partition"))
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, expected: &T) -> Step {
    if seen == expected { Ok(()) } else { Err(format!("{what}: {seen:?}, not {expected:?}")) }
}
