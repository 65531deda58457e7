//! Every item of every table of DynamoDB, attribute by attribute, bytes as they are stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use e2e::canary::{Card, Search};
use e2e::unique;
use gateway_dynamodb::{StoreConfig, dynamodb_client};
use harness::Endpoints;

use crate::flows::Play;
use crate::sweep::Sweep;

type Item = HashMap<String, AttributeValue>;

pub async fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let client = client(endpoints);
    let planted = plant(&client, &sweep.decoy_number()).await;
    for (table, item) in items(&client).await {
        let place = format!("{table} {:?}", item.get("payment_id").or_else(|| item.get("pk")));
        look_at_item(&item, &mut |bytes| sweep.look("items", &place, bytes));
    }
    uproot(&client, &planted).await;
}

/// The sealed card is there, and tells nothing.
pub async fn expect_sealed(endpoints: &Endpoints, payment_id: &str, card: &Card) {
    let mut search = Search::new(std::slice::from_ref(card), &[]);
    let client = client(endpoints);
    let item = items_of(&client, payment_id).await.remove(0);
    for attribute in ["card", "cvv"] {
        let sealed = item.get(attribute).and_then(|value| value.as_b().ok());
        let sealed = sealed.unwrap_or_else(|| panic!("no {attribute} while the payment waits: {item:?}"));
        assert!(sealed.as_ref().len() > 100, "{attribute}: {sealed:?}");
    }
    look_at_item(&item, &mut |bytes| search.look("attributes", || payment_id.to_owned(), bytes));
    assert!(search.looked_at("attributes") > 5 && search.hits().is_empty(), "{:?}", search.hits());
}

/// Neither card nor code outlives its payment's verdict.
pub async fn expect_erased(endpoints: &Endpoints, play: &Play) {
    let client = client(endpoints);
    for (payment_id, _) in &play.payments {
        let items = items_of(&client, payment_id).await;
        assert_eq!(items.len(), 1, "{payment_id}");
        for attribute in ["card", "cvv"] {
            assert!(!items[0].contains_key(attribute), "{payment_id} still has its {attribute}");
        }
    }
}

fn client(endpoints: &Endpoints) -> Client {
    let config = StoreConfig::from_lookup(|name| match name {
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoints.dynamodb.clone()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        "GATEWAY_PAYMENTS_TABLE" => Some("any".to_owned()),
        _ => None,
    });
    dynamodb_client(&config.unwrap().aws)
}

async fn items(client: &Client) -> Vec<(String, Item)> {
    let mut all = Vec::new();
    for table in client.list_tables().send().await.unwrap().table_names.unwrap() {
        let pages = client.scan().table_name(&table).consistent_read(true).into_paginator().items().send();
        let found: Vec<Item> = pages.collect::<Result<_, _>>().await.unwrap();
        all.extend(found.into_iter().map(|item| (table.clone(), item)));
    }
    all
}

async fn items_of(client: &Client, payment_id: &str) -> Vec<Item> {
    let key = AttributeValue::S(payment_id.to_owned());
    let mut found = items(client).await;
    // What holds a card is the payment's own item, not a verdict's that came later.
    found.retain(|(_, item)| item.get("payment_id") == Some(&key) && item.contains_key("fence"));
    found.into_iter().map(|(_, item)| item).collect()
}

fn look_at_item(item: &Item, look: &mut dyn FnMut(&[u8])) {
    for (name, value) in item {
        look(name.as_bytes());
        look_at_value(value, look);
    }
}

fn look_at_value(value: &AttributeValue, look: &mut dyn FnMut(&[u8])) {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => look(text.as_bytes()),
        AttributeValue::B(bytes) => look(bytes.as_ref()),
        AttributeValue::M(item) => look_at_item(item, look),
        AttributeValue::L(values) => values.iter().for_each(|value| look_at_value(value, look)),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => {}
        other => panic!("the gateway stores no such value: {other:?}"),
    }
}

/// An item that holds the decoy, as bytes in a map: where a leak would be hardest to see.
async fn plant(client: &Client, number: &str) -> (String, Item) {
    let tables = client.list_tables().send().await.unwrap().table_names.unwrap();
    let described = client.describe_table().table_name(&tables[0]).send().await.unwrap();
    let key = described.table.unwrap().key_schema.unwrap()[0].attribute_name.clone();
    let hidden = AttributeValue::B(format!("x{number}").into_bytes().into());
    let key = Item::from([(key, AttributeValue::S(unique("decoy")))]);
    let mut item = key.clone();
    item.insert("decoy".to_owned(), AttributeValue::M(Item::from([("hidden".to_owned(), hidden)])));
    client.put_item().table_name(&tables[0]).set_item(Some(item)).send().await.unwrap();
    (tables[0].clone(), key)
}

async fn uproot(client: &Client, (table, key): &(String, Item)) {
    client.delete_item().table_name(table).set_key(Some(key.clone())).send().await.unwrap();
}
