//! One record from the client to the engine: decoded, filtered, kept.

use std::ops::Bound::{Excluded, Included, Unbounded};

use rdkafka::Message;

use super::intake::with_raw;
use super::session::Session;
use super::start::Shared;
use crate::esm::engine::Engine;
use crate::esm::record::{Encoder, RawRecord};
use crate::esm::registry::{Decoded, SchemaRegistry, Schemas, decode};
use crate::invoke::Invoke;

/// A record that can only be read when the registry has told this schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingSchema(pub u32);

/// Where records go.
pub struct Reception<'s, I> {
    /// Filters, counters, configuration.
    pub shared: &'s Shared<I>,
    /// Takes what is to be delivered.
    pub engine: &'s mut Engine,
    /// What the registry has told so far.
    pub schemas: &'s Schemas,
    /// Writes the records of one partition.
    pub encoder: &'s mut Encoder,
    /// When they came: asked once for all that come in one turn.
    pub now_ms: i64,
}

impl<'s, I: Invoke> Reception<'s, I> {
    /// For what comes now.
    pub fn new(
        shared: &'s Shared<I>,
        engine: &'s mut Engine,
        schemas: &'s Schemas,
        encoder: &'s mut Encoder,
    ) -> Self {
        Self { shared, engine, schemas, encoder, now_ms: shared.clock.now_ms() }
    }

    /// Hands a record to the engine, or tells which schema it waits for.
    pub fn receive<M: Message>(&mut self, message: &M) -> Result<(), MissingSchema> {
        let shared = self.shared;
        with_raw(message, &shared.config.topic, |raw| match &shared.config.schema_registry {
            None => {
                self.pass(raw, raw, raw);
                Ok(())
            }
            Some(registry) => self.decode(registry, raw),
        })
    }

    fn decode(&mut self, registry: &SchemaRegistry, raw: &RawRecord<'_>) -> Result<(), MissingSchema> {
        match decode(registry, self.schemas, raw) {
            Decoded::Asks(id) => return Err(MissingSchema(id)),
            Decoded::Views(views) => {
                self.pass(&views.for_filters(raw), &views.for_event(registry.format, raw), raw);
            }
            Decoded::Not(reason) => {
                self.shared.metrics.schema_registry_error.add(1);
                let (topic, partition, offset) = (raw.topic, raw.partition, raw.offset);
                self.shared.trouble(&format!("{topic}-{partition} offset {offset}: {reason}"));
                let record = self.encoder.record(raw);
                self.engine.refuse(record, reason.condition, self.now_ms);
            }
        }
        Ok(())
    }

    /// A record as the filters see it, as the event has it, and as it came.
    fn pass(&mut self, filtered: &RawRecord<'_>, event: &RawRecord<'_>, raw: &RawRecord<'_>) {
        if self.shared.filter.matches(filtered) {
            let record = self.encoder.record(event);
            let record = if std::ptr::eq(event, raw) { record } else { record.with_key(raw.key) };
            self.engine.push(record, self.now_ms);
        } else {
            self.shared.metrics.filtered_out.add(1);
            self.engine.skip(raw.partition, raw.offset);
        }
    }
}

impl<I: Invoke> Session<I> {
    /// Reads from the partitions' queues what the engine wants.
    pub(super) fn take_in(&mut self) {
        let mut budget = crate::esm::limits::INTAKE_RECORDS_PER_TURN;
        let (mut failed, mut missing) = (Vec::new(), Vec::new());
        self.desk.schemas.forget_outdated(self.shared.clock.now_ms());
        let mut reception =
            Reception::new(&self.shared, &mut self.engine, &self.desk.schemas, &mut self.encoder);
        let mut room = reception.engine.room_bytes();
        // Who was last when the budget ended is followed by the others: a partition with a backlog
        // must not be read alone.
        let next = self.next_intake;
        for some in [(Included(next), Unbounded), (Unbounded, Excluded(next))] {
            for (&partition, intake) in self.intakes.range_mut(some) {
                reception.encoder.start_anew();
                while budget > 0 && intake.may_have_more() && reception.engine.wants_within(partition, room) {
                    budget -= 1;
                    self.next_intake = partition + 1;
                    match intake.next(|message| {
                        self.shared.metrics.polled.add(1);
                        self.commits.found(partition, message.offset());
                        room -= i64::try_from(message.payload_len()).unwrap_or(i64::MAX);
                        reception.receive(message)
                    }) {
                        Some(Ok(Ok(()))) => {}
                        Some(Ok(Err(schema))) => missing.push(schema),
                        Some(Err(error)) => failed.push(error),
                        None => break,
                    }
                }
            }
        }
        failed.iter().for_each(|error| self.poll_failed(error));
        missing.into_iter().for_each(|schema| self.ask_registry(schema));
    }

    /// Goes on with the records that waited for a schema.
    pub(super) fn take_held(&mut self) {
        let mut missing = Vec::new();
        let mut reception =
            Reception::new(&self.shared, &mut self.engine, &self.desk.schemas, &mut self.encoder);
        for intake in self.intakes.values_mut() {
            reception.encoder.start_anew();
            missing.extend(intake.retry_held(|message| reception.receive(message)));
        }
        missing.into_iter().for_each(|schema| self.ask_registry(schema));
    }
}
