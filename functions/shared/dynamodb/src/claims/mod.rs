//! [`PaymentClaims`]: one item a key, written with its payment's item in one transaction.

mod codec;
mod condition;
mod transact;
mod write;

use gateway_domain::claim::Claim;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};

use tracing::Instrument as _;

use crate::DynamoStore;
use crate::error::{port_error, written};
use crate::item::{Reader, text};
use crate::store::span;
use crate::vault::KeyProvider;

impl<K: KeyProvider> PaymentClaims for DynamoStore<K> {
    async fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        let claiming = transact::claim(self, request, payment, None);
        // Boxed, here and below: what a handler awaits is deep enough without the SDK's futures.
        Box::pin(claiming.instrument(span("claims and payments TransactWriteItems (claim)"))).await
    }

    async fn find(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<Claim>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.claims_table)
            .key("claim_key", codec::key(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("claims GetItem", &error))?;
        let Some(item) = answer.item else { return Ok(None) };
        let reader = Reader::new(&item);
        if reader.moment("forgotten_at")? <= now { Ok(None) } else { codec::claim(reader).map(Some) }
    }

    async fn take_over(&self, earlier: &Claim, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        write::take_over(self, earlier, request).instrument(span("claims PutItem (take over)")).await
    }

    async fn replace(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        let replacing = transact::claim(self, request, payment, Some(earlier));
        Box::pin(replacing.instrument(span("claims and payments TransactWriteItems (replace)"))).await
    }

    async fn complete(&self, key: &ClaimKey, payment_id: PaymentId) -> Result<(), PortError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.claims_table)
            .key("claim_key", codec::key(key))
            .condition_expression("payment_id = :payment_id")
            .update_expression("SET completed = :yes")
            .expression_attribute_values(":payment_id", text(payment_id))
            .expression_attribute_values(":yes", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
            .send()
            .await;
        written("claims UpdateItem", answer).map(|_| ())
    }
}

/// Whoever made the item that refused a claim. Ours, if the answer to our own write was lost.
fn outcome(reader: Reader<'_>, holder: [u8; 16]) -> Result<ClaimOutcome, PortError> {
    if reader.bytes("holder")? == holder {
        return Ok(ClaimOutcome::Claimed);
    }
    codec::claim(reader).map(ClaimOutcome::Taken)
}
