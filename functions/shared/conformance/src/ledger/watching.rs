//! Payments that ended because the PSP knew of no charge.

use gateway_domain::charge::ChargeId;
use gateway_domain::limits::{LATE_CHARGE_MS, WATCH_MS_MIN};
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{PaymentId, PaymentStatus, Timestamp, Verdict, watch};
use gateway_ports::watch::{Looked, LookedFor};

use super::world::{authorized, declined};
use super::{Ledger, World};

const LEASE_MS: i64 = 10_000;
const AT_ONCE: u32 = 50;
/// When a payment is accepted here, and when it is settled, after the start.
const ACCEPTED_MS: i64 = 1_000;
const SETTLED_MS: i64 = 3_000;

/// Whether this payment is among those that are to be looked after.
async fn is_due<L: Ledger>(world: &World<'_, L>, id: PaymentId, now: Timestamp) -> bool {
    let mut found = false;
    loop {
        let batch = world.ledger.take_watched(now, LEASE_MS, AT_ONCE).await.unwrap();
        assert!(batch.len() <= AT_ONCE as usize);
        if batch.is_empty() {
            return found;
        }
        found |= batch.iter().any(|payment| payment.id == id);
    }
}

async fn looked<L: Ledger>(world: &World<'_, L>, id: PaymentId, found: Looked, now: Timestamp) {
    world.ledger.mark_looked_after(&[LookedFor { payment_id: id, found }], now).await.unwrap();
}

async fn failed<L: Ledger>(world: &World<'_, L>) -> PaymentId {
    let id = world.begun().await.payment_id.unwrap();
    world.settle(&world.settlement(id, Settlement::Failed { reason: "no_charge".into() })).await;
    id
}

/// Under a lease, each time after as long again, and the payment itself does not change.
pub async fn who_failed_is_looked_after_for_a_day<L: Ledger>(world: &World<'_, L>) {
    let id = failed(world).await;
    let payment = world.payment(id).await;
    let first = watch::next_ask(world.at(ACCEPTED_MS), world.at(SETTLED_MS));
    assert!(!is_due(world, id, first.plus_millis(-1)).await);
    assert!(is_due(world, id, first).await);
    assert!(!is_due(world, id, first).await, "leased");
    assert!(is_due(world, id, first.plus_millis(LEASE_MS)).await);
    looked(world, id, Looked::NoCharge, first.plus_millis(LEASE_MS)).await;
    let second = watch::next_ask(world.at(ACCEPTED_MS), first.plus_millis(LEASE_MS));
    assert!(!is_due(world, id, second.plus_millis(-1)).await);
    assert!(is_due(world, id, second).await);
    let late = world.at(ACCEPTED_MS + LATE_CHARGE_MS);
    looked(world, id, Looked::Unsettled, late).await;
    let again = late.plus_millis(WATCH_MS_MIN);
    assert!(!is_due(world, id, again.plus_millis(-1)).await);
    assert!(is_due(world, id, again).await, "a silence is not the last word");
    looked(world, id, Looked::NoCharge, again).await;
    assert!(!is_due(world, id, again.plus_millis(LATE_CHARGE_MS)).await);
    assert_eq!(world.payment(id).await, payment);
    world.ledger.mark_looked_after(&[], again).await.unwrap();
}

/// Also when it turns up after the last look: its webhook may tell.
pub async fn a_charge_that_turns_up_is_looked_for_until_it_is_voided<L: Ledger>(world: &World<'_, L>) {
    let id = failed(world).await;
    looked(world, id, Looked::NoCharge, world.at(2 * LATE_CHARGE_MS)).await;
    assert!(!is_due(world, id, world.at(3 * LATE_CHARGE_MS)).await);
    let late = world.settle(&world.verdict(id, authorized("CHAR_LATE"))).await;
    assert_eq!(late, SettleDecision::LateAuthorization(PaymentStatus::Failed));
    let next = world.at(SETTLED_MS + WATCH_MS_MIN);
    assert!(is_due(world, id, next).await);
    let charge_id = ChargeId("CHAR_LATE".into());
    world.settle(&world.settlement(id, Settlement::Voided { charge_id })).await;
    looked(world, id, Looked::Unsettled, next).await;
    assert!(!is_due(world, id, world.at(3 * LATE_CHARGE_MS)).await);
    assert_eq!(world.story(id).await[3..], ["LATE_AUTHORIZATION", "VOIDED"]);
}

/// A decline without a charge, or by a person's word, is no charge's end.
pub async fn who_ended_with_a_charge_is_not_looked_after<L: Ledger>(world: &World<'_, L>) {
    let declined_as = |charge_id: Option<&str>, code: &str| Verdict::Declined {
        charge_id: charge_id.map(|id| ChargeId(id.into())),
        code: code.into(),
        message: String::new(),
        card: None,
    };
    for (verdict, expected) in [
        (authorized("CHAR_1"), false),
        (declined(), false),
        (declined_as(None, "40002"), true),
        (declined_as(Some("CHAR_1"), "resolved_by_review"), true),
    ] {
        let id = world.begun().await.payment_id.unwrap();
        world.settle(&world.verdict(id, verdict.clone())).await;
        assert_eq!(is_due(world, id, world.at(LATE_CHARGE_MS)).await, expected, "{verdict:?}");
    }
}
