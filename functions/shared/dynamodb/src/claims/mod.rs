//! [`PaymentClaims`]: a payment's item is also the claim that made it, so one put decides who was first
//! and stores the payment. Its place in the table is the tail of the payment's id, which is the digest of
//! the key. Where a claim goes on to another payment, that one has a place of its own, and the claim stays
//! where its key is.

mod codec;
mod complete;
mod first;
mod pass_on;

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::claim::Claim;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};

use tracing::Instrument as _;

use crate::DynamoStore;
use crate::error::port_error;
use crate::item::{Item, KEY, place};
use crate::payments::put;
use crate::store::span;
use crate::vault::KeyProvider;

impl<K: KeyProvider> PaymentClaims for DynamoStore<K> {
    async fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        // Boxed, here and below: what a handler awaits is deep enough without the SDK's futures.
        Box::pin(first::claim(self, request, payment).instrument(span("payments PutItem (claim)"))).await
    }

    async fn find(&self, key: &ClaimKey) -> Result<Option<Claim>, PortError> {
        let item = Box::pin(find(self, key).instrument(span("payments GetItem (claim)"))).await?;
        item.as_ref().map(codec::read).transpose()
    }

    async fn take_over(&self, earlier: &Claim, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        let passing = pass_on::pass_on(self, earlier, request, None);
        Box::pin(passing.instrument(span("payments TransactWriteItems (take over)"))).await
    }

    async fn replace(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        let replacing = async {
            if request.key.names(request.payment_id) {
                return Err(PortError::permanent("a payment that replaces another has an id of its own"));
            }
            let item = put::item(self, payment).await?;
            pass_on::pass_on(self, earlier, request, Some(item)).await
        };
        Box::pin(replacing.instrument(span("payments TransactWriteItems (replace)"))).await
    }

    async fn complete(&self, key: &ClaimKey, payment_id: PaymentId) -> Result<(), PortError> {
        let completing = complete::complete(self, key, payment_id);
        Box::pin(completing.instrument(span("payments UpdateItem (complete)"))).await
    }
}

/// Where the key's claim is: the time of an id does not matter.
fn place_of(key: &ClaimKey) -> AttributeValue {
    place(key.payment_id(Timestamp::from_millis(0)))
}

/// The item that holds the key's claim.
async fn find<K>(store: &DynamoStore<K>, key: &ClaimKey) -> Result<Option<Item>, PortError> {
    let answer = store
        .client
        .get_item()
        .table_name(&store.payments_table)
        .key(KEY, place_of(key))
        // Everything but the card: it travels no more than it must. (A refused put brings the whole item back,
        // sealed; who may put may not open.)
        .projection_expression("payment_id, claim, card_until, expires_at")
        .consistent_read(true)
        .send()
        .await;
    answer.map(|answer| answer.item).map_err(|error| port_error("payments GetItem (claim)", &error))
}

/// Whoever made the claim that is there. Ours, if the answer to our own write was lost.
fn outcome(item: &Item, holder: [u8; 16]) -> Result<ClaimOutcome, PortError> {
    if codec::is_held_by(item, holder) {
        return Ok(ClaimOutcome::Claimed);
    }
    codec::read(item).map(ClaimOutcome::Taken)
}
