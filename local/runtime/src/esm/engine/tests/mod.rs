//! The engine's rules, played through without a broker, a function or a clock.

mod batching;
mod draining;
mod giving_up;
mod invariants;
mod retrying;

use super::*;
use crate::esm::testing::{MADE_MS, config, record};
use crate::invoke::InvokeOutcome;
use bytes::Bytes;

/// An engine on a stage: what it asks for is noted, what it is told comes from the test.
struct Stage {
    engine: Engine,
    now_ms: i64,
    committed: BTreeMap<i32, i64>,
    notes: Vec<Action>,
}

impl Stage {
    /// With the partitions 0, 1 and 2.
    fn new(config: &MappingConfig) -> Self {
        let backoff = Backoff { min_ms: 100, max_ms: 1_000 };
        let options = EngineOptions { concurrent_invocations_max: 8, backoff, seed: 1 };
        let mut engine = Engine::new(config, options);
        (0..3).for_each(|partition| engine.assign(partition));
        Self { engine, now_ms: MADE_MS, committed: BTreeMap::new(), notes: Vec::new() }
    }

    fn push(&mut self, partition: i32, offsets: impl IntoIterator<Item = i64>) {
        for offset in offsets {
            self.engine.push(record(partition, offset), self.now_ms);
        }
    }

    /// The next call that the engine wants to be made; everything else is noted.
    fn next(&mut self) -> Option<Action> {
        while let Some(action) = self.engine.next_action(self.now_ms) {
            match action {
                Action::Deliver(_) | Action::SendToDestination { .. } => return Some(action),
                Action::Commit { partition, offset } => {
                    let before = self.committed.insert(partition, offset);
                    assert!(before.is_none_or(|before| before < offset), "commits only rise");
                }
                note => self.notes.push(note),
            }
        }
        None
    }

    /// The next delivery, which there must be.
    fn delivery(&mut self) -> Delivery {
        match self.next() {
            Some(Action::Deliver(delivery)) => delivery,
            other => panic!("no delivery but {other:?}"),
        }
    }

    /// The next delivery, waited for.
    fn later_delivery(&mut self) -> Delivery {
        assert_eq!(self.next(), None, "it has to be waited for");
        self.now_ms = self.engine.next_wake_ms().expect("something is due later");
        self.delivery()
    }

    /// The next letters, which there must be.
    fn letters(&mut self) -> (JobId, Vec<Letter>) {
        match self.next() {
            Some(Action::SendToDestination { job, letters }) => (job, letters),
            other => panic!("no letters but {other:?}"),
        }
    }

    fn end(&mut self, delivery: &Delivery, outcome: &InvokeOutcome) -> Resolution {
        self.engine.invocation_finished(delivery.job, outcome, self.now_ms)
    }

    fn succeed(&mut self, delivery: &Delivery) {
        self.end(delivery, &success());
    }

    fn fail(&mut self, delivery: &Delivery) {
        self.end(delivery, &function_error());
    }
}

fn success() -> InvokeOutcome {
    InvokeOutcome::Success(Bytes::new())
}

fn function_error() -> InvokeOutcome {
    InvokeOutcome::FunctionError {
        error_type: "Oops".to_owned(),
        error_message: "no".to_owned(),
        payload: Bytes::new(),
    }
}

fn failed(items: &[(i32, i64)]) -> InvokeOutcome {
    let items: Vec<_> = items
        .iter()
        .map(|(partition, offset)| {
            serde_json::json!({"itemIdentifier": {"partition": format!("pay-{partition}"), "offset": offset}})
        })
        .collect();
    InvokeOutcome::Success(serde_json::json!({ "batchItemFailures": items }).to_string().into())
}

/// The partitions and offsets of an event, in payload order.
fn content(delivery: &Delivery) -> Vec<(i32, i64)> {
    let event: serde_json::Value = serde_json::from_slice(&delivery.payload).expect("the event is JSON");
    let groups = event["records"].as_object().expect("records").clone();
    let mut all: Vec<(i32, i64)> = Vec::new();
    for (name, records) in groups {
        for record in records.as_array().expect("a list") {
            let partition = i32::try_from(record["partition"].as_i64().expect("a partition")).expect("small");
            assert_eq!(name, format!("pay-{partition}"));
            all.push((partition, record["offset"].as_i64().expect("an offset")));
        }
    }
    assert_eq!(all.len(), delivery.records);
    all
}

fn of(partition: i32, offsets: impl IntoIterator<Item = i64>) -> Vec<(i32, i64)> {
    offsets.into_iter().map(|offset| (partition, offset)).collect()
}
