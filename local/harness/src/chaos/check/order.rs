//! Order within a reservation.

use std::collections::BTreeMap;

use crate::chaos::evidence::{Event, Evidence};

/// A story counts from 1 without gaps, its records of one topic stand in one partition and are told of
/// in their order.
pub(super) fn of_payments(evidence: &Evidence) -> Vec<(String, String)> {
    let mut findings = Vec::new();
    for id in evidence.payments.keys() {
        match evidence.events.get(id) {
            None => findings.push((id.clone(), "it has no story".to_owned())),
            Some(events) => findings.extend(judge(events).map(|what| (id.clone(), what))),
        }
    }
    findings
}

/// Steps that tell of a record when somebody else has given it up, not when its turn comes.
const LATER: [&str; 2] = ["handle-dlq", "review-payments"];

/// The payments of one reservation are told of in the order of their records: of one topic these stand in
/// one partition, and no step has told of one before it told of an earlier one.
pub(super) fn of_reservations(evidence: &Evidence) -> Vec<String> {
    let mut told: BTreeMap<Line<'_>, BTreeMap<Place<'_>, i64>> = BTreeMap::new();
    for (id, payment) in &evidence.payments {
        for event in evidence.events.get(id).into_iter().flatten() {
            let Some(origin) = event.origin.as_ref().filter(|_| !LATER.contains(&event.step.as_str())) else {
                continue;
            };
            let line = (payment.reservation_id.as_str(), event.step.as_str(), origin.topic.as_str());
            let place = (origin.partition, origin.offset, id.as_str());
            // The first event of a payment bears the time at which it was accepted, not told of.
            let at_ms = told.entry(line).or_default().entry(place).or_insert(event.at_ms);
            *at_ms = event.at_ms.max(*at_ms);
        }
    }
    told.into_iter().filter_map(|(line, records)| overtaken(line, records)).collect()
}

/// Reservation, step, topic: what is told in order.
type Line<'a> = (&'a str, &'a str, &'a str);
/// Partition and offset of a record, and its payment.
type Place<'a> = (i32, i64, &'a str);

fn overtaken((reservation, step, topic): Line<'_>, records: BTreeMap<Place<'_>, i64>) -> Option<String> {
    let records: Vec<_> = records.into_iter().collect();
    records.windows(2).find_map(|pair| {
        let [((partition, offset, id), at_ms), ((next_partition, next_offset, next_id), next_at_ms)] = *pair
        else {
            return None;
        };
        (partition != next_partition || next_at_ms < at_ms).then(|| {
            format!(
                "reservation {reservation}: {step} told of {next_id} ({topic}-{next_partition}@{next_offset}) \
                 at {next_at_ms} and of {id} ({topic}-{partition}@{offset}) at {at_ms}"
            )
        })
    })
}

fn judge(events: &[Event]) -> Option<String> {
    let mut last: BTreeMap<&str, (i32, i64)> = BTreeMap::new();
    for (expected, event) in (1..).zip(events) {
        if event.sequence != expected {
            return Some(format!("event {expected} is missing: next is {}", event.sequence));
        }
        let Some(origin) = &event.origin else { continue };
        let place = (origin.partition, origin.offset);
        if let Some((partition, offset)) = last.insert(&origin.topic, place)
            && (partition != origin.partition || offset > origin.offset)
        {
            let topic = &origin.topic;
            return Some(format!("{topic}-{place:?} is told of after {topic}-({partition}, {offset})"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::check::testing::{event, sound};
    use crate::chaos::evidence::PaymentRow;

    #[test]
    fn gaps_and_overtaking_are_found() {
        for (events, found) in [
            (vec![event(1, 4), event(2, 4), event(3, 5)], false),
            (vec![event(1, 4), event(3, 5)], true),
            (vec![event(1, 5), event(2, 4)], true),
            (vec![], false),
        ] {
            let mut evidence = sound();
            let shown = format!("{events:?}");
            evidence.events.insert("p1".to_owned(), events);
            assert_eq!(!of_payments(&evidence).is_empty(), found, "{shown}");
        }
        let mut silent = sound();
        silent.events.clear();
        assert_eq!(of_payments(&silent).len(), 1);
    }

    #[test]
    fn payments_that_overtake_each_other_are_found() {
        let at = |step: &str, offset, at_ms| {
            let told = event(1, offset);
            Event { at_ms, step: step.to_owned(), ..told }
        };
        let elsewhere = |mut event: Event| {
            event.origin.as_mut().expect("it has one").partition += 1;
            event
        };
        for (reservation, other, found) in [
            ("r1", at("a-step", 6, 7), false),
            ("r1", at("a-step", 6, 5), false),
            ("r1", at("a-step", 6, 4), true),
            ("r1", at("a-step", 4, 6), true),
            ("r1", elsewhere(at("a-step", 6, 7)), true),
            ("r1", at("another-step", 6, 4), false),
            ("r1", at("handle-dlq", 6, 4), false),
            ("r2", at("a-step", 6, 4), false),
        ] {
            let mut evidence = sound();
            let shown = format!("{reservation}: {other:?}");
            let row =
                PaymentRow { reservation_id: reservation.to_owned(), ..evidence.payments["p1"].clone() };
            evidence.events.insert("p1".to_owned(), vec![at("a-step", 5, 1), at("a-step", 5, 5)]);
            evidence.payments.insert("p2".to_owned(), row);
            evidence.events.insert("p2".to_owned(), vec![other]);
            assert_eq!(of_reservations(&evidence).len(), usize::from(found), "{shown}");
        }
    }
}
