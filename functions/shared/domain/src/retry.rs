//! When a failed attempt is tried again: exponential back-off with jitter, within the card's life.

use crate::limits::{CARD_LIFE_MS, RETRIES_MAX};
use crate::payment::{Payment, PaymentStatus};
use crate::time::Timestamp;

/// How retries are spaced. The defaults spread five retries over some 22 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Delay before the first retry, in milliseconds.
    pub delay_first_ms: i64,
    /// Each delay is the one before times this.
    pub factor: i64,
    /// No delay is longer, in milliseconds.
    pub delay_max_ms: i64,
    /// Retries after the first attempt.
    pub retries_max: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { delay_first_ms: 20_000, factor: 3, delay_max_ms: 540_000, retries_max: RETRIES_MAX }
    }
}

/// What happens after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryDecision {
    /// Write RETRY_SCHEDULED with this due time.
    At(Timestamp),
    /// No retry is left: to the dead-letter queue, where the PSP is asked what happened.
    Exhausted(ExhaustedReason),
    /// The ledger has moved on (a late or repeated record): nothing to do.
    Stale(PaymentStatus),
    /// No such payment in the ledger.
    UnknownPayment,
}

/// Why no retry is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExhaustedReason {
    /// All attempts were used.
    Attempts,
    /// The next one would come after the vaulted card's end.
    CardLife,
}

impl ExhaustedReason {
    /// The stable code used in tables, messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts_exhausted",
            Self::CardLife => "card_life_exhausted",
        }
    }
}

/// A failed attempt, as the ledger is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Its number; the first is 1.
    pub attempt: u32,
    /// When it failed.
    pub failed_at: Timestamp,
    /// How long the PSP asked us to wait.
    pub retry_after_ms: Option<i64>,
    /// Per mille of the delay that is added or taken away: −200 to 200, drawn by the caller.
    pub jitter_permille: i64,
}

/// Decides about a failed attempt from what the ledger holds.
#[must_use]
pub fn decide(policy: &RetryPolicy, failed: &FailedAttempt, payment: Option<&Payment>) -> RetryDecision {
    let Some(payment) = payment else { return RetryDecision::UnknownPayment };
    let waiting = matches!(payment.status, PaymentStatus::Processing | PaymentStatus::RetryScheduled);
    // An attempt newer than the row's is real: the dispatcher died between sending and writing.
    let repeated = payment.status == PaymentStatus::RetryScheduled && failed.attempt <= payment.attempt;
    if !waiting || failed.attempt < payment.attempt || repeated {
        return RetryDecision::Stale(payment.status);
    }
    if failed.attempt > policy.retries_max {
        return RetryDecision::Exhausted(ExhaustedReason::Attempts);
    }
    let due = failed.failed_at.plus_millis(delay_ms(policy, failed));
    if due >= payment.accepted_at.plus_millis(CARD_LIFE_MS) {
        return RetryDecision::Exhausted(ExhaustedReason::CardLife);
    }
    RetryDecision::At(due)
}

/// The delay after attempt `n` is first × factorⁿ⁻¹, capped, ± jitter, and never less than asked for.
fn delay_ms(policy: &RetryPolicy, failed: &FailedAttempt) -> i64 {
    let exponent = failed.attempt.saturating_sub(1);
    let plain = policy.factor.saturating_pow(exponent).saturating_mul(policy.delay_first_ms);
    let capped = plain.min(policy.delay_max_ms);
    let jittered = capped + capped * failed.jitter_permille.clamp(-200, 200) / 1000;
    jittered.max(failed.retry_after_ms.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Brand, CardSummary};
    use crate::id::{PaymentId, ReservationId, UserId};
    use crate::money::Money;

    fn payment(status: PaymentStatus, attempt: u32) -> Payment {
        Payment {
            id: PaymentId::from_u128(1),
            reservation_id: ReservationId::from_u128(2),
            user_id: UserId::new("ana").unwrap(),
            amount: Money::from_units(10_000),
            card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
            status,
            attempt,
            next_attempt_at: None,
            charge_id: None,
            reason: None,
            accepted_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            version: 1,
        }
    }

    fn failed(attempt: u32, failed_at: i64) -> FailedAttempt {
        FailedAttempt {
            attempt,
            failed_at: Timestamp::from_millis(failed_at),
            retry_after_ms: None,
            jitter_permille: 0,
        }
    }

    #[test]
    fn delays_grow_up_to_the_cap() {
        let policy = RetryPolicy::default();
        for (attempt, delay) in [(1, 20_000), (2, 60_000), (3, 180_000), (4, 540_000), (5, 540_000)] {
            let decision =
                decide(&policy, &failed(attempt, 0), Some(&payment(PaymentStatus::Processing, attempt)));
            assert_eq!(decision, RetryDecision::At(Timestamp::from_millis(delay)), "attempt {attempt}");
        }
    }

    #[test]
    fn all_default_retries_fit_into_the_cards_life_even_with_full_jitter() {
        let policy = RetryPolicy::default();
        let mut now = 0;
        for attempt in 1..=RETRIES_MAX {
            let worst = FailedAttempt { jitter_permille: 200, ..failed(attempt, now) };
            let RetryDecision::At(due) =
                decide(&policy, &worst, Some(&payment(PaymentStatus::Processing, attempt)))
            else {
                panic!("attempt {attempt} has no retry");
            };
            now = due.as_millis();
        }
    }

    #[test]
    fn the_sixth_failure_is_the_last() {
        let decision =
            decide(&RetryPolicy::default(), &failed(6, 0), Some(&payment(PaymentStatus::Processing, 6)));
        assert_eq!(decision, RetryDecision::Exhausted(ExhaustedReason::Attempts));
    }

    #[test]
    fn a_psp_that_asks_to_wait_is_heard_but_not_beyond_the_cards_life() {
        let ask = |ms| FailedAttempt { retry_after_ms: Some(ms), ..failed(1, 0) };
        let payment = payment(PaymentStatus::Processing, 1);
        let policy = RetryPolicy::default();
        assert_eq!(
            decide(&policy, &ask(90_000), Some(&payment)),
            RetryDecision::At(Timestamp::from_millis(90_000))
        );
        assert_eq!(
            decide(&policy, &ask(CARD_LIFE_MS), Some(&payment)),
            RetryDecision::Exhausted(ExhaustedReason::CardLife)
        );
    }

    #[test]
    fn late_and_repeated_failures_change_nothing() {
        let policy = RetryPolicy::default();
        for (status, row_attempt, failed_attempt, stale) in [
            (PaymentStatus::Authorized, 1, 1, true),
            (PaymentStatus::RetryScheduled, 1, 1, true),
            (PaymentStatus::Processing, 2, 1, true),
            (PaymentStatus::RetryScheduled, 1, 2, false),
            (PaymentStatus::Processing, 2, 2, false),
        ] {
            let decision = decide(&policy, &failed(failed_attempt, 0), Some(&payment(status, row_attempt)));
            assert_eq!(
                matches!(decision, RetryDecision::Stale(_)),
                stale,
                "{status} {row_attempt} {failed_attempt}"
            );
        }
    }
}
