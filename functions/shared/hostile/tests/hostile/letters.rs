//! What is read of dead letters in each form.

use gateway_edge::kafka::RawRecord;
use gateway_hostile::{cases, mutated, noise};
use gateway_wire::{RecordOrigin, topics};
use handle_dlq::letter::{Content, read};
use proptest::prelude::*;
use proptest::sample::select;

use crate::examples;

fn record(value: Option<Vec<u8>>) -> RawRecord {
    let origin = RecordOrigin { topic: topics::PAYMENT_DLQ.to_owned(), partition: 0, offset: 3 };
    RawRecord { origin, timestamp_ms: 0, key: None, value, headers: Vec::new() }
}

#[test]
fn the_examples_are_read_as_what_they_are() {
    for example in examples::letters() {
        let letter = read(&record(Some(example.clone().into_bytes())));
        assert!(!matches!(letter.content, Content::Payment(_) | Content::Unknown), "{example}");
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    /// A letter that says nothing of its origin is its own: never another record's.
    #[test]
    fn whatever_stands_in_the_queue_becomes_a_letter(
        value in prop_oneof![
            select(examples::letters()).prop_flat_map(|text| mutated(&text)),
            noise(),
        ]
    ) {
        let letter = read(&record(Some(value)));
        if letter.cause.code == "unreadable_letter" {
            prop_assert_eq!((letter.origin.topic.as_str(), letter.origin.offset), (topics::PAYMENT_DLQ, 3));
            prop_assert_eq!(letter.content, Content::Unknown);
        }
    }
}
