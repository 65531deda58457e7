//! The DynamoDB adapter against the suites of its ports, on a real (local) DynamoDB.
//!
//! Needs `AWS_ENDPOINT_URL_DYNAMODB`; the tables are made if they are missing, and left as they are.
// A helper of a test panics like the test itself.
#![allow(clippy::unwrap_used)]

use std::env;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use gateway_conformance::attempts::{LEASE_MS, authorized, fresh_payment, now, raw_card};
use gateway_conformance::claims::fresh_key;
use gateway_dynamodb::{DynamoStore, StoreConfig, dynamodb_client};
use gateway_ports::attempts::{AttemptClaim, CardVault as _, ChargeAttempts as _};
use gateway_ports::claims::{ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims as _};
use tokio::io::{AsyncReadExt as _, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OnceCell;

const KEY: &str = "e2e:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEY: &str = "other:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// The environment's values, and defaults for what DynamoDB Local does not care about.
fn config(vault_key: &str) -> StoreConfig {
    assert!(
        env::var("AWS_ENDPOINT_URL_DYNAMODB").is_ok(),
        "AWS_ENDPOINT_URL_DYNAMODB is not set: start the stack (`cargo xtask up`) and set it to DynamoDB Local"
    );
    let lookup = |name: &str| match name {
        "GATEWAY_VAULT_KMS_KEY_ID" => None,
        "GATEWAY_VAULT_KEY" => Some(vault_key.to_owned()),
        _ => env::var(name).ok().or_else(|| default(name).map(str::to_owned)),
    };
    StoreConfig::from_lookup(lookup).unwrap()
}

fn default(name: &str) -> Option<&'static str> {
    match name {
        "AWS_REGION" => Some("us-east-1"),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local"),
        "GATEWAY_CLAIMS_TABLE" => Some("conformance-claims"),
        "GATEWAY_PAYMENTS_TABLE" => Some("conformance-payments"),
        _ => None,
    }
}

async fn store() -> DynamoStore {
    store_with(KEY).await
}

/// Each test has its own client, since connections belong to a test's runtime.
async fn store_with(vault_key: &str) -> DynamoStore {
    static TABLES: OnceCell<()> = OnceCell::const_new();
    let config = config(vault_key);
    TABLES.get_or_init(|| create_tables_for_tests(&config)).await;
    DynamoStore::new(config)
}

async fn create_tables_for_tests(config: &StoreConfig) {
    let client = dynamodb_client(&config.aws);
    create_table(&client, &config.claims_table, "claim_key").await;
    create_table(&client, &config.payments_table, "payment_id").await;
}

/// As infra/template.yaml declares them.
async fn create_table(client: &Client, table: &str, key: &str) {
    let attribute = AttributeDefinition::builder().attribute_name(key);
    let schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash);
    let created = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build().unwrap())
        .key_schema(schema.build().unwrap())
        .send()
        .await;
    match created {
        Ok(_) => enable_ttl(client, table).await,
        Err(error) => {
            let there = error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception());
            assert!(there, "table {table}: {error:?}");
        }
    }
}

async fn enable_ttl(client: &Client, table: &str) {
    let ttl = TimeToLiveSpecification::builder().attribute_name("expires_at").enabled(true);
    let update = client.update_time_to_live().table_name(table);
    update.time_to_live_specification(ttl.build().unwrap()).send().await.unwrap();
}

mod claims {
    gateway_conformance::claims_suite!(super::store());

    gateway_conformance::claimed_payments_suite!(async {
        (super::store().await, Box::new(super::store().await))
    });
}

mod attempts {
    gateway_conformance::attempts_suite!(super::store());
}

