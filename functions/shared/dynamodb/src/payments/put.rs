//! A new payment's item with its sealed card.

use gateway_domain::CardSecret;
use gateway_ports::PortError;
use gateway_ports::attempts::NewPaymentItem;
use gateway_ports::claims::NewPayment;

use super::codec;
use crate::DynamoStore;
use crate::error::written;
use crate::item::Item;
use crate::vault::KeyProvider;

/// Nothing is stored at the payment's place yet.
pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";

/// Seals the card and puts the item, unless there is one.
pub(super) async fn put<K: KeyProvider>(
    store: &DynamoStore<K>,
    new: &NewPaymentItem,
    card: CardSecret,
) -> Result<(), PortError> {
    let answer = store
        .client
        .put_item()
        .table_name(&store.payments_table)
        .set_item(Some(item(store, NewPayment { item: new, card: &card }).await?))
        .condition_expression(ABSENT)
        .send()
        .await;
    written("payments PutItem", answer).map(|_| ())
}

/// The item, with the card sealed.
pub(crate) async fn item<K: KeyProvider>(
    store: &DynamoStore<K>,
    new: NewPayment<'_>,
) -> Result<Item, PortError> {
    let sealed = store.vault.seal(new.item.payment_id, new.card).await?;
    Ok(codec::item(new.item, sealed))
}
