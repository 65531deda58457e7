//! A clock that stands still until it is moved, and lots from a seed.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use gateway_domain::Timestamp;
use gateway_ports::Clock;

/// Time and chance under a test's control.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: AtomicI64,
    state: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at `now`, drawing its lots from `seed`.
    #[must_use]
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self { now_ms: AtomicI64::new(now.as_millis()), state: AtomicU64::new(seed) }
    }

    /// Moves time on.
    pub fn advance_millis(&self, millis: i64) {
        self.now_ms.fetch_add(millis, Ordering::SeqCst);
    }

    /// SplitMix64: each call another well-mixed number of the same seed.
    fn draw(&self) -> u64 {
        let mut z = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_ms.load(Ordering::SeqCst))
    }

    fn ulid(&self) -> u128 {
        let millis = u128::from(self.now().as_millis().unsigned_abs() & 0xffff_ffff_ffff);
        let random = (u128::from(self.draw()) << 16 | u128::from(self.draw() & 0xffff)) & ((1 << 80) - 1);
        millis << 80 | random
    }

    fn jitter_permille(&self) -> i64 {
        i64::try_from(self.draw() % 401).unwrap_or(0) - 200
    }
}
