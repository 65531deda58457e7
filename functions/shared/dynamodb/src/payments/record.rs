//! Recording what an attempt came to: one conditional update each.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use gateway_domain::attempt::{self, RecordDecision, decide_failure, decide_verdict};
use gateway_domain::charge::AttemptFailure;
use gateway_domain::{PaymentId, Verdict};
use gateway_ports::PortError;
use gateway_ports::attempts::Recorded;

use super::codec;
use super::erase::record_ends;
use super::outcomes::{IN_ANALYSIS, write_failure, write_verdict};
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{Item, KEY, number, place, text};

/// Records a verdict and takes card, code, their keys and the lease out of the item.
const DECIDE: &str = "SET payment_id = :payment_id, verdict = :verdict, expires_at = :record_ends \
     REMOVE card, cvv, lease_until, failure";
/// Records a failure and ends the lease; the card stays.
const FAIL: &str = "SET failure = :failure, lease_until = :ended ADD cleared :cleared";
/// [`decide_failure`]'s `Write`, in the store's words.
const FAILABLE: &str = "payment_id = :payment_id AND fence = :fence \
     AND attribute_not_exists(verdict) AND attribute_not_exists(failure)";

/// Records a verdict: of the claim `fence`, or learned from the PSP.
pub(super) async fn verdict<K>(
    store: &DynamoStore<K>,
    payment_id: PaymentId,
    fence: Option<u64>,
    verdict: &Verdict,
) -> Result<Recorded, PortError> {
    let mut request = update(store, payment_id)
        .update_expression(DECIDE)
        .condition_expression(decidable(fence, verdict))
        .expression_attribute_values(":verdict", write_verdict(verdict))
        .expression_attribute_values(":record_ends", record_ends());
    if let Some(fence) = fence {
        request = request.expression_attribute_values(":fence", number(fence));
    }
    if verdict.is_final() {
        request = request.expression_attribute_values(":in_analysis", text(IN_ANALYSIS));
    }
    match written("payments UpdateItem (verdict)", request.send().await)? {
        Written::Done(_) => Ok(Recorded::Stands),
        Written::Refused(item) => {
            refusal(payment_id, item.as_ref(), |item| decide_verdict(item, fence, verdict))
        }
    }
}

/// [`decide_verdict`]'s `Write`, in the store's words: no other verdict but perhaps IN_ANALYSIS
/// before a final one; the newest fence, unless there is no item that could hold a newer one.
const fn decidable(fence: Option<u64>, verdict: &Verdict) -> &'static str {
    match (fence.is_some(), verdict.is_final()) {
        (true, true) => {
            "attribute_not_exists(payment_id) OR (payment_id = :payment_id AND fence = :fence \
             AND (attribute_not_exists(verdict) OR verdict.kind = :in_analysis))"
        }
        (true, false) => {
            "attribute_not_exists(payment_id) OR (payment_id = :payment_id AND fence = :fence \
             AND attribute_not_exists(verdict))"
        }
        (false, true) => {
            "attribute_not_exists(payment_id) OR (payment_id = :payment_id \
             AND (attribute_not_exists(verdict) OR verdict.kind = :in_analysis))"
        }
        (false, false) => {
            "attribute_not_exists(payment_id) OR (payment_id = :payment_id AND attribute_not_exists(verdict))"
        }
    }
}

/// Records that the claim `fence` ended without a verdict.
pub(super) async fn failure<K>(
    store: &DynamoStore<K>,
    payment_id: PaymentId,
    fence: u64,
    failure: &AttemptFailure,
) -> Result<Recorded, PortError> {
    let answer = update(store, payment_id)
        .update_expression(FAIL)
        .condition_expression(FAILABLE)
        .expression_attribute_values(":failure", write_failure(failure))
        .expression_attribute_values(":ended", number(0))
        .expression_attribute_values(":cleared", number(attempt::clears(failure)))
        .expression_attribute_values(":fence", number(fence))
        .send()
        .await;
    match written("payments UpdateItem (failure)", answer)? {
        Written::Done(_) => Ok(Recorded::Stands),
        Written::Refused(item) => refusal(payment_id, item.as_ref(), |item| decide_failure(item, fence)),
    }
}

fn update<K>(store: &DynamoStore<K>, payment_id: PaymentId) -> UpdateItemFluentBuilder {
    store
        .client
        .update_item()
        .table_name(&store.payments_table)
        .key(KEY, place(payment_id))
        .expression_attribute_values(":payment_id", text(payment_id))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

fn refusal(
    payment_id: PaymentId,
    item: Option<&Item>,
    decide: impl FnOnce(Option<&attempt::AttemptState>) -> RecordDecision,
) -> Result<Recorded, PortError> {
    let state = codec::state_of(payment_id, item)?;
    match decide(state.as_ref()) {
        RecordDecision::Stands => Ok(Recorded::Stands),
        RecordDecision::Other(verdict) => Ok(Recorded::Other(verdict)),
        RecordDecision::Fenced => Ok(Recorded::Fenced),
        // Another payment has the place of this one, whose item is long gone: there is nothing to keep the
        // outcome in, and nobody but the ledger that asks for it.
        RecordDecision::Write if state.is_none() && item.is_some() => Ok(Recorded::Stands),
        RecordDecision::Write => {
            Err(PortError::permanent("the store refused an outcome that the rules allow"))
        }
    }
}
