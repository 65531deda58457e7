//! When the PSP's "there is no charge" can be believed.

use gateway_domain::{Payment, Timestamp};
use gateway_ports::attempts::Erased;

/// Whether somebody, with the card in memory, may still be at the PSP.
#[must_use]
pub fn holder_lives(erased: &Erased, now: Timestamp) -> bool {
    erased.busy_until.is_some_and(|until| now < until)
}

/// After an attempt whose outcome nobody heard, a charge may still be on its way for a while. A time
/// that lies further ahead than clocks differ is not believed, or it would hold things up for ever.
#[must_use]
pub fn too_early(
    payment: &Payment,
    erased: &Erased,
    failed_at: Option<Timestamp>,
    grace_ms: i64,
    now: Timestamp,
) -> bool {
    let moments = [Some(payment.updated_at), erased.busy_until, failed_at];
    let last = moments
        .into_iter()
        .flatten()
        .filter(|moment| moment.since(now) <= grace_ms)
        .max()
        .unwrap_or(payment.updated_at);
    erased.may_be_charged && now.since(last) < grace_ms
}
