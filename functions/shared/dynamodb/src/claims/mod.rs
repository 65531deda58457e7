//! [`PaymentClaims`]: one item a key.

mod codec;
mod write;

use gateway_domain::claim::Claim;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, PaymentClaims};

use tracing::Instrument as _;

use crate::DynamoStore;
use crate::error::{port_error, written};
use crate::item::{Reader, text};
use crate::store::span;
use crate::vault::KeyProvider;

impl<K: KeyProvider> PaymentClaims for DynamoStore<K> {
    async fn claim(&self, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        write::claim(self, request).instrument(span("claims PutItem")).await
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
        let taking_over = write::take_over(self, earlier, request);
        taking_over.instrument(span("claims UpdateItem (take over)")).await
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
