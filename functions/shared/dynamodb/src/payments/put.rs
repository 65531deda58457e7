//! A new payment's item with its sealed card.

use aws_sdk_dynamodb::types::Put;
use gateway_domain::CardSecret;
use gateway_ports::PortError;
use gateway_ports::attempts::NewPaymentItem;
use gateway_ports::claims::NewPayment;

use super::codec;
use crate::DynamoStore;
use crate::error::{unbuilt, written};
use crate::vault::KeyProvider;

/// Nothing is stored for the payment yet.
const ABSENT: &str = "attribute_not_exists(payment_id)";

/// Seals the card and puts the item, unless there is one.
pub(super) async fn put<K: KeyProvider>(
    store: &DynamoStore<K>,
    new: &NewPaymentItem,
    card: CardSecret,
) -> Result<(), PortError> {
    let sealed = store.vault.seal(new.payment_id, &card).await?;
    let answer = store
        .client
        .put_item()
        .table_name(&store.payments_table)
        .set_item(Some(codec::item(new, sealed)))
        .condition_expression(ABSENT)
        .send()
        .await;
    written("payments PutItem", answer).map(|_| ())
}

/// The same as a part of a transaction, which fails if there is an item.
pub(crate) async fn part<K: KeyProvider>(
    store: &DynamoStore<K>,
    new: NewPayment<'_>,
) -> Result<Put, PortError> {
    let sealed = store.vault.seal(new.item.payment_id, new.card).await?;
    Put::builder()
        .table_name(&store.payments_table)
        .set_item(Some(codec::item(new.item, sealed)))
        .condition_expression(ABSENT)
        .build()
        .map_err(|error| unbuilt("payments Put", &error))
}
