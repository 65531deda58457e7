//! The golden files are the contract: each is read into its type and written again, byte for byte.
//! Whoever renames a field or changes a format breaks these, and with them records that are already
//! in the topics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_wire::http::{
    AcceptedBody, DeadLetterDetailBody, DeadLettersBody, EventsBody, PaymentBody, ReservationBody, ReviewBody,
};
use gateway_wire::{AttemptCompleted, AttemptRequested, DeadLetter, PaymentRequested, RetryRequested};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

type Rewrite = fn(&str) -> String;

const GOLDEN: [(&str, Rewrite); 19] = [
    ("payment-requested", rewrite::<PaymentRequested>),
    ("payment-requested-encrypted", rewrite::<PaymentRequested>),
    ("attempt-requested", rewrite::<AttemptRequested>),
    ("attempt-completed-authorized", rewrite::<AttemptCompleted>),
    ("attempt-completed-authorized-encrypted", rewrite::<AttemptCompleted>),
    ("attempt-completed-declined", rewrite::<AttemptCompleted>),
    ("attempt-completed-in-analysis", rewrite::<AttemptCompleted>),
    ("retry-requested-not-charged", rewrite::<RetryRequested>),
    ("retry-requested-unknown", rewrite::<RetryRequested>),
    ("dead-letter", rewrite::<DeadLetter>),
    ("http-reservation", rewrite::<ReservationBody>),
    ("http-payment-accepted", rewrite::<AcceptedBody>),
    ("http-payment-accepted-encrypted", rewrite::<AcceptedBody>),
    ("http-payment", rewrite::<PaymentBody>),
    ("http-payment-declined", rewrite::<PaymentBody>),
    ("http-payment-events", rewrite::<EventsBody>),
    ("http-dead-letters", rewrite::<DeadLettersBody>),
    ("http-dead-letter", rewrite::<DeadLetterDetailBody>),
    ("http-review", rewrite::<ReviewBody>),
];

fn rewrite<T: Serialize + DeserializeOwned>(text: &str) -> String {
    let value: T = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../events")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(events().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn each_golden_file_survives_its_type_byte_for_byte() {
    for (name, rewrite) in GOLDEN {
        let text = read(&format!("golden/{name}.json"));
        assert_eq!(rewrite(&text), text, "{name}");
    }
}

#[test]
fn no_golden_file_is_forgotten() {
    let files = std::fs::read_dir(events().join("golden")).unwrap();
    let found: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let known: BTreeSet<_> = GOLDEN.iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(found, known);
}

/// What a function is invoked with is what the function before it writes.
#[test]
fn the_sample_events_carry_the_golden_messages() {
    for (function, golden) in [
        ("orchestrate-payment", "payment-requested"),
        ("process-payment", "attempt-requested"),
        ("settle-payment", "attempt-completed-authorized"),
        ("schedule-retry", "retry-requested-unknown"),
        ("handle-dlq", "dead-letter"),
    ] {
        let message: Value = serde_json::from_str(&read(&format!("golden/{golden}.json"))).unwrap();
        let event: Value = serde_json::from_str(&read(&format!("{function}.json"))).unwrap();
        let record = &event["records"].as_object().unwrap().values().next().unwrap()[0];
        let bytes = |field: &str| STANDARD.decode(record[field].as_str().unwrap()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes("value")).unwrap(), message, "{function}");
        let key = String::from_utf8(bytes("key")).unwrap();
        assert!(message.to_string().contains(&key) || message["key_base64"] == record["key"], "{function}");
    }
}

#[test]
fn unknown_fields_are_passed_over_and_missing_optional_ones_are_taken_as_none() {
    let mut event: Value = serde_json::from_str(&read("golden/dead-letter.json")).unwrap();
    event["added_later"] = Value::Bool(true);
    for optional in ["payment_id", "key_base64", "value_base64"] {
        event.as_object_mut().unwrap().remove(optional);
    }
    let letter: DeadLetter = serde_json::from_value(event).unwrap();
    assert_eq!((letter.payment_id.as_deref(), letter.value()), (None, None));
}
