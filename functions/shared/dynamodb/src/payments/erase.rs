//! Erasing a card outside of a verdict.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::attempts::Erased;

use super::{RECORD_LIFE_MS, codec};
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::{KEY, place, text, ttl};

/// Takes ciphertexts and wrapped keys out of the item, if there is one, and reads what it tells of the
/// attempts in the same write.
pub(super) async fn erase<K>(store: &DynamoStore<K>, payment_id: PaymentId) -> Result<Erased, PortError> {
    let answer = store
        .client
        .update_item()
        .table_name(&store.payments_table)
        .key(KEY, place(payment_id))
        .condition_expression("payment_id = :payment_id")
        .expression_attribute_values(":payment_id", text(payment_id))
        .update_expression("SET expires_at = :record_ends REMOVE card, cvv")
        .expression_attribute_values(":record_ends", record_ends())
        .return_values(ReturnValue::AllOld)
        .send()
        .await;
    let item = match written("payments UpdateItem", answer)? {
        Written::Done(answer) => answer.attributes,
        Written::Refused(_) => None,
    };
    Ok(Erased::of(codec::state_of(payment_id, item.as_ref())?.as_ref()))
}

/// When an item without a card may be tidied up. The only clock here, and nothing is decided by it.
pub(super) fn record_ends() -> AttributeValue {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    ttl(Timestamp::from_millis(i64::try_from(now).unwrap_or(i64::MAX)).plus_millis(RECORD_LIFE_MS))
}
