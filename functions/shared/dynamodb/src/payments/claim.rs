//! Claiming an attempt and reading the card: one conditional update.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use gateway_domain::attempt::{AttemptDecision, decide_claim};
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::attempts::{AttemptClaim, ClaimedAttempt};

use super::codec;
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{Item, KEY, Reader, bytes, holder_name, millis, number, place, text};
use crate::vault::KeyProvider;

/// [`decide_claim`]'s `Claim`, in the store's words. That there is a card says that there is no
/// verdict: both are written at once. A lease that ended with an outcome is 0.
const CLAIMABLE: &str = "payment_id = :payment_id \
     AND attribute_exists(card) AND card_until > :now AND lease_until <= :now \
     AND (attempt < :attempt OR (attempt = :attempt AND attribute_not_exists(failure)))";
const CLAIM: &str =
    "SET attempt = :attempt, lease_until = :lease_until, holder = :holder REMOVE failure ADD fence :one";

/// Nothing has become of the claim.
const HELD: &str = "payment_id = :payment_id AND fence = :fence \
     AND attribute_not_exists(failure) AND lease_until > :now";

/// Who wants what, until when.
pub(super) struct Wish {
    pub payment_id: PaymentId,
    pub attempt: u32,
    pub now: Timestamp,
    pub lease_ms: i64,
}

/// Claims the attempt, or tells from the refusing item why not.
pub(super) async fn claim<K: KeyProvider>(
    store: &DynamoStore<K>,
    wish: &Wish,
) -> Result<AttemptClaim, PortError> {
    let holder = holder_name()?;
    let answer = request(store, wish, holder).send().await;
    match written("payments UpdateItem (attempt)", answer)? {
        Written::Done(answer) => open(store, wish, &answer.attributes.unwrap_or_default()).await,
        // The first try of this call had succeeded and only its answer was lost.
        Written::Refused(Some(item)) if is_held_by(&item, holder) => open(store, wish, &item).await,
        Written::Refused(item) => refusal(item.as_ref(), wish),
    }
}

fn request<K>(store: &DynamoStore<K>, wish: &Wish, holder: [u8; 16]) -> UpdateItemFluentBuilder {
    store
        .client
        .update_item()
        .table_name(&store.payments_table)
        .key(KEY, place(wish.payment_id))
        .expression_attribute_values(":payment_id", text(wish.payment_id))
        .condition_expression(CLAIMABLE)
        .update_expression(CLAIM)
        .expression_attribute_values(":attempt", number(wish.attempt))
        .expression_attribute_values(":now", millis(wish.now))
        .expression_attribute_values(":lease_until", millis(wish.now.plus_millis(wish.lease_ms)))
        .expression_attribute_values(":holder", bytes(holder))
        .expression_attribute_values(":one", number(1))
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

fn is_held_by(item: &Item, holder: [u8; 16]) -> bool {
    Reader::new(item).bytes("holder").is_ok_and(|name| name == holder)
}

/// The card of an attempt that is ours. If it cannot be opened the PSP has surely not been called,
/// so the claim is given back at once instead of being waited for.
async fn open<K: KeyProvider>(
    store: &DynamoStore<K>,
    wish: &Wish,
    item: &Item,
) -> Result<AttemptClaim, PortError> {
    let reader = Reader::new(item);
    let fence: u64 = reader.number("fence")?;
    let earlier_claims = fence.saturating_sub(1);
    match store.vault.open(wish.payment_id, &codec::sealed(reader)?).await {
        Ok(card) => {
            let may_be_charged = earlier_claims > reader.number("cleared")?;
            Ok(AttemptClaim::Claimed(ClaimedAttempt { fence, card, may_be_charged }))
        }
        Err(error) => {
            give_back(store, wish, fence).await;
            Err(error)
        }
    }
}

/// Ends the lease and clears the claim. If this fails too, the lease lapses by itself.
async fn give_back<K>(store: &DynamoStore<K>, wish: &Wish, fence: u64) {
    let answer = store
        .client
        .update_item()
        .table_name(&store.payments_table)
        .key(KEY, place(wish.payment_id))
        .expression_attribute_values(":payment_id", text(wish.payment_id))
        .condition_expression(HELD)
        .update_expression("SET lease_until = :now ADD cleared :one")
        .expression_attribute_values(":fence", number(fence))
        .expression_attribute_values(":now", millis(wish.now))
        .expression_attribute_values(":one", number(1))
        .send()
        .await;
    if let Err(error) = written("payments UpdateItem (give back)", answer) {
        tracing::warn!(payment_id = %wish.payment_id, %error, "an attempt stays leased until its lease lapses");
    }
}

fn refusal(item: Option<&Item>, wish: &Wish) -> Result<AttemptClaim, PortError> {
    let state = codec::state_of(wish.payment_id, item)?;
    match decide_claim(state.as_ref(), wish.attempt, wish.now) {
        AttemptDecision::Decided(verdict) => Ok(AttemptClaim::Decided(verdict)),
        AttemptDecision::Failed(failure) => Ok(AttemptClaim::Failed(failure)),
        AttemptDecision::Busy { until } => Ok(AttemptClaim::Busy { until }),
        AttemptDecision::Superseded => Ok(AttemptClaim::Superseded),
        AttemptDecision::CardGone { may_be_charged } => Ok(AttemptClaim::CardGone { may_be_charged }),
        AttemptDecision::Claim { .. } => {
            Err(PortError::permanent("the store refused an attempt that the rules allow"))
        }
    }
}
