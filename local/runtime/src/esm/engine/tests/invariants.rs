//! Whatever the function, the destination and the group do: order, contiguity, no loss.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::esm::config::{DestinationArn, OnFailureDestination};

const PARTITIONS: i32 = 3;

/// One thing that happens to a mapping.
#[derive(Debug, Clone)]
enum Event {
    Records {
        partition: i32,
        count: usize,
    },
    Filtered {
        partition: i32,
    },
    /// A record that its schema cannot read.
    Refused {
        partition: i32,
    },
    Answer {
        which: usize,
        outcome: Outcome,
    },
    Wait,
    Drain {
        partition: i32,
    },
    /// The runtime dies and is started again.
    Crash,
    /// Pollers were added or taken away.
    Limit {
        invocations: usize,
    },
    /// Others go first, or do not any more.
    Patience {
        ms: u64,
    },
}

#[derive(Debug, Clone)]
enum Outcome {
    Success,
    Error,
    Throttled,
    Nonsense,
    Named(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let outcome = prop_oneof![
        3 => Just(Outcome::Success),
        2 => Just(Outcome::Error),
        1 => Just(Outcome::Throttled),
        1 => Just(Outcome::Nonsense),
        4 => any::<u64>().prop_map(Outcome::Named),
    ];
    prop_oneof![
        6 => (0..PARTITIONS, 1_usize..8).prop_map(|(partition, count)| Event::Records { partition, count }),
        1 => (0..PARTITIONS).prop_map(|partition| Event::Filtered { partition }),
        1 => (0..PARTITIONS).prop_map(|partition| Event::Refused { partition }),
        8 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Event::Answer { which, outcome }),
        3 => Just(Event::Wait),
        1 => (0..PARTITIONS).prop_map(|partition| Event::Drain { partition }),
        1 => Just(Event::Crash),
        1 => (1_usize..9).prop_map(|invocations| Event::Limit { invocations }),
        1 => prop_oneof![Just(0_u64), Just(100)].prop_map(|ms| Event::Patience { ms }),
    ]
}

/// The world around the engine, which knows the truth.
struct World {
    stage: Stage,
    config: MappingConfig,
    next_offset: BTreeMap<i32, i64>,
    calls: Vec<Action>,
    /// Records that may be committed past.
    finished: BTreeSet<(i32, i64)>,
    /// Records that must never be delivered.
    refused: BTreeSet<(i32, i64)>,
    /// Records pushed under the current assignment.
    pushed: BTreeSet<(i32, i64)>,
}

impl World {
    fn collect(&mut self) {
        while let Some(call) = self.stage.next() {
            if let Action::Deliver(delivery) = &call {
                self.check_delivery(delivery);
            }
            self.calls.push(call);
        }
        for note in std::mem::take(&mut self.stage.notes) {
            if let Action::Drop { spans, .. } = note {
                // Within a span some may have been finished before; all are now.
                for span in spans {
                    self.finished.extend(of(span.partition, span.first_offset..=span.last_offset));
                }
            }
        }
        self.check_commits();
    }

    fn check_delivery(&self, delivery: &Delivery) {
        let records = content(delivery);
        assert!(records.len() <= self.config.batch_size);
        assert!(records.iter().all(|record| !self.refused.contains(record)));
        let busy = self.calls.iter().flat_map(partitions_of).collect::<BTreeSet<_>>();
        for window in records.windows(2).filter(|w| w[0].0 == w[1].0) {
            assert!(window[0].1 < window[1].1, "in order");
        }
        for &(partition, offset) in &records {
            assert!(!busy.contains(&partition), "partition {partition} is in flight twice");
            let earlier = self.pushed.range((partition, i64::MIN)..(partition, offset));
            for record in earlier.filter(|r| !records.contains(r)) {
                assert!(self.is_given_up_or_finished(*record), "{record:?} was overtaken by {offset}");
            }
        }
    }

    fn is_given_up_or_finished(&self, record: (i32, i64)) -> bool {
        let dropped = self.stage.notes.iter().any(|note| match note {
            Action::Drop { spans, .. } => spans
                .iter()
                .any(|s| s.partition == record.0 && (s.first_offset..=s.last_offset).contains(&record.1)),
            _ => false,
        });
        dropped || self.finished.contains(&record)
    }

