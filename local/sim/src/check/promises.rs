//! What buyers were told, and whether it came true.

use std::collections::BTreeMap;

use gateway_domain::{Money, PaymentId, PaymentStatus, ReservationId};

use super::{Judge, is_final};
use crate::world::World;

/// A 202 that a buyer has heard.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it pays.
    pub reservation_id: ReservationId,
    /// How much.
    pub amount: Option<Money>,
    /// User and `Idempotency-Key`, where there was one.
    pub key: Option<String>,
}

impl Judge {
    /// A buyer has heard a 202.
    pub(crate) fn promised(&mut self, promise: Promise) {
        self.promises.push(promise);
    }

    /// A buyer was told where a payment stands.
    pub(crate) fn was_told(&mut self, payment_id: PaymentId, status: PaymentStatus) {
        let earlier = self.told.insert(payment_id, status);
        if let Some(earlier) = earlier
            && is_final(earlier)
            && earlier != status
        {
            let what = || format!("{payment_id} was {earlier}, then {status}");
            self.find("what buyers are told to be final stays", 0, what);
        }
    }

    pub(super) fn promises_kept(&mut self, world: &World, at_ms: i64) {
        let mut by_key: BTreeMap<String, PaymentId> = BTreeMap::new();
        for promise in self.promises.clone() {
            let id = promise.payment_id;
            let kept = world
                .ledger
                .inspect(|rows| rows.payment(id).map(|row| (row.reservation_id, Some(row.amount))));
            if kept != Some((promise.reservation_id, promise.amount)) {
                self.find("an accepted payment is not lost", at_ms, || {
                    format!("{promise:?} became {kept:?}")
                });
            }
            if let Some(key) = promise.key {
                let first = *by_key.entry(key.clone()).or_insert(id);
                if first != id {
                    self.find("one key, one payment", at_ms, || format!("{key}: {first} and {id}"));
                }
            }
        }
    }

    pub(super) fn told_truly(&mut self, at_ms: i64) {
        for (id, told) in self.told.clone() {
            let is = self.payments.get(&id).copied();
            if is_final(told) && is != Some(told) {
                let what = || format!("{id} was told to be {told} and is {is:?}");
                self.find("what buyers are told to be final stays", at_ms, what);
            }
        }
    }
}
