//! Every route with hostile paths, queries, headers and bodies: each answer is one that the OpenAPI
//! document names for the route, in its media type, and none is a 5xx.

use std::sync::LazyLock;

use catalog::Catalog;
use dead_letters::DeadLetters;
use enqueue_payment::EnqueuePayment;
use gateway_domain::limits::{BODY_BYTES_MAX, RESERVATION_LIFE_MS};
use gateway_edge::http::testing::TestRequest;
use gateway_edge::http::{HttpHandler, HttpResponse};
use gateway_hostile::{cases, header, mutated, noise, spoiled, word};
use gateway_memory::claims::MemoryClaims;
use gateway_memory::index::MemoryIndex;
use gateway_memory::shop::{PAYMENT, PRODUCT, RESERVATION, Shop};
use gateway_pagbank::{PagBank, PagBankConfig, Token};
use gateway_ports::dead_letters::DeadLetters as _;
use payments::Payments;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use receive_psp_webhook::ReceivePspWebhook;
use reserve::Reserve;
use review_payments::{LastAudit, ReviewPayments};
use serde_json::{Value, json};

use crate::servers::{letter, run};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../../infra/openapi.json")).unwrap());

/// A request to one of some routes, by somebody.
#[derive(Debug, Clone)]
struct Ask {
    route: &'static str,
    parameter: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    caller: &'static str,
}

impl Ask {
    fn request(&self) -> TestRequest {
        let mut request = TestRequest::to(self.route);
        for name in ["id", "name"] {
            request = request.path(name, &self.parameter);
        }
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            request = request.bytes(body);
        }
        match self.caller {
            "root" => request.admin("root"),
            "nobody" => request.without_token(),
            user => request.user(user),
        }
    }
}

/// Requests to `routes`, with bodies made of the route's example and ids of which one exists.
fn asks(
    routes: &'static [(&'static str, &'static str)],
    ids: &[String],
) -> impl Strategy<Value = Ask> + use<> {
    let parameter = prop_oneof![1 => select(ids.to_vec()), 1 => word()];
    let queries = select(vec!["limit", "cursor", "wait", "state", "", "é"]);
    let names = select(vec![
        "idempotency-key",
        "if-match",
        "if-none-match",
        "traceparent",
        "authorization",
        "content-type",
        "x-authenticity-token",
    ]);
    let route = select(routes).prop_flat_map(|(route, example)| (Just(route), bodies(example)));
    let callers = select(vec!["ana", "ana", "bia", "root", "root", "nobody"]);
    (route, parameter, vec((queries, word()), 0..3), vec((names, header()), 0..3), callers).prop_map(
        |((route, body), parameter, query, headers, caller)| Ask {
            route,
            parameter,
            query,
            headers,
            body,
            caller,
        },
    )
}

fn bodies(example: &str) -> impl Strategy<Value = Option<Vec<u8>>> + use<> {
    let valid = example.to_owned().into_bytes();
    let body = prop_oneof![
        2 => Just(valid.clone()),
        6 => mutated(example),
        2 => spoiled(valid),
        1 => noise(),
        1 => (BODY_BYTES_MAX..BODY_BYTES_MAX + 2).prop_map(|len| vec![b' '; len]),
    ];
    option::weighted(0.9, body)
}

/// Sends one and checks that the document knows the answer.
async fn send(handler: &impl HttpHandler, ask: &Ask) -> Result<(), TestCaseError> {
    let HttpResponse { status, headers, body } = ask.request().send(handler).await;
    let (method, path) = ask.route.split_once(' ').unwrap();
    let described = &DOCUMENT["paths"][path][method.to_lowercase()]["responses"][status.to_string()];
    prop_assert!(status < 500 && described.is_object(), "{status}: {body}");
    let media_type = headers.get("content-type").map(|value| value.to_str().unwrap());
    match described["content"].as_object() {
        Some(content) => {
            prop_assert!(content.contains_key(media_type.unwrap_or_default()), "{status} {media_type:?}");
            let body: Value = serde_json::from_str(&body).unwrap_or_default();
            prop_assert!(body.is_object(), "{status}: {body}");
            prop_assert!(status < 400 || body["status"] == json!(status), "{status}: {body}");
        }
        None => prop_assert!(body.is_empty(), "{status}: {body}"),
    }
    Ok(())
}

