//! Carrying out what the engine decided: calls, letters, commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use esm_local::esm::engine::{Action, Delivery, JobId, Letter};
use esm_local::esm::response::FailedItems;
use esm_local::invoke::InvokeOutcome;
use gateway_ports::log::OutgoingRecord;
use gateway_wire::topics;

use super::Message;
use super::member::Member;
use crate::chance::Fault;
use crate::functions;
use crate::planted::Planted;
use crate::records::Place;

const CALL_FAULTS: [Fault; 3] = [Fault::Throttled, Fault::Unheard, Fault::DeliveredTwice];
const LETTER_FAULTS: [Fault; 2] = [Fault::FailBefore, Fault::FailAfter];

impl Member {
    pub(super) fn carry_out(&mut self, action: Action) {
        match action {
            Action::Deliver(delivery) => self.invoke(delivery),
            Action::SendToDestination { job, letters } => self.send(job, letters),
            Action::Commit { partition, offset } => {
                let read = self.positions.get(&partition).copied().unwrap_or(offset);
                let past = self.world.has(Planted::CommitPastFailure);
                self.dirty.insert(partition, if past { read } else { offset });
            }
            Action::Retry { .. } | Action::Bisect { .. } => {}
            Action::Drop { spans, condition, .. } => {
                let what = || format!("{} drops {spans:?}: {condition:?}", self.group.actor.name());
                self.world.accuse("nothing is dropped", what);
            }
        }
    }

    fn invoke(&self, delivery: Delivery) {
        if self.world.has(Planted::CommitEarly) {
            for span in &delivery.spans {
                self.group.commit(self.id, span.partition, span.last_offset + 1);
            }
        }
        let lot = self.world.draw(self.group.actor, "invoke");
        let fault = self.world.fault(&lot, &CALL_FAULTS);
        let (world, actor, inbox, job) =
            (Arc::clone(&self.world), self.group.actor, Arc::clone(&self.inbox), delivery.job);
        self.world.runtime.spawn(async move {
            world.sleep(lot.millis(0, 5, 1)).await;
            if fault == Some(Fault::Throttled) {
                return inbox.send(Message::Invoked(job, InvokeOutcome::Throttled));
            }
            if fault == Some(Fault::DeliveredTwice) {
                let (there, payload) = (Arc::clone(&world), delivery.payload.clone());
                world.runtime.spawn(async move { drop(functions::kafka(&there, actor, payload).await) });
            }
            if fault == Some(Fault::Unheard) {
                // Who invoked gives up at once, while the function goes on.
                let lost = InvokeOutcome::ServiceError("connection lost".to_owned());
                inbox.send(Message::Invoked(job, lost));
            }
            let mut outcome = functions::kafka(&world, actor, delivery.payload).await;
            if world.has(Planted::IgnorePartialFailures) && matches!(outcome, InvokeOutcome::Success(_)) {
                outcome = InvokeOutcome::Success(Bytes::new());
            }
            if fault != Some(Fault::Unheard) {
                inbox.send(Message::Invoked(job, outcome));
            }
        });
    }

    fn send(&self, job: JobId, letters: Vec<Letter>) {
        let lot = self.world.draw(self.group.actor, "letters");
        let fault = self.world.fault(&lot, &LETTER_FAULTS);
        let (world, actor, inbox, topic) =
            (Arc::clone(&self.world), self.group.actor, Arc::clone(&self.inbox), self.group.topic);
        self.world.runtime.spawn(async move {
            world.sleep(lot.millis(1, 30, 1)).await;
            let all: FailedItems = letters.iter().flat_map(|letter| letter.records.iter().copied()).collect();
            if fault != Some(Fault::FailBefore) && !world.has(Planted::DropLetters) {
                let places: Vec<Place> =
                    all.iter().map(|(partition, offset)| (topic, *partition, *offset)).collect();
                world.append(actor, letters.into_iter().map(record).collect());
                world.topics.lettered(&places);
            }
            let undelivered = if fault.is_some() { all } else { FailedItems::new() };
            inbox.send(Message::Lettered(job, undelivered));
        });
    }

    /// One commit is on its way at most; the next one carries what came meanwhile.
    pub(super) fn commit(&mut self) {
        if self.committing.is_some() || self.dirty.is_empty() {
            return;
        }
        let offsets: BTreeMap<i32, i64> = std::mem::take(&mut self.dirty);
        self.committing = Some(offsets.clone());
        let lot = self.world.draw(self.group.actor, "commit");
        let fault = self.world.fault(&lot, &[Fault::CommitFails]);
        let (world, group, inbox, id) =
            (Arc::clone(&self.world), Arc::clone(&self.group), Arc::clone(&self.inbox), self.id);
        self.world.runtime.spawn(async move {
            if fault.is_some() {
                world.sleep(200).await;
                return inbox.send(Message::Committed(offsets.into_iter().collect()));
            }
            world.sleep(lot.millis(0, 10, 1)).await;
            for (partition, offset) in offsets {
                group.commit(id, partition, offset);
            }
            inbox.send(Message::Committed(Vec::new()));
        });
    }
}

fn record(letter: Letter) -> OutgoingRecord {
    OutgoingRecord {
        topic: topics::PAYMENT_DLQ,
        key: String::from_utf8_lossy(letter.key.as_deref().unwrap_or_default()).into_owned(),
        value: letter.value.to_vec(),
        headers: Vec::new(),
    }
}
