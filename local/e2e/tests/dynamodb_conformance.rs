//! The DynamoDB adapter against the suites of its ports, on a real (local) DynamoDB.
//!
//! Needs `AWS_ENDPOINT_URL_DYNAMODB`; the table is made if it is missing, and left as it is.
// A helper of a test panics like the test itself.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::env;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use gateway_conformance::attempts::{LEASE_MS, authorized, failure, fresh_payment, now, raw_card};
use gateway_conformance::claims::{claim_of, fresh_key};
use gateway_domain::charge::Certainty;
use gateway_domain::limits::{CARD_LIFE_MS, IDEMPOTENCY_WINDOW_MS};
use gateway_domain::{PaymentId, Timestamp};
use gateway_dynamodb::{DynamoStore, StoreConfig, dynamodb_client};
use gateway_ports::attempts::{
    AttemptClaim, CardVault as _, ChargeAttempts as _, Erased, NewPaymentItem, PendingPayments as _, Recorded,
};
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional};
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
        "GATEWAY_PAYMENTS_TABLE" => Some("conformance-items"),
        _ => None,
    }
}

async fn store() -> DynamoStore {
    store_with(KEY).await
}

/// Each test has its own client, since connections belong to a test's runtime.
async fn store_with(vault_key: &str) -> DynamoStore {
    static TABLE: OnceCell<()> = OnceCell::const_new();
    let config = config(vault_key);
    TABLE.get_or_init(|| create_table_for_tests(&config)).await;
    DynamoStore::new(config)
}

async fn create_table_for_tests(config: &StoreConfig) {
    let client = dynamodb_client(&config.aws);
    create_table(&client, &config.payments_table, "pk").await;
}

