//! Ids that nobody has used, and a time of one's own.

use std::sync::atomic::{AtomicU64, Ordering};

use gateway_domain::Timestamp;

/// Draws ids from a seed: the same seed draws the same ids, so give another one to each run on a
/// database that keeps its rows.
#[derive(Debug)]
pub struct Fresh {
    state: AtomicU64,
}

const YEAR_2001_MS: i64 = 1_000_000_000_000;
const TEN_YEARS_MS: u64 = 10 * 365 * 24 * 3600 * 1000;

impl Fresh {
    /// Ids of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// An id.
    pub fn id(&self) -> u128 {
        u128::from(self.draw()) << 64 | u128::from(self.draw())
    }

    /// A moment long ago, far from other runs'.
    pub fn moment(&self) -> Timestamp {
        Timestamp::from_millis(YEAR_2001_MS).plus_millis((self.draw() % TEN_YEARS_MS).cast_signed())
    }

    /// SplitMix64: each call another well-mixed number of the same seed.
    fn draw(&self) -> u64 {
        let mut z = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