/// What the table really holds, without the adapter.
async fn raw_item(payment_id: impl ToString) -> Vec<String> {
    let config = config(KEY);
    let answer = dynamodb_client(&config.aws)
        .get_item()
        .table_name(&config.payments_table)
        .key("payment_id", AttributeValue::S(payment_id.to_string()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    let mut names: Vec<_> = answer.item.unwrap_or_default().into_keys().collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_verdict_and_an_erasure_leave_nothing_of_the_card_in_the_item() {
    let store = store().await;
    for by_verdict in [true, false] {
        let item = fresh_payment(now());
        store.put(&item, raw_card()).await.unwrap();
        let sealed = raw_item(item.payment_id).await;
        assert!(sealed.contains(&"card".to_owned()) && sealed.contains(&"cvv".to_owned()), "{sealed:?}");
        if by_verdict {
            store.claim_attempt(item.payment_id, 1, now(), LEASE_MS).await.unwrap();
            store.record_verdict(item.payment_id, 1, &authorized(item.payment_id)).await.unwrap();
        } else {
            store.erase(item.payment_id).await.unwrap();
        }
        let left = raw_item(item.payment_id).await;
        assert!(!left.contains(&"card".to_owned()) && !left.contains(&"cvv".to_owned()), "{left:?}");
        assert_eq!(left.contains(&"verdict".to_owned()), by_verdict, "{left:?}");
    }
}

#[tokio::test]
async fn a_claim_whose_card_cannot_be_opened_is_given_back_without_doubt() {
    let item = fresh_payment(now());
    store().await.put(&item, raw_card()).await.unwrap();
    let stranger = store_with(OTHER_KEY).await;
    let refused = stranger.claim_attempt(item.payment_id, 1, item.accepted_at, LEASE_MS).await;
    assert!(refused.is_err_and(|error| !error.is_transient()));
    let again = store().await.claim_attempt(item.payment_id, 1, item.accepted_at, LEASE_MS).await.unwrap();
    let AttemptClaim::Claimed(claimed) = again else { panic!("the claim was not given back") };
    assert_eq!((claimed.fence, claimed.may_be_charged), (2, false));
}

#[tokio::test]
async fn a_missing_table_is_a_permanent_error_that_names_the_call() {
    let config = StoreConfig { payments_table: "no-such-table".to_owned(), ..config(KEY) };
    let error = DynamoStore::new(config).erase(fresh_payment(now()).payment_id).await.unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("ResourceNotFoundException"), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_is_a_transient_error() {
    let mut config = config(KEY);
    config.aws.dynamodb_endpoint = Some("http://127.0.0.1:9".to_owned());
    let error = DynamoStore::new(config).erase(fresh_payment(now()).payment_id).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

/// A store on whose way to DynamoDB the first answer gets lost after the write was done.
async fn store_losing_the_first_answer() -> DynamoStore {
    drop(store().await);
    let mut config = config(KEY);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = config.aws.dynamodb_endpoint.replace(address).unwrap();
    tokio::spawn(async move {
        for connection in 0.. {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
            if connection == 0 {
                lose_the_answer(&mut client, &mut server).await;
            } else {
                tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
            }
        }
    });
    DynamoStore::new(config)
}

async fn lose_the_answer(client: &mut TcpStream, server: &mut TcpStream) {
    let (mut from_client, _) = client.split();
    let (mut from_server, mut to_server) = server.split();
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        answer = from_server.read_u8() => { answer.unwrap(); }
    }
}

#[tokio::test]
async fn a_claim_whose_answer_got_lost_is_recognised_as_ours() {
    let item = fresh_payment(now());
    let request = ClaimRequest {
        key: fresh_key(),
        payment_id: item.payment_id,
        fingerprint: [7; 32],
        now: item.accepted_at,
        lease_until: item.accepted_at.plus_millis(15_000),
        expires_at: item.accepted_at.plus_millis(120_000),
    };
    let (store, card) = (store_losing_the_first_answer().await, raw_card());
    let payment = NewPayment { item: &item, card: &card };
    assert_eq!(store.claim(&request, payment).await.unwrap(), ClaimOutcome::Claimed);
    assert!(matches!(store.claim(&request, payment).await.unwrap(), ClaimOutcome::Taken(_)));
}

#[tokio::test]
async fn an_attempt_whose_answer_got_lost_is_recognised_as_ours() {
    let item = fresh_payment(now());
    store().await.put(&item, raw_card()).await.unwrap();
    let store = store_losing_the_first_answer().await;
    let answer = store.claim_attempt(item.payment_id, 1, item.accepted_at, LEASE_MS).await.unwrap();
    let AttemptClaim::Claimed(claimed) = answer else { panic!("busy with itself") };
    assert_eq!((claimed.fence, claimed.may_be_charged), (1, false));
}