/// As infra/template.yaml declares it.
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
async fn raw_item(payment_id: PaymentId) -> HashMap<String, AttributeValue> {
    let config = config(KEY);
    let answer = dynamodb_client(&config.aws)
        .get_item()
        .table_name(&config.payments_table)
        .key("pk", AttributeValue::S(payment_id.tail()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    answer.item.unwrap_or_default()
}

#[tokio::test]
async fn a_verdict_and_an_erasure_leave_nothing_of_the_card_in_the_item() {
    let store = store().await;
    for by_verdict in [true, false] {
        let item = fresh_payment(now());
        store.put(&item, raw_card()).await.unwrap();
        let sealed = raw_item(item.payment_id).await;
        assert!(sealed.contains_key("card") && sealed.contains_key("cvv"), "{sealed:?}");
        if by_verdict {
            store.claim_attempt(item.payment_id, 1, now(), LEASE_MS).await.unwrap();
            store.record_verdict(item.payment_id, 1, &authorized(item.payment_id)).await.unwrap();
        } else {
            store.erase(item.payment_id).await.unwrap();
        }
        let left = raw_item(item.payment_id).await;
        assert!(!left.contains_key("card") && !left.contains_key("cvv"), "{left:?}");
        assert_eq!(left.contains_key("verdict"), by_verdict, "{left:?}");
    }
}

#[tokio::test]
async fn a_claim_whose_card_cannot_be_opened_is_given_back_without_doubt() {
    let item = fresh_payment(now());
    store().await.put(&item, raw_card()).await.unwrap();
    let stranger = store_with(OTHER_KEY).await;
    let refused = stranger.claim_attempt(item.payment_id, 1, item.payment_id.accepted_at(), LEASE_MS).await;
    assert!(refused.is_err_and(|error| !error.is_transient()));
    let again = store()
        .await
        .claim_attempt(item.payment_id, 1, item.payment_id.accepted_at(), LEASE_MS)
        .await
        .unwrap();
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

/// What becomes of the first request on the way to DynamoDB.
enum Mishap {
    /// The write is done, and its answer gets lost.
    AnswerLost,
    /// A transaction is at the item.
    Conflict,
}

/// A store whose first request meets with a mishap.
async fn store_with_a(mishap: Mishap) -> DynamoStore {
    drop(store().await);
    let mut config = config(KEY);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = config.aws.dynamodb_endpoint.replace(address).unwrap();
    tokio::spawn(async move {
        for connection in 0.. {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
            match (connection, &mishap) {
                (0, Mishap::AnswerLost) => lose_the_answer(&mut client, &mut server).await,
                (0, Mishap::Conflict) => refuse_by_conflict(&mut client).await,
                _ => drop(tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await })),
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

fn claim_request(key: ClaimKey, now: Timestamp) -> ClaimRequest {
    ClaimRequest {
        payment_id: key.payment_id(now),
        key,
        fingerprint: [7; 32],
        now,
        lease_until: now.plus_millis(15_000),
        expires_at: now.plus_millis(120_000),
    }
}

#[tokio::test]
async fn a_claim_whose_answer_got_lost_is_recognised_as_ours() {
    let request = claim_request(fresh_key(), now());
    let item = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    let (store, card) = (store_with_a(Mishap::AnswerLost).await, raw_card());
    let payment = NewPayment { item: &item, card: &card };
    assert_eq!(store.claim(&request, payment).await.unwrap(), ClaimOutcome::Claimed);
    assert!(matches!(store.claim(&request, payment).await.unwrap(), ClaimOutcome::Taken(_)));
}

#[tokio::test]
async fn an_attempt_whose_answer_got_lost_is_recognised_as_ours() {
    let item = fresh_payment(now());
    store().await.put(&item, raw_card()).await.unwrap();
    let store = store_with_a(Mishap::AnswerLost).await;
    let answer =
        store.claim_attempt(item.payment_id, 1, item.payment_id.accepted_at(), LEASE_MS).await.unwrap();
    let AttemptClaim::Claimed(claimed) = answer else { panic!("busy with itself") };
    assert_eq!((claimed.fence, claimed.may_be_charged), (1, false));
}

/// A request, and a payment of the same key that was so long ago that its item is tidied up.
fn two_of_one_key() -> (ClaimRequest, PaymentId) {
    let (key, now) = (fresh_key(), now());
    let long_ago = key.payment_id(now.plus_millis(-90_000_000));
    (claim_request(key, now), long_ago)
}

#[tokio::test]
async fn a_payment_whose_place_another_one_has_is_as_one_without_an_item() {
    let (request, gone) = two_of_one_key();
    let (store, card) = (store().await, raw_card());
    let item = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    let claimed = store.claim(&request, NewPayment { item: &item, card: &card }).await.unwrap();
    assert_eq!(claimed, ClaimOutcome::Claimed);

    assert_eq!(store.pending(gone).await.unwrap(), None);
    let attempt = store.claim_attempt(gone, 1, request.now, LEASE_MS).await.unwrap();
    assert!(matches!(attempt, AttemptClaim::CardGone { may_be_charged: true }));
    let verdict = authorized(gone);
    assert_eq!(store.record_verdict(gone, 0, &verdict).await.unwrap(), Recorded::Stands);
    assert_eq!(store.record_learned(gone, &verdict).await.unwrap(), Recorded::Stands);
    assert_eq!(store.record_failure(gone, 0, &failure(Certainty::Unknown)).await.unwrap(), Recorded::Stands);
    assert_eq!(store.erase(gone).await.unwrap(), Erased::of(None));

    assert_eq!(store.pending(request.payment_id).await.unwrap(), Some(item));
    let attempt = store.claim_attempt(request.payment_id, 1, request.now, LEASE_MS).await.unwrap();
    assert!(matches!(attempt, AttemptClaim::Claimed(_)), "nothing has touched the other's item");
}

#[tokio::test]
async fn a_verdict_that_came_when_its_item_was_gone_is_in_no_claims_way() {
    let (mut request, gone) = two_of_one_key();
    let (store, card) = (store().await, raw_card());
    assert_eq!(store.record_learned(gone, &authorized(gone)).await.unwrap(), Recorded::Stands);

    let item = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    let outcome = store.claim(&request, NewPayment { item: &item, card: &card }).await.unwrap();
    let ClaimOutcome::Taken(earlier) = outcome else { panic!("the verdict's item was overwritten") };
    assert_eq!((earlier.payment_id, earlier.is_forgotten(request.now)), (gone, true));
    let item = fresh_payment(request.now);
    request.payment_id = item.payment_id;
    let replaced = store.replace(&earlier, &request, NewPayment { item: &item, card: &card }).await.unwrap();
    assert_eq!(replaced, ClaimOutcome::Claimed);
    assert_eq!(store.find(&request.key).await.unwrap().unwrap().payment_id, item.payment_id);
    assert_eq!(store.pending(item.payment_id).await.unwrap(), Some(item));
    let learned = store.claim_attempt(gone, 1, request.now, LEASE_MS).await.unwrap();
    assert!(matches!(learned, AttemptClaim::Decided(_)), "the verdict is still told");
}

async fn ends_at(payment_id: PaymentId) -> i64 {
    raw_item(payment_id).await["expires_at"].as_n().unwrap().parse().unwrap()
}

/// What else the item is needed for is not cut short.
#[tokio::test]
async fn a_claim_that_goes_on_never_shortens_its_items_life() {
    let mut request = claim_request(fresh_key(), now());
    let (store, card) = (store().await, raw_card());
    let first = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    store.claim(&request, NewPayment { item: &first, card: &card }).await.unwrap();
    let before = ends_at(first.payment_id).await;
    for (window_ms, longer) in [(1_000, false), (86_400_000, true)] {
        let earlier = store.find(&request.key).await.unwrap().unwrap();
        let next = fresh_payment(request.now);
        request.payment_id = next.payment_id;
        request.expires_at = request.now.plus_millis(window_ms);
        let replaced = store.replace(&earlier, &request, NewPayment { item: &next, card: &card }).await;
        assert_eq!(replaced.unwrap(), ClaimOutcome::Claimed);
        assert_eq!(ends_at(first.payment_id).await > before, longer, "{window_ms} ms");
        assert!(ends_at(first.payment_id).await >= before, "{window_ms} ms");
    }
}

/// A request that claims and is never queued leaves its card for no longer than a card may be used; once it
/// is queued somebody will take the card out, and the claim keeps the item.
#[tokio::test]
async fn an_item_ends_with_its_card_until_the_payment_is_queued() {
    let mut request = claim_request(fresh_key(), now());
    request.expires_at = request.now.plus_millis(IDEMPOTENCY_WINDOW_MS);
    let (store, card) = (store().await, raw_card());
    let item = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    store.claim(&request, NewPayment { item: &item, card: &card }).await.unwrap();
    let seconds = |millis: i64| (request.now.plus_millis(millis).as_millis() + 999) / 1000;
    assert_eq!(ends_at(item.payment_id).await, seconds(CARD_LIFE_MS));

    let earlier = store.find(&request.key).await.unwrap().unwrap();
    let heir = ClaimRequest { lease_until: request.lease_until.plus_millis(1), ..request.clone() };
    assert_eq!(store.take_over(&earlier, &heir).await.unwrap(), ClaimOutcome::Claimed);
    assert_eq!(ends_at(item.payment_id).await, seconds(CARD_LIFE_MS), "taking over queues nothing");

    store.complete(&request.key, item.payment_id).await.unwrap();
    assert_eq!(ends_at(item.payment_id).await, seconds(IDEMPOTENCY_WINDOW_MS));
    store.erase(item.payment_id).await.unwrap();
    let recorded = ends_at(item.payment_id).await;
    assert!(recorded > seconds(IDEMPOTENCY_WINDOW_MS));
    store.complete(&request.key, item.payment_id).await.unwrap();
    assert_eq!(ends_at(item.payment_id).await, recorded, "what is recorded stays");
}

#[tokio::test]
async fn a_claim_that_goes_on_takes_a_card_along_that_nobody_can_use() {
    let mut request = claim_request(fresh_key(), now());
    let (store, card) = (store().await, raw_card());
    let first = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    store.claim(&request, NewPayment { item: &first, card: &card }).await.unwrap();
    for (later_ms, has_card) in [(CARD_LIFE_MS - 1, true), (CARD_LIFE_MS, false)] {
        let earlier = store.find(&request.key).await.unwrap().unwrap();
        let next = fresh_payment(request.now);
        let request = ClaimRequest {
            payment_id: next.payment_id,
            now: first.payment_id.accepted_at().plus_millis(later_ms),
            ..request.clone()
        };
        let replaced = store.replace(&earlier, &request, NewPayment { item: &next, card: &card }).await;
        assert_eq!(replaced.unwrap(), ClaimOutcome::Claimed);
        let item = raw_item(first.payment_id).await;
        assert_eq!((item.contains_key("card"), item.contains_key("cvv")), (has_card, has_card), "{later_ms}");
    }
    request.now = first.card_expires_at;
    let attempt = store.claim_attempt(first.payment_id, 1, request.now, LEASE_MS).await.unwrap();
    assert!(matches!(attempt, AttemptClaim::CardGone { may_be_charged: false }));
}

#[tokio::test]
async fn a_verdict_finds_room_beside_a_claim_alone() {
    let (mut request, _) = two_of_one_key();
    let store = store().await;
    let gone = claim_of(&request);
    request.lease_until = request.lease_until.plus_millis(1);
    assert_eq!(store.take_over(&gone, &request).await.unwrap(), ClaimOutcome::Claimed);
    let verdict = authorized(request.payment_id);
    assert_eq!(store.record_learned(request.payment_id, &verdict).await.unwrap(), Recorded::Stands);
    let told = store.claim_attempt(request.payment_id, 1, request.now, LEASE_MS).await.unwrap();
    assert!(matches!(told, AttemptClaim::Decided(_)));
    assert_eq!(store.find(&request.key).await.unwrap().unwrap(), claim_of(&request));
}

async fn refuse_by_conflict(client: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        client.read_buf(&mut request).await.unwrap();
    }
    let body =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"met"}"#;
    let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close";
    let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    client.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_tried_again() {
    let request = claim_request(fresh_key(), now());
    let (store, card) = (store_with_a(Mishap::Conflict).await, raw_card());
    let item = NewPaymentItem { payment_id: request.payment_id, ..fresh_payment(request.now) };
    let outcome = store.claim(&request, NewPayment { item: &item, card: &card }).await.unwrap();
    assert_eq!(outcome, ClaimOutcome::Claimed);

    let item = fresh_payment(now());
    self::store().await.put(&item, raw_card()).await.unwrap();
    let store = store_with_a(Mishap::Conflict).await;
    let attempt = store.claim_attempt(item.payment_id, 1, now(), LEASE_MS).await.unwrap();
    assert!(matches!(attempt, AttemptClaim::Claimed(claimed) if claimed.fence == 1));
}
