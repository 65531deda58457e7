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
}