    fn check_commits(&self) {
        for (&partition, &offset) in &self.stage.committed {
            for record in self.pushed.range((partition, i64::MIN)..(partition, offset)) {
                assert!(self.finished.contains(record), "{record:?} is committed but not finished");
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Records { partition, count } => {
                for _ in 0..count {
                    if self.stage.engine.wants(partition) {
                        let offset = self.take_offset(partition);
                        self.pushed.insert((partition, offset));
                        self.stage.push(partition, [offset]);
                    }
                }
            }
            Event::Filtered { partition } => {
                let offset = self.take_offset(partition);
                self.pushed.insert((partition, offset));
                self.finished.insert((partition, offset));
                self.stage.engine.skip(partition, offset);
            }
            Event::Refused { partition } if !self.stage.engine.wants(partition) => {}
            Event::Refused { partition } => {
                let offset = self.take_offset(partition);
                self.pushed.insert((partition, offset));
                self.refused.insert((partition, offset));
                let now_ms = self.stage.now_ms;
                self.stage.engine.refuse(record(partition, offset), Condition::SchemaNotFound, now_ms);
            }
            Event::Answer { .. } if self.calls.is_empty() => {}
            Event::Answer { which, outcome } => {
                let call = self.calls.swap_remove(which % self.calls.len());
                self.answer(&call, &outcome);
            }
            Event::Wait => self.wait(),
            Event::Drain { partition } => self.hand_over(partition),
            Event::Crash => self.crash(),
            Event::Limit { invocations } => self.stage.engine.set_concurrent_invocations_max(invocations),
            Event::Patience { ms } => {
                self.stage.engine.set_patience(std::time::Duration::from_millis(ms));
            }
        }
        self.collect();
    }

    fn answer(&mut self, call: &Action, outcome: &Outcome) {
        let now_ms = self.stage.now_ms;
        match call {
            Action::Deliver(delivery) => {
                let (done, outcome) = reply(&content(delivery), outcome);
                self.finished.extend(done);
                self.stage.end(delivery, &outcome);
            }
            Action::SendToDestination { job, letters } => {
                let refuses = |i: usize| matches!(outcome, Outcome::Named(bits) if bits >> (i % 64) & 1 == 1);
                let (refused, taken): (Vec<_>, Vec<_>) =
                    letters.iter().enumerate().partition(|(i, _)| refuses(*i));
                self.finished.extend(taken.iter().flat_map(|(_, l)| l.records.clone()));
                let refused = refused.iter().flat_map(|(_, l)| l.records.clone()).collect();
                self.stage.engine.letters_finished(*job, &refused, now_ms);
            }
            other => panic!("{other:?} is no call"),
        }
    }

    fn wait(&mut self) {
        if let Some(due_ms) = self.stage.engine.next_wake_ms() {
            self.stage.now_ms = self.stage.now_ms.max(due_ms);
        }
    }

    /// Drains a partition, lets it go and gets it back: reading starts at the committed offset.
    fn hand_over(&mut self, partition: i32) {
        self.stage.engine.drain(partition);
        for _ in 0..100 {
            self.collect();
            if self.stage.engine.is_drained(partition) {
                break;
            }
            self.wait();
            if let Some(call) = self.calls.pop() {
                self.answer(&call, &Outcome::Success);
            }
        }
        assert!(self.stage.engine.is_drained(partition));
        self.collect();
        self.stage.engine.forget(partition);
        self.stage.engine.assign(partition);
        self.resume(partition);
    }

    /// Everything that was not committed is forgotten; what is out is never heard of again.
    fn crash(&mut self) {
        let engine = Stage::new(&self.config).engine;
        self.stage.engine = engine;
        self.calls.clear();
        (0..PARTITIONS).for_each(|partition| self.resume(partition));
    }

    /// Reading starts at the committed offset.
    fn resume(&mut self, partition: i32) {
        let resumed = self.stage.committed.remove(&partition).unwrap_or(0).max(self.resume_of(partition));
        self.next_offset.insert(partition, resumed);
        // What comes again may be delivered again: at least once.
        self.pushed.retain(|r| r.0 != partition || r.1 < resumed);
        self.finished.retain(|r| r.0 != partition || r.1 < resumed);
        self.refused.retain(|r| r.0 != partition || r.1 < resumed);
    }

    fn resume_of(&self, partition: i32) -> i64 {
        // Offsets committed under earlier assignments: everything below was finished.
        let unfinished = self
            .pushed
            .range((partition, i64::MIN)..(partition, i64::MAX))
            .find(|r| !self.finished.contains(r));
        let all = self.next_offset.get(&partition).copied().unwrap_or(0);
        unfinished.map_or(all, |r| r.1)
    }

    fn take_offset(&mut self, partition: i32) -> i64 {
        let next = self.next_offset.entry(partition).or_insert(0);
        *next += 1;
        *next - 1
    }
}

fn reply(records: &[(i32, i64)], outcome: &Outcome) -> (Vec<(i32, i64)>, InvokeOutcome) {
    match outcome {
        Outcome::Success => (records.to_vec(), success()),
        Outcome::Error => (Vec::new(), function_error()),
        Outcome::Throttled => (Vec::new(), InvokeOutcome::Throttled),
        Outcome::Nonsense => (Vec::new(), InvokeOutcome::Success(Bytes::from_static(b"7"))),
        Outcome::Named(bits) => {
            let (named, done): (Vec<_>, Vec<_>) =
                records.iter().enumerate().partition(|(i, _)| bits >> (i % 64) & 1 == 1);
            let named: Vec<_> = named.into_iter().map(|(_, r)| *r).collect();
            (done.into_iter().map(|(_, r)| *r).collect(), failed(&named))
        }
    }
}

fn partitions_of(call: &Action) -> Vec<i32> {
    match call {
        Action::Deliver(delivery) => delivery.spans.iter().map(|span| span.partition).collect(),
        Action::SendToDestination { letters, .. } => {
            letters.iter().flat_map(|l| l.records.iter().map(|r| r.0)).collect()
        }
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_contiguity_and_no_loss(
        events in proptest::collection::vec(event(), 1..120),
        batch_size in 1_usize..12,
        bisect in any::<bool>(),
        retries in proptest::option::of(0_u32..4),
        destination in 0..3,
        window_ms in prop_oneof![Just(0_u64), Just(500)],
    ) {
        let queue = DestinationArn::parse("arn:aws:sqs:us-east-1:123456789012:failed").unwrap();
        let on_failure = match destination {
            0 => None,
            1 => Some(OnFailureDestination::KafkaTopic("dlq".to_owned())),
            _ => Some(OnFailureDestination::Arn(queue)),
        };
        let config = MappingConfig {
            batch_size,
            bisect_batch_on_function_error: bisect,
            maximum_retry_attempts: retries,
            maximum_batching_window: std::time::Duration::from_millis(window_ms),
            on_failure,
            ..config()
        };
        let mut world = World {
            stage: Stage::new(&config), config, refused: BTreeSet::new(), next_offset: BTreeMap::new(), calls: Vec::new(),
            finished: BTreeSet::new(), pushed: BTreeSet::new(),
        };
        events.into_iter().for_each(|event| world.happen(event));
        // The storm is over: everything succeeds, and everything is committed.
        for _ in 0..2_000 {
            world.wait();
            world.collect();
            match world.calls.pop() {
                Some(call) => world.answer(&call, &Outcome::Success),
                None if world.stage.engine.next_wake_ms().is_none() => break,
                None => {}
            }
        }
        world.collect();
        prop_assert_eq!(&world.pushed.difference(&world.finished).count(), &0);
        for partition in 0..PARTITIONS {
            let last = world.pushed.range((partition, i64::MIN)..(partition, i64::MAX)).last();
            if let (Some((_, last)), Some(committed)) = (last, world.stage.committed.get(&partition)) {
                prop_assert_eq!(*committed, last + 1);
            }
        }
    }
}
