//! Marking a claim as completed: its payment is queued.

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::PaymentId;
use gateway_ports::PortError;
use gateway_ports::claims::ClaimKey;

use super::place_of;
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{KEY, text};

/// Whether the claim is the payment's, and the mark. An item with a card ends with the card, in case its
/// payment is never queued; once it is, a verdict or an erasure will take the card out, and the item may
/// stay for as long as the claim counts. Where one of them was faster, the item stays longer already.
const MARKS: [(&str, &str); 2] = [
    (
        "claim.payment_id = :payment_id AND expires_at < claim.ends_at",
        "SET claim.queued = :yes, expires_at = claim.ends_at",
    ),
    ("claim.payment_id = :payment_id", "SET claim.queued = :yes"),
];

/// Marks the claim, if it is this payment's.
pub(super) async fn complete<K>(
    store: &DynamoStore<K>,
    key: &ClaimKey,
    payment_id: PaymentId,
) -> Result<(), PortError> {
    for (condition, update) in MARKS {
        let answer = store
            .client
            .update_item()
            .table_name(&store.payments_table)
            .key(KEY, place_of(key))
            .condition_expression(condition)
            .update_expression(update)
            .expression_attribute_values(":payment_id", text(payment_id))
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .send()
            .await;
        if let Written::Done(_) = written("payments UpdateItem (complete)", answer)? {
            return Ok(());
        }
    }
    Ok(())
}