const CATALOG: &[(&str, &str)] = &[
    ("POST /", "{}"),
    ("POST /products", r#"{"id":"01J00000000000000000000001","name":"Mouse","price":"19.90","quantity":5}"#),
    ("PATCH /products/{id}", r#"{"name":"Mouse","price":19.90,"restock":5}"#),
    ("GET /findAll", "{}"),
    ("GET /findById/{id}", "{}"),
    ("GET /findByName/{name}", "{}"),
];
const RESERVE: &[(&str, &str)] = &[
    (
        "POST /reserve",
        r#"{"product_id":"00000000000000000000000003","user_id":"ana","quantity":1,"price":19.90,"total_price":"19.90"}"#,
    ),
    ("GET /reservations/{id}", "{}"),
    ("DELETE /reservations/{id}", "{}"),
];
const PAY: &[(&str, &str)] = &[(
    "POST /payment",
    r#"{"produto":{"reserve_id":"00000000000000000000000002","product_id":"00000000000000000000000003",
        "user_id":"ana","price":19.90,"quantity":1,"total_price":19.90},
        "card":{"card_number":"4539620659922097","card_exp_month":"12","card_exp_year":2030,"card_security_code":"123"}}"#,
)];
const PAYMENTS: &[(&str, &str)] = &[("GET /payments/{id}", "{}"), ("GET /payments/{id}/events", "{}")];
const REVIEW: &[(&str, &str)] =
    &[("POST /payments/{id}/review", r#"{"resolution":"voided","charge_id":"CHAR_1","reason":"a test"}"#)];
const LETTERS: &[(&str, &str)] = &[
    ("GET /dead-letters", "{}"),
    ("GET /dead-letters/{id}", "{}"),
    ("POST /dead-letters/{id}/redrive", "{}"),
    ("POST /dead-letters/{id}/discard", r#"{"reason":"a test"}"#),
];
const WEBHOOK: &[(&str, &str)] = &[(
    "POST /webhooks/pagbank",
    r#"{"id":"CHAR_1","reference_id":"00000000000000000000000001","status":"PAID"}"#,
)];

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn the_catalogue_answers_as_described(
        all in vec(asks(CATALOG, &[PRODUCT.to_string(), "Mouse".to_owned()]), 1..5)
    ) {
        run(async {
            let Shop { ledger, clock, .. } = Shop::open().await.unwrap();
            let handler = Catalog { products: ledger, index: MemoryIndex::default(), clock };
            for ask in &all {
                send(&handler, ask).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }

    #[test]
    fn reservations_answer_as_described(all in vec(asks(RESERVE, &[RESERVATION.to_string()]), 1..5)) {
        run(async {
            let Shop { ledger, clock, .. } = Shop::open().await.unwrap();
            let handler = Reserve { ledger, clock, reservation_life_ms: RESERVATION_LIFE_MS };
            for ask in &all {
                send(&handler, ask).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }

    #[test]
    fn paying_answers_as_described(all in vec(asks(PAY, &[String::new()]), 1..5)) {
        run(async {
            let Shop { ledger, vault, log, clock, .. } = Shop::open().await.unwrap();
            let handler = EnqueuePayment { ledger, claims: MemoryClaims::beside(vault), log, clock };
            for ask in &all {
                send(&handler, ask).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }

    #[test]
    fn payments_answer_as_described(ask in asks(PAYMENTS, &[PAYMENT.to_string()])) {
        run(async {
            let Shop { ledger, vault, .. } = Shop::with_payment_begun().await.unwrap();
            send(&Payments { ledger, pending: vault }, &ask).await
        })?;
    }

    #[test]
    fn reviews_answer_as_described(ask in asks(REVIEW, &[PAYMENT.to_string()])) {
        run(async {
            let Shop { ledger, vault, provider, clock, .. } = Shop::with_payment_begun().await.unwrap();
            let (review_after_ms, inquiry_grace_ms) = (300_000, 30_000);
            let stock_audited = LastAudit::default();
            let handler = ReviewPayments {
                ledger,
                vault,
                provider,
                clock,
                review_after_ms,
                inquiry_grace_ms,
                stock_audited,
            };
            send(&handler, &ask).await
        })?;
    }

    #[test]
    fn dead_letters_answer_as_described(all in vec(asks(LETTERS, &["00000000000000000000000005".to_owned()]), 1..5)) {
        run(async {
            let Shop { ledger, log, clock, .. } = Shop::open().await.unwrap();
            ledger.record(&letter()).await.unwrap();
            let handler = DeadLetters { ledger, log, clock };
            for ask in &all {
                send(&handler, ask).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }

    /// The provider is PagBank's adapter: its signatures are checked, and nobody answers its questions.
    #[test]
    fn the_webhook_answers_as_described(ask in asks(WEBHOOK, &[String::new()])) {
        run(async {
            let Shop { ledger, vault, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
            let provider = PagBank::new(PagBankConfig {
                base_url: "http://127.0.0.1:9".to_owned(),
                token: Token::new("secret".to_owned()),
                timeout_ms: 1,
                notification_url: None,
            });
            let handler = ReceivePspWebhook {
                ledger,
                attempts: vault,
                provider: provider.unwrap(),
                log,
                clock,
                signature_optional: false,
            };
            send(&handler, &ask).await
        })?;
    }
}
