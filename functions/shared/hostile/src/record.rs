//! Records of a topic, good and bad side by side.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{mutated, noise, spoiled};

/// A record as any producer may send it.
#[derive(Debug, Clone)]
pub struct HostileRecord {
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Its headers; names may repeat.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// A batch of up to 12 records made of the topic's valid `examples`, as they are under `key` and spoiled
/// in every way.
///
/// # Panics
/// There is no example, or one is no JSON.
pub fn records(examples: &[&str], key: &str) -> impl Strategy<Value = Vec<HostileRecord>> + use<> {
    let record = (keys(key), option::weighted(0.95, values(examples)), headers());
    vec(record.prop_map(|(key, value, headers)| HostileRecord { key, value, headers }), 1..12)
}

fn keys(key: &str) -> impl Strategy<Value = Option<Vec<u8>>> + use<> {
    prop_oneof![
        6 => Just(Some(key.as_bytes().to_vec())),
        1 => Just(None),
        1 => Just(Some(Vec::new())),
        1 => noise().prop_map(Some),
    ]
}

fn values(examples: &[&str]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let texts: Vec<String> = examples.iter().map(|example| (*example).to_owned()).collect();
    let valid = select(texts);
    prop_oneof![
        2 => valid.clone().prop_map(String::into_bytes),
        6 => valid.clone().prop_flat_map(|text| mutated(&text)),
        2 => valid.prop_flat_map(|text| spoiled(text.into_bytes())),
        1 => noise(),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let names = vec!["traceparent", "TraceParent", "tracestate", "redriven-from", "", "é"];
    let value = prop_oneof![
        noise(),
        Just(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_vec()),
        Just(b"00-00000000000000000000000000000000-0000000000000000-00".to_vec()),
    ];
    vec((select(names).prop_map(str::to_owned), value), 0..4)
}
