//! The card vault: which items hold card data. What they hold is not read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;

use super::VaultItem;
use crate::gateway::Failure;
use crate::provision::dynamodb_client;

/// As infra/template.yaml's table is called on this machine.
const TABLE: &str = "PaymentsTable";

/// Items with a card or a security code, by payment.
pub(super) async fn items(endpoint: &str) -> Result<BTreeMap<String, VaultItem>, Failure> {
    let mut items = with(endpoint, "card").await?;
    for (payment_id, item) in with(endpoint, "cvv").await? {
        items.insert(payment_id, VaultItem { has_cvv: true, ..item });
    }
    Ok(items)
}

/// Every payment that has an item, with card data or without.
pub(super) async fn payments(endpoint: &str) -> Result<BTreeSet<String>, Failure> {
    Ok(with(endpoint, "payment_id").await?.into_keys().collect())
}

/// Items with this attribute, which itself stays where it is.
async fn with(endpoint: &str, attribute: &str) -> Result<BTreeMap<String, VaultItem>, Failure> {
    let pages = dynamodb_client(endpoint)
        .scan()
        .table_name(TABLE)
        .consistent_read(true)
        .filter_expression("attribute_exists(#data)")
        .projection_expression("payment_id, verdict")
        .expression_attribute_names("#data", attribute)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(|error| Failure(format!("chaos: vault: {}", DisplayErrorContext(error))))?;
    let read = |item: HashMap<String, AttributeValue>| {
        let payment_id = item.get("payment_id")?.as_s().ok()?.clone();
        Some((payment_id, VaultItem { has_verdict: item.contains_key("verdict"), has_cvv: false }))
    };
    Ok(pages.into_iter().filter_map(read).collect())
}
