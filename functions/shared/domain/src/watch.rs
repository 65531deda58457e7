//! A charge that turns up late: how long it is looked for after a payment ended for want of one.
//!
//! "There is no charge" is true when the PSP says it. A request of ours that is still at work there can
//! make it untrue minutes or hours later, and the webhook that would tell may be lost. So whoever ended
//! that way is asked about again: after as long as the payment is old, until no request can be at work
//! any more. A charge that is found then is cancelled.

use crate::limits::{LATE_CHARGE_MS, WATCH_MS_MAX, WATCH_MS_MIN};
use crate::payment::{Payment, PaymentStatus};
use crate::review::BY_REVIEW;
use crate::time::Timestamp;

/// Whether the payment ended because nobody knew of a charge: FAILED; declined without one (the PSP
/// refused the card's data while an earlier request may have been at work); declined by a person's word.
#[must_use]
pub fn rests_on_no_charge(payment: &Payment) -> bool {
    match payment.status {
        PaymentStatus::Failed => true,
        PaymentStatus::Declined => {
            payment.charge_id.is_none() || payment.reason.as_deref() == Some(BY_REVIEW)
        }
        _ => false,
    }
}

/// When the PSP is to be asked next: each time after as long again, within bounds.
#[must_use]
pub fn next_ask(accepted_at: Timestamp, now: Timestamp) -> Timestamp {
    now.plus_millis(now.since(accepted_at).clamp(WATCH_MS_MIN, WATCH_MS_MAX))
}

/// Whether a "there is no charge" that is heard now is the last word.
#[must_use]
pub const fn is_over(accepted_at: Timestamp, now: Timestamp) -> bool {
    now.since(accepted_at) >= LATE_CHARGE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_psp_is_asked_some_times_within_a_day_and_once_after_it() {
        const MINUTE_MS: i64 = 60_000;
        for (failed_after_min, expected) in [
            (1, vec![11, 22, 44, 88, 176, 352, 704, 1064, 1424, 1784]),
            (25, vec![50, 100, 200, 400, 760, 1120, 1480]),
            (3 * 1440, vec![3 * 1440 + 360]),
        ] {
            let accepted_at = Timestamp::from_millis(0);
            let mut now = Timestamp::from_millis(failed_after_min * MINUTE_MS);
            let mut asked = Vec::new();
            loop {
                now = next_ask(accepted_at, now);
                asked.push(now.as_millis() / MINUTE_MS);
                if is_over(accepted_at, now) {
                    break;
                }
            }
            assert_eq!(asked, expected, "{failed_after_min}");
        }
    }
}
