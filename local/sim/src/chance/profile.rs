//! Which kinds of trouble a seed has, and how much of each: no run has all, some have none.
//!
//! Swarm testing: a run with few kinds of fault, each frequent, reaches states that a run with a
//! little of everything does not.

use super::{Fault, mix};

/// How often a fault happens where it is in, in 100,000 opportunities.
const RATES: [u64; 6] = [100, 300, 1_000, 3_000, 8_000, 20_000];
/// How far clocks are off at most, in milliseconds: some seeds have true ones.
const SKEWS_MS: [i64; 4] = [0, 0, 500, 10_000];

/// A seed's kinds of trouble.
#[derive(Debug, Clone)]
pub struct Profile {
    rates: Vec<u64>,
    /// Each environment's clock is off by up to this, in milliseconds.
    pub skew_ms_max: i64,
    /// Partitions of each topic.
    pub partitions: usize,
    /// Invocations of a mapping at the same time.
    pub concurrency: usize,
}

impl Profile {
    pub(super) fn of(seed: u64) -> Self {
        let number = |salt: u64| mix(seed ^ mix(salt ^ 0x5eed));
        let calm = number(1) % 16 == 0;
        let rate = |fault: &Fault| {
            let draw = number(100 + *fault as u64);
            let is_in = !calm && draw % 3 == 0;
            if !is_in {
                return 0;
            }
            // There is one opportunity for it in a run.
            if *fault == Fault::Outage { 100_000 } else { RATES[(draw >> 8) as usize % RATES.len()] / fault.rarity() }
        };
        Self {
            rates: Fault::ALL.iter().map(rate).collect(),
            skew_ms_max: SKEWS_MS[number(2) as usize % SKEWS_MS.len()],
            partitions: 1 + number(3) as usize % 3,
            concurrency: 1 + number(4) as usize % 4,
        }
    }

    /// Opportunities of 100,000 that become this fault.
    #[must_use]
    pub fn rate(&self, fault: Fault) -> u64 {
        self.rates[fault as usize]
    }
}

impl Fault {
    /// Some are asked for at every port call, some seldom; and a stall takes long.
    const fn rarity(self) -> u64 {
        match self {
            Self::StallBefore | Self::StallAfter | Self::FetchStalls => 4,
            Self::CrashBefore | Self::CrashAfter | Self::LateEffect => 2,
            Self::WrongAmount => 2,
            _ => 1,
        }
    }
}
