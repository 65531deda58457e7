//! Bad input, generated: what a stranger, a bug or an older version may send.
//!
//! Strategies for proptest, made of valid examples: fields dropped, repeated and of another type, numbers
//! that fit nowhere, nesting without end, bytes that are no text. For tests alone, of every topic and
//! route (`tests/hostile`) and of whatever else reads what others wrote. It knows nothing of payments.

mod bytes;
mod json;
mod record;
mod text;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngAlgorithm, RngSeed};

pub use bytes::{noise, spoiled};
pub use json::mutated;
pub use record::{HostileRecord, records};
pub use text::{header, word};

/// The same `cases` in each run, so that a test that passes goes on passing.
#[must_use]
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x5eed),
        ..ProptestConfig::default()
    }
}
