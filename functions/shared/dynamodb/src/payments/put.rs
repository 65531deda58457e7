//! A new payment's item with its sealed card.

use gateway_domain::CardSecret;
use gateway_ports::PortError;
use gateway_ports::attempts::NewPaymentItem;

use super::codec;
use crate::DynamoStore;
use crate::error::written;
use crate::vault::KeyProvider;

/// Seals the card and puts the item, unless there is one.
pub(super) async fn put<K: KeyProvider>(
    store: &DynamoStore<K>,
    new: &NewPaymentItem,
    card: CardSecret,
) -> Result<(), PortError> {
    let sealed = store.vault.seal(new.payment_id, card).await?;
    let answer = store
        .client
        .put_item()
        .table_name(&store.payments_table)
        .set_item(Some(codec::item(new, sealed)))
        .condition_expression("attribute_not_exists(payment_id)")
        .send()
        .await;
    written("payments PutItem", answer).map(|_| ())
}
