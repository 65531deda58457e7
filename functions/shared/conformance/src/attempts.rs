//! What every adapter of the `attempts` ports does.
//!
//! Each function is one behaviour; [`attempts_suite!`](crate::attempts_suite) makes a test of each.
//! All use fresh payments, so that a shared table that is not empty will do.

mod claiming;
mod recording;
mod vaulting;

pub use claiming::*;
pub use recording::*;
pub use vaulting::*;

use gateway_domain::card::{Brand, CardExpiry, Cvv, EncryptedCard, Holder, Pan};
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId};
use gateway_domain::{CardSecret, Money, PaymentId, ReservationId, Timestamp, UserId, Verdict};
use gateway_ports::attempts::{
    AttemptClaim, CardVault, ChargeAttempts, ClaimedAttempt, NewPaymentItem, PendingPayments,
};

use crate::fresh;

/// How many race for one thing.
pub const RACERS: usize = 20;
/// How long an attempt is leased here.
pub const LEASE_MS: i64 = 45_000;
/// How long a card lives here.
pub const CARD_LIFE_MS: i64 = 1_800_000;

/// An adapter of all three ports on one item.
pub trait Payments: CardVault + ChargeAttempts + PendingPayments {}

impl<S: CardVault + ChargeAttempts + PendingPayments> Payments for S {}

/// Makes one test of each behaviour, on the store that the expression's future gives.
#[macro_export]
macro_rules! attempts_suite {
    ($store:expr) => {
        $crate::behaviours! { $store; attempts =>
            a_put_payment_is_pending_without_its_card,
            the_card_comes_back_as_it_was,
            a_repeated_put_keeps_the_first_card,
            erasing_takes_the_card_and_nothing_else,
            erasing_what_is_not_there_is_no_error,
            one_of_many_racing_claims_of_an_attempt_wins,
            a_live_lease_keeps_everybody_else_out,
            a_lapsed_lease_is_taken_over_and_the_charge_may_exist,
            a_newer_attempt_takes_over_a_lapsed_lease_too,
            an_older_attempt_is_superseded,
            a_failed_attempt_is_told_again,
            a_sure_failure_leaves_no_doubt_for_the_next_attempt,
            an_unknown_failure_leaves_doubt_for_ever,
            an_expired_card_is_gone_at_that_very_moment,
            a_payment_nobody_knows_may_be_charged,
            a_verdict_is_told_to_every_later_claim,
            a_repeated_verdict_stands,
            an_overtaken_holder_records_nothing,
            one_of_two_verdicts_stands,
            in_analysis_gives_way_to_a_final_verdict_only,
            a_learned_verdict_needs_no_fence,
            a_verdict_learned_for_an_unknown_payment_is_kept,
            a_failure_after_a_verdict_changes_nothing,
            a_repeated_failure_counts_once,
            racing_outcomes_agree_on_one_verdict,
        }
    };
}

/// Now, by the machine's clock: stores may tidy up what has long expired.
#[must_use]
pub fn now() -> Timestamp {
    fresh::now()
}

/// A payment that no store has seen, accepted at `now`.
#[must_use]
pub fn fresh_payment(now: Timestamp) -> NewPaymentItem {
    NewPaymentItem {
        payment_id: PaymentId::new(now, fresh::bits()),
        reservation_id: ReservationId::from_u128(fresh::bits()),
        user_id: UserId::new("ana").ok().unwrap(),
        amount: Money::from_units(45_000_000),
        card_expires_at: now.plus_millis(CARD_LIFE_MS),
    }
}

/// A test card of the PSP.
#[must_use]
pub fn raw_card() -> CardSecret {
    CardSecret::Raw {
        pan: Pan::new("4539620659922097".into()).ok().unwrap(),
        cvv: Cvv::new("123".into(), Brand::Visa).ok().unwrap(),
        expiry: CardExpiry { month: 12, year: 2030 },
    }
}

/// A card as the PSP's own ciphertext.
#[must_use]
pub fn encrypted_card() -> CardSecret {
    let holder = Holder::new("José da Silva".into(), "529.982.247-25".into()).ok().unwrap();
    CardSecret::Encrypted(EncryptedCard::new("c2VhbGVkIGJ5IHRoZSBQU1A=".into()).ok().unwrap().held_by(holder))
}

/// An authorization of the payment's one charge.
#[must_use]
pub fn authorized(payment_id: PaymentId) -> Verdict {
    let charge_id = ChargeId(format!("CHAR_{payment_id}"));
    Verdict::Authorized { charge_id, authorization_code: Some("123456".into()), card: None }
}

fn in_analysis(payment_id: PaymentId) -> Verdict {
    Verdict::InAnalysis { charge_id: ChargeId(format!("CHAR_{payment_id}")), card: None }
}

fn declined() -> Verdict {
    Verdict::Declined { charge_id: None, code: "10002".into(), message: "não autorizado".into(), card: None }
}

/// A failure of the PSP that is worth trying again.
#[must_use]
pub fn failure(certainty: Certainty) -> AttemptFailure {
    let (code, message) = ("http_503".to_owned(), "try again".to_owned());
    AttemptFailure { certainty, code, message, retry_after_ms: Some(1_500) }
}

/// A fresh payment that is in the store.
async fn put(store: &impl CardVault, now: Timestamp) -> PaymentId {
    let item = fresh_payment(now);
    store.put(&item, raw_card()).await.unwrap();
    item.payment_id
}

pub(crate) async fn claim(
    store: &impl ChargeAttempts,
    id: PaymentId,
    attempt: u32,
    now: Timestamp,
) -> AttemptClaim {
    store.claim_attempt(id, attempt, now, LEASE_MS).await.unwrap()
}

/// The claim that must succeed.
async fn claimed(store: &impl ChargeAttempts, id: PaymentId, attempt: u32, now: Timestamp) -> ClaimedAttempt {
    match claim(store, id, attempt, now).await {
        AttemptClaim::Claimed(claimed) => claimed,
        other => panic!("attempt {attempt} is {}, not claimed", name(&other)),
    }
}

/// A claim's answer in one line, without the card.
fn name(answer: &AttemptClaim) -> String {
    match answer {
        AttemptClaim::Claimed(claimed) => {
            format!("claimed fence={} may_be_charged={}", claimed.fence, claimed.may_be_charged)
        }
        AttemptClaim::Decided(verdict) => format!("decided {verdict:?}"),
        AttemptClaim::Failed(failure) => format!("failed {failure:?}"),
        AttemptClaim::Busy { until } => format!("busy until {until}"),
        AttemptClaim::Superseded => "superseded".to_owned(),
        AttemptClaim::CardGone { may_be_charged } => format!("card gone may_be_charged={may_be_charged}"),
    }
}
