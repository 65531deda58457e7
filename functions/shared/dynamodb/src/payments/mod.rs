//! [`CardVault`], [`ChargeAttempts`] and [`PendingPayments`]: one item a payment.

mod claim;
pub(crate) mod codec;
mod erase;
mod outcomes;
pub(crate) mod put;
mod record;

use gateway_domain::charge::AttemptFailure;
use gateway_domain::{CardSecret, PaymentId, Timestamp, Verdict};
use gateway_ports::PortError;
use gateway_ports::attempts::{
    AttemptClaim, CardVault, ChargeAttempts, Erased, NewPaymentItem, PendingPayments, Recorded,
};

use tracing::Instrument as _;

use crate::DynamoStore;
use crate::error::port_error;
use crate::item::{KEY, Reader, place};
use crate::store::span;
use crate::vault::KeyProvider;

/// How long an item outlives its card's erasure: whoever is redelivered or redriven in this time is
/// told the verdict again; later ones ask the PSP.
const RECORD_LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

impl<K: KeyProvider> CardVault for DynamoStore<K> {
    async fn put(&self, item: &NewPaymentItem, card: CardSecret) -> Result<(), PortError> {
        put::put(self, item, card).instrument(span("payments PutItem")).await
    }

    async fn erase(&self, payment_id: PaymentId) -> Result<Erased, PortError> {
        erase::erase(self, payment_id).instrument(span("payments UpdateItem (erase)")).await
    }
}

impl<K: KeyProvider> ChargeAttempts for DynamoStore<K> {
    async fn claim_attempt(
        &self,
        payment_id: PaymentId,
        attempt: u32,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<AttemptClaim, PortError> {
        let wish = claim::Wish { payment_id, attempt, now, lease_ms };
        claim::claim(self, &wish).instrument(span("payments UpdateItem (attempt)")).await
    }

    async fn record_verdict(
        &self,
        payment_id: PaymentId,
        fence: u64,
        verdict: &Verdict,
    ) -> Result<Recorded, PortError> {
        let recording = record::verdict(self, payment_id, Some(fence), verdict);
        recording.instrument(span("payments UpdateItem (verdict)")).await
    }

    async fn record_failure(
        &self,
        payment_id: PaymentId,
        fence: u64,
        failure: &AttemptFailure,
    ) -> Result<Recorded, PortError> {
        let recording = record::failure(self, payment_id, fence, failure);
        recording.instrument(span("payments UpdateItem (failure)")).await
    }

    async fn record_learned(&self, payment_id: PaymentId, verdict: &Verdict) -> Result<Recorded, PortError> {
        let recording = record::verdict(self, payment_id, None, verdict);
        recording.instrument(span("payments UpdateItem (learned)")).await
    }
}

impl<K: KeyProvider> PendingPayments for DynamoStore<K> {
    async fn pending(&self, payment_id: PaymentId) -> Result<Option<NewPaymentItem>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.payments_table)
            .key(KEY, place(payment_id))
            // Everything but the card: it does not travel where it is not needed.
            .projection_expression(codec::PLAIN_PART)
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("payments GetItem", &error))?;
        let item = answer.item.as_ref().map(Reader::new).filter(|item| codec::is_of(payment_id, *item));
        item.map_or(Ok(None), codec::plain_part)
    }
}
