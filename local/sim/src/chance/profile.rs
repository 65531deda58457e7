//! Which kinds of trouble a seed has, and how much of each: no run has all, some have none.
//!
//! Swarm testing: a run with few kinds of fault, each frequent, reaches states that a run with a
//! little of everything does not.

use super::{Fault, mix};

/// How often a fault happens where it is in, in 100,000 opportunities: of what is asked for at every
/// call, of the PSP's ambiguities, and of webhooks, which would clear up most of these.
const RATES: [u64; 6] = [100, 300, 1_000, 3_000, 8_000, 20_000];
const PSP_RATES: [u64; 4] = [3_000, 10_000, 30_000, 60_000];
const WEBHOOK_RATES: [u64; 3] = [20_000, 50_000, 100_000];
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
        let (calm, murky) = (number(1) % 16 == 0, number(5) % 6 == 0);
        let (tardy, silent) = (number(6) % 6 == 0, number(7) % 8 == 0);
        let rate = |fault: &Fault| {
            let draw = number(100 + *fault as u64);
            let of_psp =
                [(murky, fault.murky_rate()), (silent, fault.silent_rate()), (tardy, fault.tardy_rate())];
            let of_psp = of_psp.into_iter().find_map(|(is_so, rate)| rate.filter(|_| is_so));
            match of_psp {
                _ if calm => 0,
                Some(rate) => rate,
                _ if draw % 3 == 0 => fault.rate(draw >> 8),
                _ => 0,
            }
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
    /// Rates where the PSP is hardly to be reached, decides late, and tells nobody: what leads to the
    /// dead-letter queue with a charge still on its way.
    const fn murky_rate(self) -> Option<u64> {
        match self {
            Self::NotConnected | Self::DecidedLate => Some(60_000),
            Self::TooMany => Some(30_000),
            Self::WebhookLost => Some(100_000),
            _ => None,
        }
    }

    /// Rates where the PSP does not say what became of a charge: what leads to a review.
    const fn silent_rate(self) -> Option<u64> {
        match self {
            Self::Unanswered => Some(80_000),
            Self::NotConnected => Some(50_000),
            Self::ErrorAfter => Some(10_000),
            _ => None,
        }
    }

    /// Rates where the PSP decides after all have given up: what turns up late.
    const fn tardy_rate(self) -> Option<u64> {
        match self {
            Self::DecidedVeryLate => Some(30_000),
            _ => None,
        }
    }

    /// A seed's rate of a fault that it has; a stall takes long, so there are fewer.
    const fn rate(self, draw: u64) -> u64 {
        let (common, psp) = (RATES[draw as usize % RATES.len()], PSP_RATES[draw as usize % PSP_RATES.len()]);
        match self {
            Self::StallBefore | Self::StallAfter | Self::FetchStalls => common / 4,
            Self::CrashBefore | Self::CrashAfter | Self::LateEffect => common / 2,
            Self::NotConnected | Self::TooMany | Self::ErrorBefore | Self::ErrorAfter => psp,
            Self::RequestLost | Self::AnswerLost | Self::DecidedLate | Self::Unanswered => psp,
            Self::SentTwice | Self::WrongAnswer | Self::ChargeDenied => psp / 2,
            Self::WrongAmount | Self::DecidedVeryLate | Self::ChargeForgotten => psp / 6,
            Self::WebhookLost | Self::WebhookTwice | Self::WebhookLate => {
                WEBHOOK_RATES[draw as usize % WEBHOOK_RATES.len()]
            }
            // There is one opportunity for it in a run.
            Self::Outage => 100_000,
            _ => common,
        }
    }
}
