//! Claiming and taking over: one conditional put each.

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimOutcome, ClaimRequest};

use super::codec;
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{Reader, bytes, holder_name, millis, text};

const FREE: &str = "attribute_not_exists(claim_key) OR forgotten_at <= :now";
const FREE_OR_AS_EARLIER: &str = "attribute_not_exists(claim_key) OR forgotten_at <= :now \
     OR (payment_id = :payment_id AND fingerprint = :fingerprint \
         AND completed = :completed AND lease_until = :lease_until)";

/// Claims a key that nobody holds.
pub(super) async fn claim<K>(
    store: &DynamoStore<K>,
    request: &ClaimRequest,
) -> Result<ClaimOutcome, PortError> {
    put(store, request, |put| put.condition_expression(FREE)).await
}

/// Claims a key that nobody holds any more, or that is held as `earlier` says.
pub(super) async fn take_over<K>(
    store: &DynamoStore<K>,
    earlier: &Claim,
    request: &ClaimRequest,
) -> Result<ClaimOutcome, PortError> {
    put(store, request, |put| {
        put.condition_expression(FREE_OR_AS_EARLIER)
            .expression_attribute_values(":payment_id", text(earlier.payment_id))
            .expression_attribute_values(":fingerprint", bytes(earlier.fingerprint))
            .expression_attribute_values(":completed", AttributeValue::Bool(earlier.completed))
            .expression_attribute_values(":lease_until", millis(earlier.lease_until))
    })
    .await
}

async fn put<K>(
    store: &DynamoStore<K>,
    request: &ClaimRequest,
    on_condition: impl FnOnce(PutItemFluentBuilder) -> PutItemFluentBuilder,
) -> Result<ClaimOutcome, PortError> {
    let holder = holder_name()?;
    let put = store
        .client
        .put_item()
        .table_name(&store.claims_table)
        .set_item(Some(codec::item(request, holder)))
        .expression_attribute_values(":now", millis(request.now))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    match written("claims PutItem", on_condition(put).send().await)? {
        Written::Done(_) => Ok(ClaimOutcome::Claimed),
        Written::Refused(Some(item)) => outcome(Reader::new(&item), holder),
        Written::Refused(None) => Err(PortError::transient("the claim was refused by no item: ask again")),
    }
}

fn outcome(reader: Reader<'_>, holder: [u8; 16]) -> Result<ClaimOutcome, PortError> {
    if reader.bytes("holder")? == holder {
        return Ok(ClaimOutcome::Claimed);
    }
    codec::claim(reader).map(ClaimOutcome::Taken)
}
