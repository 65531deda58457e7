//! A claim and its payment's item, written as one.

use std::time::Duration;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem};
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims as _};

use super::condition::Condition;
use super::{codec, outcome};
use crate::DynamoStore;
use crate::error::{port_error, unbuilt};
use crate::item::{Item, Reader, holder_name};
use crate::payments::put;
use crate::vault::KeyProvider;

const CALL: &str = "claims and payments TransactWriteItems";
/// Codes of cancellation reasons.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
const CONFLICT: &str = "TransactionConflict";
const OVERLOADED: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
/// How often a transaction that met another one is tried.
const ROUNDS_MAX: u32 = 4;
/// What it waits before the second time; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(20);

/// Claims a key that nobody holds, or that is held as `earlier` says, and puts the payment: both or neither.
pub(super) async fn claim<K: KeyProvider>(
    store: &DynamoStore<K>,
    request: &ClaimRequest,
    payment: NewPayment<'_>,
    earlier: Option<&Claim>,
) -> Result<ClaimOutcome, PortError> {
    let condition =
        earlier.map_or_else(|| Condition::free(request), |earlier| Condition::free_or_as(earlier, request));
    let holder = holder_name()?;
    let claim = Put::builder()
        .table_name(&store.claims_table)
        .set_item(Some(codec::item(request, holder)))
        .condition_expression(condition.expression)
        .set_expression_attribute_values(Some(condition.values))
        .return_values_on_condition_check_failure(AllOld)
        .build()
        .map_err(|error| unbuilt(CALL, &error))?;
    let parts = [claim, put::part(store, payment).await?];
    let parts = parts.map(|part| TransactWriteItem::builder().put(part).build());
    for round in 0..ROUNDS_MAX {
        if round > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(round - 1)).await;
        }
        let transaction = store.client.transact_write_items().set_transact_items(Some(parts.to_vec()));
        let Err(error) = transaction.send().await else { return Ok(ClaimOutcome::Claimed) };
        match refusal(&error)? {
            Refusal::Held(item) => return outcome(Reader::new(&item), holder),
            // Whoever was at the key may hold it by now.
            Refusal::Met => match store.find(&request.key, request.now).await? {
                Some(claim) if Some(&claim) != earlier => return Ok(ClaimOutcome::Taken(claim)),
                _ => {}
            },
        }
    }
    Err(PortError::transient(format!("{CALL}: met another transaction {ROUNDS_MAX} times")))
}

/// Why nothing was written.
#[derive(Debug, PartialEq)]
enum Refusal {
    /// The key's item does not meet the condition.
    Held(Item),
    /// Another transaction was at one of the items.
    Met,
}

fn refusal(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Result<Refusal, PortError> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            why(cancelled.cancellation_reasons())
        }
        _ => Err(port_error(CALL, error)),
    }
}

/// The reasons are in the order of the parts: claim, payment. Items are not printed.
fn why(reasons: &[CancellationReason]) -> Result<Refusal, PortError> {
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap_or("None")).collect();
    match codes[..] {
        [CONDITION_FAILED, _] => Ok(reasons[0].item().cloned().map_or(Refusal::Met, Refusal::Held)),
        [_, CONDITION_FAILED] => {
            Err(PortError::transient(format!("{CALL}: the payment's new id is another's: ask again")))
        }
        _ if codes.contains(&CONFLICT) => Ok(Refusal::Met),
        _ if codes.iter().any(|code| OVERLOADED.contains(code)) => {
            Err(PortError::transient(format!("{CALL}: cancelled: {}", codes.join(", "))))
        }
        _ => Err(PortError::permanent(format!("{CALL}: cancelled: {}", codes.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::text;

    fn reason(code: &str, item: Option<Item>) -> CancellationReason {
        CancellationReason::builder().code(code).set_item(item).build()
    }

    #[test]
    fn the_condition_that_failed_says_who_holds_the_key() {
        let item = Item::from([("claim_key".to_owned(), text("k"))]);
        let reasons = [reason(CONDITION_FAILED, Some(item.clone())), reason("None", None)];
        assert_eq!(why(&reasons).unwrap(), Refusal::Held(item));
        let gone_meanwhile = [reason(CONDITION_FAILED, None), reason("None", None)];
        assert_eq!(why(&gone_meanwhile).unwrap(), Refusal::Met);
    }

    #[test]
    fn a_conflict_on_either_item_is_tried_again() {
        for codes in [[CONFLICT, "None"], ["None", CONFLICT], [CONFLICT, CONFLICT]] {
            assert_eq!(why(&codes.map(|code| reason(code, None))).unwrap(), Refusal::Met, "{codes:?}");
        }
    }

    #[test]
    fn what_time_mends_is_transient_and_the_rest_is_not() {
        for (codes, transient) in [
            (["None", CONDITION_FAILED], true),
            (["ThrottlingError", "None"], true),
            (["None", "ProvisionedThroughputExceeded"], true),
            (["ValidationError", "None"], false),
            (["None", "ItemCollectionSizeLimitExceeded"], false),
        ] {
            let error = why(&codes.map(|code| reason(code, None))).unwrap_err();
            assert_eq!(error.is_transient(), transient, "{error}");
        }
        assert!(!why(&[]).unwrap_err().is_transient(), "reasons that nobody gave");
    }
}
