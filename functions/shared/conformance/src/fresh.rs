//! Values that no other test has: ids with 80 random bits, and the machine's own time.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use gateway_domain::Timestamp;

/// Now, by the machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Timestamp::from_millis(i64::try_from(now).unwrap_or(i64::MAX))
}

/// The 128 bits of a ULID made now. Each `RandomState` is seeded anew, which saves a dependency.
#[must_use]
pub fn bits() -> u128 {
    let random = || u128::from(RandomState::new().hash_one(SystemTime::now()));
    let millis = u128::from(now().as_millis().unsigned_abs());
    (millis << 80) | ((random() << 64 | random()) & ((1 << 80) - 1))
}
