//! Each record is processed or dead-lettered with its cause, in the order of its reservation.

use std::collections::{BTreeMap, BTreeSet};

use gateway_ports::dead_letters::DeadLetterRow;
use gateway_wire::topics;
use serde_json::Value;

use crate::records::{Fate, Place};
use crate::world::World;

impl World {
    /// Looks at what became of all records.
    pub(super) fn look_at_records(&self) {
        let fates = self.topics.fates();
        for (place, fate) in &fates {
            if fate.processed == 0 && fate.lettered == 0 {
                self.accuse("each record is processed or dead-lettered", || format!("{place:?} is neither"));
            }
        }
        self.look_at_order(&fates);
        self.look_at_letters(&fates);
    }

    /// Of one reservation and topic, no record is finished before an earlier one.
    fn look_at_order(&self, fates: &BTreeMap<Place, Fate>) {
        let mut last: BTreeMap<(&str, String), (u64, u64, Place)> = BTreeMap::new();
        let mut in_order: Vec<_> = fates.iter().collect();
        in_order.sort_by_key(|(_, fate)| fate.appended);
        for (place, fate) in in_order {
            let (Some(delivered), Some(finished)) = (fate.delivered, fate.finished) else { continue };
            let Some(reservation) = self.reservation_of(place) else { continue };
            let earlier = last.insert((place.0, reservation), (delivered, finished, *place));
            if let Some((first_delivered, first_finished, first)) = earlier
                && (delivered < first_delivered || finished < first_finished)
            {
                let what = || format!("{place:?} overtook {first:?}");
                self.accuse("records of a reservation keep their order", what);
            }
        }
    }

    fn reservation_of(&self, place: &Place) -> Option<String> {
        let logged = self.topics.record(place.0, place.1, place.2)?;
        if place.0 == topics::PAYMENT_DLQ {
            return Some(logged.record.key);
        }
        let value: Value = serde_json::from_slice(&logged.record.value).ok()?;
        value["reservation_id"].as_str().map(str::to_owned)
    }

    /// Each dead letter has its row, with a cause and what was done about it; no row is without letter.
    fn look_at_letters(&self, fates: &BTreeMap<Place, Fate>) {
        let rows = |row: &DeadLetterRow| {
            let known = !row.cause_code.is_empty() && row.resolution.is_some();
            ((row.origin.topic.clone(), row.origin.partition, row.origin.offset), known)
        };
        let rows: BTreeMap<_, _> = self.ledger.inspect(|all| all.dead_letters().map(rows).collect());
        let mut dead = BTreeSet::new();
        for place in fates.keys().filter(|place| place.0 == topics::PAYMENT_DLQ) {
            // What is no letter is one about itself.
            let itself = || (place.0.to_owned(), place.1, place.2);
            let origin = self.origin_of(place).unwrap_or_else(itself);
            if rows.get(&origin) != Some(&true) {
                let what = || format!("{place:?} about {origin:?} has no row with a cause");
                self.accuse("each dead letter is recorded with its cause", what);
            }
            dead.insert(origin);
        }
        if let Some(origin) = rows.keys().find(|origin| !dead.contains(*origin)) {
            self.accuse("no dead letter is invented", || format!("a row about {origin:?}"));
        }
    }

    /// The record that a dead letter tells of, in either form.
    fn origin_of(&self, place: &Place) -> Option<(String, i32, i64)> {
        let logged = self.topics.record(place.0, place.1, place.2)?;
        let letter: Value = serde_json::from_slice(&logged.record.value).ok()?;
        let own = &letter["origin"];
        let record =
            letter["payload"]["records"].as_object().and_then(|groups| groups.values().next()?.get(0));
        let origin = record.unwrap_or(own);
        let partition = i32::try_from(origin["partition"].as_i64()?).ok()?;
        Some((origin["topic"].as_str()?.to_owned(), partition, origin["offset"].as_i64()?))
    }
}
