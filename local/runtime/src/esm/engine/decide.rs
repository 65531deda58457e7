//! The rule: what follows from a failure.

use super::action::Condition;
use crate::esm::backoff::{Backoff, Random};
use crate::esm::config::MappingConfig;
use crate::esm::limits::RETRIES_WITH_DESTINATION;

/// A mapping's retry controls, with AWS's implied values filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Retries after the first attempt; `None` is without end.
    pub retries_max: Option<u32>,
    /// `BisectBatchOnFunctionError`.
    pub bisect: bool,
    /// `MaximumRecordAgeInSeconds`, in milliseconds; `None` is without end.
    pub age_ms_max: Option<i64>,
    /// Whether there is an on-failure destination.
    pub has_destination: bool,
    /// Waits between attempts.
    pub backoff: Backoff,
}

impl Policy {
    /// The retry controls of a mapping.
    pub fn new(config: &MappingConfig, backoff: Backoff) -> Self {
        let has_destination = config.on_failure.is_some();
        Self {
            retries_max: config
                .maximum_retry_attempts
                .or_else(|| has_destination.then_some(RETRIES_WITH_DESTINATION)),
            bisect: config.bisect_batch_on_function_error,
            age_ms_max: config
                .maximum_record_age
                .map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX)),
            has_destination,
            backoff,
        }
    }
}

/// How records failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The function failed, or its answer could not be understood: nobody knows which records.
    WholeBatch,
    /// The function named these records.
    NamedRecords,
    /// The function was never reached: throttled, or the service failed.
    NotReached,
}

/// What to do with records that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Deliver them again after a wait.
    Retry {
        /// Milliseconds to wait.
        wait_ms: i64,
        /// Whether this takes one of `MaximumRetryAttempts`.
        counts: bool,
    },
    /// Deliver each half on its own after a wait.
    Bisect {
        /// Milliseconds to wait.
        wait_ms: i64,
    },
    /// Destination or drop.
    GiveUp(Condition),
}

/// What has happened to the records so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Retries used, as `MaximumRetryAttempts` counts them.
    pub retries: u32,
    /// Failures in a row of any kind: they stretch the back-off.
    pub failures: u32,
    /// Invocations that contained these records, this one included.
    pub invocations: u32,
}

/// Decides about `records` records that failed as `failure` says.
///
/// Splitting takes no attempt (as documented for Kinesis), so a poison record gets its full count
/// once it stands alone; named records are isolated already and are not split. After a split the
/// wait stays short: healthy records must not pay for the depth of the search.
pub fn decide(
    policy: &Policy,
    tally: Tally,
    failure: Failure,
    records: usize,
    random: &mut Random,
) -> Decision {
    match failure {
        Failure::NotReached => {
            Decision::Retry { wait_ms: policy.backoff.wait_ms(tally.failures + 1, random), counts: false }
        }
        Failure::WholeBatch if policy.bisect && records > 1 => {
            Decision::Bisect { wait_ms: policy.backoff.wait_ms(1, random) }
        }
        _ if policy.retries_max.is_some_and(|max| tally.retries >= max) => {
            Decision::GiveUp(Condition::RetriesExhausted)
        }
        _ => Decision::Retry { wait_ms: policy.backoff.wait_ms(tally.failures + 1, random), counts: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        retries_max: Some(2),
        bisect: false,
        age_ms_max: None,
        has_destination: true,
        backoff: Backoff { min_ms: 0, max_ms: 0 },
    };
    const RETRY: Decision = Decision::Retry { wait_ms: 0, counts: true };
    const WAIT: Decision = Decision::Retry { wait_ms: 0, counts: false };
    const SPLIT: Decision = Decision::Bisect { wait_ms: 0 };
    const OVER: Decision = Decision::GiveUp(Condition::RetriesExhausted);

    #[test]
    fn decisions() {
        use Failure::{NamedRecords, NotReached, WholeBatch};
        let endless = Policy { retries_max: None, ..POLICY };
        let none = Policy { retries_max: Some(0), ..POLICY };
        let bisect = Policy { bisect: true, ..POLICY };
        let rows: [(&str, &Policy, u32, Failure, usize, Decision); 11] = [
            ("retries remain", &POLICY, 1, WholeBatch, 5, RETRY),
            ("retries used up", &POLICY, 2, WholeBatch, 5, OVER),
            ("named records count alike", &POLICY, 2, NamedRecords, 1, OVER),
            ("no retries allowed", &none, 0, WholeBatch, 5, OVER),
            ("without end", &endless, 1_000_000, WholeBatch, 5, RETRY),
            ("throttles never use up attempts", &POLICY, 2, NotReached, 5, WAIT),
            ("throttles are never split", &bisect, 0, NotReached, 5, WAIT),
            ("a batch is split", &bisect, 0, WholeBatch, 2, SPLIT),
            ("splitting needs no attempts left", &bisect, 2, WholeBatch, 2, SPLIT),
            ("one record cannot be split", &bisect, 1, WholeBatch, 1, RETRY),
            ("named records are not split", &bisect, 0, NamedRecords, 5, RETRY),
        ];
        for (case, policy, retries, failure, records, expected) in rows {
            let tally = Tally { retries, ..Tally::default() };
            let decision = decide(policy, tally, failure, records, &mut Random::new(0));
            assert_eq!(decision, expected, "{case}");
        }
    }
}
