//! The machine's own time and chance.

use std::time::{SystemTime, UNIX_EPOCH};

use gateway_domain::Timestamp;
use gateway_ports::Clock;
use rand::Rng as _;

/// [`Clock`] of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn ulid(&self) -> u128 {
        let millis = u128::from(self.now().as_millis().unsigned_abs() & 0xffff_ffff_ffff);
        millis << 80 | (rand::rng().random::<u128>() >> 48)
    }

    fn jitter_permille(&self) -> i64 {
        rand::rng().random_range(-200..=200)
    }
}
