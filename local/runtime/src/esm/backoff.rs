//! How long to wait before trying again. AWS publishes nothing about it for Kafka.

/// Exponential back-off with equal jitter: the n-th wait lies in the upper half of
/// `min · 2ⁿ`, capped at `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait's upper bound, in milliseconds.
    pub min_ms: i64,
    /// No wait is longer, in milliseconds.
    pub max_ms: i64,
}

impl Backoff {
    /// The wait after `failures` failures in a row (1 is the first).
    pub fn wait_ms(&self, failures: u32, random: &mut Random) -> i64 {
        let doublings = failures.saturating_sub(1).min(40);
        let ceiling = self.min_ms.saturating_mul(1 << doublings).min(self.max_ms).max(0);
        let floor = ceiling / 2;
        floor + random.below(ceiling - floor + 1)
    }
}

/// A small deterministic generator (SplitMix64): the same seed gives the same mapping.
/// Good for jitter and request ids, not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`; 0 where `end` is not positive.
    pub fn below(&mut self, end: i64) -> i64 {
        match u64::try_from(end) {
            Ok(end) if end > 0 => i64::try_from(self.next() % end).unwrap_or_default(),
            _ => 0,
        }
    }

    /// A version 4 UUID, as request ids look.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0x0fff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_stay_in_their_upper_half() {
        let backoff = Backoff { min_ms: 100, max_ms: 1_000 };
        let mut random = Random::new(7);
        for (failures, ceiling_ms) in
            [(0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (1_000, 1_000)]
        {
            for _ in 0..200 {
                let wait_ms = backoff.wait_ms(failures, &mut random);
                assert!((ceiling_ms / 2..=ceiling_ms).contains(&wait_ms), "{failures}: {wait_ms} ms");
            }
        }
    }

    #[test]
    fn request_ids_are_uuids_and_differ() {
        let mut random = Random::new(1);
        let (one, two) = (random.uuid(), random.uuid());
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert_ne!(one, two);
    }
}
