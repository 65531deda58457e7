//! A claim that goes on to another request, or to another payment. Nearly no request comes here, so the
//! item that holds the claim is read first; what is written then depends on its being as it was read.

use std::time::Duration;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem, Update};
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimOutcome, ClaimRequest};

use super::{codec, find, outcome, place_of};
use crate::DynamoStore;
use crate::error::{port_error, unbuilt};
use crate::item::{Item, KEY, Reader, holder_name, number, ttl_seconds};
use crate::payments::put;

const CALL: &str = "payments TransactWriteItems";
const HOLD: &str = "SET claim = :claim, expires_at = :needed_until";
const HOLD_AND_ERASE: &str = "SET claim = :claim, expires_at = :needed_until REMOVE card, cvv";
/// Codes of cancellation reasons.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
const CONFLICT: &str = "TransactionConflict";
const OVERLOADED: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
/// How often a claim that somebody else was at is looked at.
const ROUNDS_MAX: u32 = 4;
/// What it waits before the second time; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(20);

/// Lets `request` hold the claim instead of `earlier`, and puts its payment if it has one of its own:
/// both or neither.
pub(super) async fn pass_on<K>(
    store: &DynamoStore<K>,
    earlier: &Claim,
    request: &ClaimRequest,
    payment: Option<Item>,
) -> Result<ClaimOutcome, PortError> {
    let holder = holder_name()?;
    for round in 0..ROUNDS_MAX {
        if round > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(round - 1)).await;
        }
        let found = find(store, &request.key).await?;
        if let Some(item) = &found
            && codec::read(item)? != *earlier
        {
            return outcome(item, holder);
        }
        let mut transaction = store.client.transact_write_items();
        let holding = hold(store, found.as_ref(), request, payment.is_some(), holder)?;
        transaction = transaction.transact_items(holding);
        if let Some(item) = &payment {
            transaction = transaction.transact_items(put_new(store, item.clone())?);
        }
        match transaction.send().await {
            Ok(_) => return Ok(ClaimOutcome::Claimed),
            Err(error) => was_met(&error)?,
        }
    }
    Err(PortError::transient(format!("{CALL}: met another request {ROUNDS_MAX} times")))
}

/// Writes the claim into the item, if claim and end of the item are still as found.
fn hold<K>(
    store: &DynamoStore<K>,
    found: Option<&Item>,
    request: &ClaimRequest,
    has_own_item: bool,
    holder: [u8; 16],
) -> Result<TransactWriteItem, PortError> {
    let ends_at = found.map_or(Ok(0), |item| Reader::new(item).number("expires_at"))?;
    // A claim alone may stay for as long as it counts. A payment that goes on with the item has its card in
    // it, which ends when it did, until the payment is queued.
    let is_alone = has_own_item || found.is_none();
    let needed_until = if is_alone { ttl_seconds(request.expires_at).max(ends_at) } else { ends_at };
    let update = Update::builder()
        .table_name(&store.payments_table)
        .key(KEY, place_of(&request.key))
        .update_expression(if has_dead_card(found, request)? { HOLD_AND_ERASE } else { HOLD })
        .expression_attribute_values(":claim", codec::write(request, holder))
        .expression_attribute_values(":needed_until", number(needed_until));
    let update = match found.map(|item| item.get("claim")) {
        // Tidied up: there is nobody to take the claim from.
        None => update.condition_expression(put::ABSENT),
        Some(None) => update
            .condition_expression("attribute_not_exists(claim) AND expires_at = :ends_at")
            .expression_attribute_values(":ends_at", number(ends_at)),
        Some(Some(claim)) => update
            .condition_expression("claim = :earlier AND expires_at = :ends_at")
            .expression_attribute_values(":earlier", claim.clone())
            .expression_attribute_values(":ends_at", number(ends_at)),
    };
    let update = update.build().map_err(|error| unbuilt(CALL, &error))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// Whether the item may hold a card that nobody can use any more: it is not to stay with the claim.
fn has_dead_card(found: Option<&Item>, request: &ClaimRequest) -> Result<bool, PortError> {
    let card_until = found.map_or(Ok(None), |item| Reader::new(item).moment_or_none("card_until"))?;
    Ok(card_until.is_some_and(|until| until <= request.now))
}

/// Puts the payment that takes the claim over, under an id of its own.
fn put_new<K>(store: &DynamoStore<K>, item: Item) -> Result<TransactWriteItem, PortError> {
    let put = Put::builder().table_name(&store.payments_table).set_item(Some(item));
    let put = put.condition_expression(put::ABSENT).build().map_err(|error| unbuilt(CALL, &error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// An error, unless somebody else was at the claim: then it is to be looked at again.
fn was_met(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Result<(), PortError> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            why(cancelled.cancellation_reasons())
        }
        _ => Err(port_error(CALL, error)),
    }
}

/// The reasons are in the order of the parts: claim, payment.
fn why(reasons: &[CancellationReason]) -> Result<(), PortError> {
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap_or("None")).collect();
    let cancelled = format!("{CALL}: cancelled: {}", codes.join(", "));
    match codes[..] {
        [CONDITION_FAILED, ..] => Ok(()),
        [_, CONDITION_FAILED] => {
            Err(PortError::transient(format!("{CALL}: the payment's new id is another's: ask again")))
        }
        _ if codes.contains(&CONFLICT) => Ok(()),
        _ if codes.iter().any(|code| OVERLOADED.contains(code)) => Err(PortError::transient(cancelled)),
        _ => Err(PortError::permanent(cancelled)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons<const N: usize>(codes: [&str; N]) -> [CancellationReason; N] {
        codes.map(|code| CancellationReason::builder().code(code).build())
    }

    #[test]
    fn whoever_was_met_at_the_claim_is_looked_at() {
        for codes in
            [[CONDITION_FAILED, "None"], [CONFLICT, "None"], ["None", CONFLICT], [CONFLICT, CONFLICT]]
        {
            why(&reasons(codes)).unwrap();
        }
        why(&reasons([CONDITION_FAILED])).unwrap();
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
            let error = why(&reasons(codes)).unwrap_err();
            assert_eq!(error.is_transient(), transient, "{error}");
        }
        assert!(!why(&[]).unwrap_err().is_transient(), "reasons that nobody gave");
    }
}
