//! How many event pollers a mapping in provisioned mode has, by its lag.
//!
//! AWS: between `MinimumPollers` and `MaximumPollers`, never more than there are partitions, each with
//! at most five invocations at a time; it follows the lag, by a rule that is not published. Ours:
//! a lag of more than a round of full batches doubles the pollers; a lag of less than a round
//! during three looks in a row takes one away.

use super::config::PollerLimits;
use super::limits::INVOCATIONS_PER_POLLER;

/// Looks at a small lag before a poller is taken away: a pause is not the end of the load.
const CALM_LOOKS: u32 = 3;

/// The event pollers of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pollers {
    limits: PollerLimits,
    wanted: usize,
    calm_looks: u32,
}

impl Pollers {
    /// Starts with the minimum.
    pub fn new(limits: PollerLimits) -> Self {
        Self { limits, wanted: usize::from(limits.minimum).max(1), calm_looks: 0 }
    }

    /// Pollers at work for this many partitions.
    pub fn count(&self, partitions: usize) -> usize {
        self.wanted.min(partitions).max(1)
    }

    /// Invocations at the same time, at most.
    pub fn invocations_max(&self, partitions: usize) -> usize {
        self.count(partitions) * INVOCATIONS_PER_POLLER
    }

    /// Whether the number can ever change.
    pub const fn can_scale(&self) -> bool {
        self.limits.minimum < self.limits.maximum
    }

    /// Takes note of the lag in records; true if there are more or fewer pollers now.
    pub fn look(&mut self, lag: i64, batch_size: usize, partitions: usize) -> bool {
        let before = self.count(partitions);
        let maximum = usize::from(self.limits.maximum).min(partitions).max(1);
        if lag > round(before, batch_size) {
            self.calm_looks = 0;
            self.wanted = (before * 2).min(maximum);
        } else if lag <= round(before.saturating_sub(1), batch_size) {
            self.calm_looks += 1;
            if self.calm_looks >= CALM_LOOKS {
                self.calm_looks = 0;
                self.wanted = (before - 1).max(usize::from(self.limits.minimum));
            }
        } else {
            self.calm_looks = 0;
        }
        self.count(partitions) != before
    }
}

/// Records that these pollers work on at once, in full batches.
fn round(pollers: usize, batch_size: usize) -> i64 {
    let records = pollers.saturating_mul(INVOCATIONS_PER_POLLER).saturating_mul(batch_size);
    i64::try_from(records).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(limits: (u16, u16), partitions: usize, lags: &[i64]) -> Vec<usize> {
        let mut pollers = Pollers::new(PollerLimits { minimum: limits.0, maximum: limits.1 });
        let look = |lag: &i64| {
            pollers.look(*lag, 10, partitions);
            pollers.count(partitions)
        };
        lags.iter().map(look).collect()
    }

    #[test]
    fn pollers_follow_the_lag_between_their_limits() {
        type Row = (&'static str, (u16, u16), usize, &'static [i64], &'static [usize]);
        let rows: [Row; 7] = [
            ("a round of lag is no reason", (1, 8), 8, &[0, 50], &[1, 1]),
            ("more than a round doubles", (1, 8), 8, &[51, 101, 201, 1_000], &[2, 4, 8, 8]),
            ("never more than there are partitions", (1, 8), 3, &[999, 999, 999], &[2, 3, 3]),
            ("never more than the maximum", (2, 5), 9, &[999, 999], &[4, 5]),
            ("three calm looks take one away", (1, 4), 4, &[999, 0, 0, 0, 0, 0, 0], &[2, 2, 2, 1, 1, 1, 1]),
            ("never fewer than the minimum", (2, 4), 4, &[0, 0, 0, 0], &[2, 2, 2, 2]),
            (
                "load in between starts the count anew",
                (1, 4),
                4,
                &[999, 0, 0, 60, 0, 0, 0],
                &[2, 2, 2, 2, 2, 2, 1],
            ),
        ];
        for (case, limits, partitions, lags, expected) in rows {
            assert_eq!(after(limits, partitions, lags), expected, "{case}");
        }
    }

    #[test]
    fn a_poller_has_five_invocations_at_most_and_partitions_limit_the_pollers() {
        let pollers = Pollers::new(PollerLimits { minimum: 3, maximum: 200 });
        assert_eq!(pollers.invocations_max(10), 15);
        assert_eq!(pollers.invocations_max(2), 10);
        assert_eq!(pollers.invocations_max(0), 5);
    }
}
