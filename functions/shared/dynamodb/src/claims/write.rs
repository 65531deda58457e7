//! Claims made alone: the payment is stored already.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimOutcome, ClaimRequest};

use super::condition::Condition;
use super::{codec, outcome};
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{Reader, holder_name};

/// Goes on with the payment of `earlier`.
pub(super) async fn take_over<K>(
    store: &DynamoStore<K>,
    earlier: &Claim,
    request: &ClaimRequest,
) -> Result<ClaimOutcome, PortError> {
    let holder = holder_name()?;
    let Condition { expression, values } = Condition::free_or_as(earlier, request);
    let answer = store
        .client
        .put_item()
        .table_name(&store.claims_table)
        .set_item(Some(codec::item(request, holder)))
        .condition_expression(expression)
        .set_expression_attribute_values(Some(values))
        .return_values_on_condition_check_failure(AllOld)
        .send()
        .await;
    match written("claims PutItem", answer)? {
        Written::Done(_) => Ok(ClaimOutcome::Claimed),
        Written::Refused(Some(item)) => outcome(Reader::new(&item), holder),
        Written::Refused(None) => Err(PortError::transient("the claim was refused by no item: ask again")),
    }
}
