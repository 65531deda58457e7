//! Hints, true and false, on the servers in memory.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::{Brand, CardSummary, EncryptedCard};
use gateway_domain::charge::{ChargeId, Inquiry};
use gateway_domain::money::Cents;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::{
    CardSecret, Money, PaymentId, ProductId, Quantity, ReservationId, Timestamp, UserId, Verdict,
};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_memory::attempts::MemoryPayments;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::log::MemoryLog;
use gateway_memory::provider::{Decides, MemoryProvider, Step};
use gateway_ports::PortError;
use gateway_ports::attempts::ChargeAttempts as _;
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _};
use gateway_ports::provider::{CancelOutcome, ChargeRequest, PaymentProvider};
use gateway_ports::reservations::Reservations as _;
use gateway_wire::messages::{LearnedBy, WireVerdict};
use gateway_wire::{AttemptCompleted, RecordOrigin, TraceContext, topics};
use serde_json::{Value, json};

use crate::{ReceivePspWebhook, VerifyWebhook};

type Handler = ReceivePspWebhook<MemoryLedger, MemoryPayments, Psp, MemoryLog, ManualClock>;

const PAYMENT: PaymentId = PaymentId::from_u128(9);
const RESERVATION: ReservationId = ReservationId::from_u128(2);
const NOW: Timestamp = Timestamp::from_millis(1_795_426_200_000);

/// A PSP in memory that signs with a word.
#[derive(Default)]
struct Psp(MemoryProvider);

impl VerifyWebhook for Psp {
    async fn is_authentic(&self, _payload: &[u8], signature: &str) -> Result<bool, PortError> {
        match signature {
            "unsure" => Err(PortError::transient("no token")),
            other => Ok(other == "signed"),
        }
    }
}

impl PaymentProvider for Psp {
    async fn charge(&self, request: ChargeRequest<'_>) -> gateway_domain::ChargeOutcome {
        self.0.charge(request).await
    }

    async fn find_charge(&self, charge_id: &ChargeId, payment_id: PaymentId, amount: Cents) -> Inquiry {
        self.0.find_charge(charge_id, payment_id, amount).await
    }

    async fn find_by_payment(&self, payment_id: PaymentId, amount: Cents) -> Inquiry {
        self.0.find_by_payment(payment_id, amount).await
    }

    async fn cancel(&self, charge_id: &ChargeId, amount: Cents) -> CancelOutcome {
        self.0.cancel(charge_id, amount).await
    }
}

/// A payment that is PROCESSING, charged at the PSP for `cents` as `decides` says.
async fn charged(decides: Decides, cents: i64) -> Handler {
    let handler = ReceivePspWebhook {
        ledger: MemoryLedger::new(),
        attempts: MemoryPayments::default(),
        provider: Psp::default(),
        log: MemoryLog::default(),
        clock: ManualClock::new(NOW, 5),
        signature_optional: false,
    };
    begin(&handler.ledger).await;
    handler.provider.0.script(PAYMENT, [Step::Answer(decides)]);
    let card = CardSecret::Encrypted(EncryptedCard::new("YWJj".into()).ok().unwrap());
    let amount = Cents::new(cents).unwrap();
    handler.provider.charge(ChargeRequest { payment_id: PAYMENT, amount, card: &card }).await;
    handler
}

async fn begin(ledger: &MemoryLedger) {
    let (price, product_id) = (Money::from_units(500_000), ProductId::from_u128(1));
    let (user_id, quantity) = (UserId::new("ana").unwrap(), Quantity::new(1).unwrap());
    ledger.create(&NewProduct { id: product_id, name: "Mouse".into(), price, stock: 5 }, NOW).await.unwrap();
    let command = ReserveCommand {
        reservation_id: RESERVATION,
        product_id,
        user_id: user_id.clone(),
        quantity,
        price,
        total_price: price,
    };
    ledger.reserve(&command, NOW.plus_millis(900_000), NOW).await.unwrap().unwrap();
    let request = PaymentRequest {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        product_id,
        user_id,
        quantity,
        amount: price,
        card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
        accepted_at: NOW,
    };
    let origin = RecordOrigin { topic: "order_queue".into(), partition: 0, offset: 0 };
    ledger.begin(&[Begin { request, origin, trace: Some(trace()) }], NOW).await.unwrap();
}

/// Where the payment's trace stands.
fn trace() -> TraceContext {
    TraceContext::root(0x4bf9, 7).with_state("congo=1")
}

fn hint(charge_id: &str, reference: &str) -> TestRequest {
    let body = json!({ "id": charge_id, "reference_id": reference, "status": "PAID" });
    TestRequest::to("POST /webhooks/pagbank").header("x-authenticity-token", "signed").body(body)
}

fn right_hint() -> TestRequest {
    hint(&format!("CHAR_{PAYMENT}"), &PAYMENT.to_string())
}

fn told(handler: &Handler) -> Vec<AttemptCompleted> {
    let records = handler.log.records(topics::PURCHASES_PROCESSED);
    records.iter().map(|logged| serde_json::from_slice(&logged.record.value).unwrap()).collect()
}

fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

fn status(verdict: &WireVerdict) -> &'static str {
    Verdict::from(verdict.clone()).as_str()
}

#[tokio::test]
async fn what_the_psp_answers_is_recorded_and_told_whatever_the_hint_says() {
    for (decides, expected) in [
        (Decides::Authorize, "AUTHORIZED"),
        (Decides::Decline("10000"), "DECLINED"),
        (Decides::Analyse, "IN_ANALYSIS"),
    ] {
        let handler = charged(decides, 5_000).await;
        let response = right_hint().send(&handler).await;
        assert_eq!((response.status, &json(&response)["outcome"]), (200, &json!("published")));
        assert_eq!(handler.attempts.verdict(PAYMENT).map(|verdict| verdict.as_str()), Some(expected));
        let [message]: [_; 1] = told(&handler).try_into().unwrap();
        assert_eq!((message.payment_id, message.reservation_id, message.attempt), (PAYMENT, RESERVATION, 1));
        assert_eq!((status(&message.verdict), message.learned_by), (expected, LearnedBy::Webhook));
        let record = &handler.log.records(topics::PURCHASES_PROCESSED)[0].record;
        assert_eq!(record.key, RESERVATION.to_string());
    }
}

#[tokio::test]
async fn a_hint_that_leads_nowhere_is_heard_and_ignored() {
    let (charge, payment, other) =
        (format!("CHAR_{PAYMENT}"), PAYMENT.to_string(), PaymentId::from_u128(10).to_string());
    for (charge, reference, cents, reason) in [
        (charge.as_str(), other.as_str(), 5_000, "payment_unknown"),
        (charge.as_str(), "not ours", 5_000, "names_no_payment"),
        ("../orders", payment.as_str(), 5_000, "names_no_charge"),
        ("CHAR_other", payment.as_str(), 5_000, "no_charge"),
        (charge.as_str(), payment.as_str(), 4_999, "charge_mismatch"),
    ] {
        let handler = charged(Decides::Authorize, cents).await;
        let response = hint(charge, reference).send(&handler).await;
        assert_eq!(response.status, 200);
        assert_eq!(json(&response), json!({ "outcome": "ignored", "reason": reason }));
        assert!(told(&handler).is_empty() && handler.attempts.verdict(PAYMENT).is_none(), "{reason}");
    }
}

#[tokio::test]
async fn only_the_psps_own_hints_are_heard() {
    for (signature, optional, expected) in [
        (Some("signed"), false, 200),
        (Some("forged"), false, 401),
        (Some("forged"), true, 401),
        (None, false, 401),
        (None, true, 200),
        (Some("unsure"), true, 503),
    ] {
        let handler = Handler { signature_optional: optional, ..charged(Decides::Authorize, 5_000).await };
        let body = json!({ "id": format!("CHAR_{PAYMENT}"), "reference_id": PAYMENT.to_string() });
        let request = TestRequest::to("POST /webhooks/pagbank").body(body);
        let request = match signature {
            Some(signature) => request.header("x-authenticity-token", signature),
            None => request,
        };
        assert_eq!(request.send(&handler).await.status, expected, "{signature:?} {optional}");
        assert_eq!(told(&handler).is_empty(), expected != 200);
    }
}

#[tokio::test]
async fn what_cannot_be_finished_is_sent_again_by_the_psp() {
    let handler = charged(Decides::Authorize, 5_000).await;
    handler.provider.0.set_silent(true);
    assert_eq!(right_hint().send(&handler).await.status, 503);
    handler.provider.0.set_silent(false);
    handler.log.fail_next(1, "no leader");
    assert_eq!(right_hint().send(&handler).await.status, 503);
    for _ in 0..2 {
        assert_eq!(right_hint().send(&handler).await.status, 200);
    }
    let told = told(&handler);
    assert_eq!(told.len(), 2, "a repeated hint tells the same again");
    assert_eq!(told[0].verdict, told[1].verdict);
}

#[tokio::test]
async fn a_recorded_verdict_is_told_again_but_a_charge_too_many_is_told_too() {
    let declined =
        Verdict::Declined { charge_id: None, code: "10000".into(), message: "no".into(), card: None };
    let authorized =
        Verdict::Authorized { charge_id: ChargeId("CHAR_1".into()), authorization_code: None, card: None };
    for (recorded, decides, expected) in [
        (&declined, Decides::Authorize, "AUTHORIZED"),
        (&authorized, Decides::Decline("10000"), "AUTHORIZED"),
    ] {
        let handler = charged(decides, 5_000).await;
        handler.attempts.record_learned(PAYMENT, recorded).await.unwrap();
        assert_eq!(right_hint().send(&handler).await.status, 200);
        assert_eq!(status(&told(&handler)[0].verdict), expected, "{recorded:?} {decides:?}");
    }
}

#[tokio::test]
async fn the_sample_event_is_signed_with_the_simulators_token() {
    let psp = gateway_pagbank::PagBank::new(gateway_pagbank::PagBankConfig {
        base_url: "http://127.0.0.1:9".to_owned(),
        token: gateway_pagbank::Token::new("simulator-token".to_owned()),
        timeout_ms: 1,
        notification_url: None,
    })
    .unwrap();
    let event: Value =
        serde_json::from_str(include_str!("../../../events/receive-psp-webhook.json")).unwrap();
    let (body, signature) = (&event["body"], &event["headers"]["x-authenticity-token"]);
    let is_authentic = psp.is_authentic(body.as_str().unwrap().as_bytes(), signature.as_str().unwrap()).await;
    assert!(is_authentic.unwrap());
}

#[tokio::test]
async fn a_verdict_goes_on_with_the_payments_trace_and_not_with_the_psps() {
    let handler = charged(Decides::Authorize, 5_000).await;
    let request =
        right_hint().header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(request.send(&handler).await.status, 200);
    let headers = handler.log.records(topics::PURCHASES_PROCESSED).pop().unwrap().record.headers;
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str());
    let carried = TraceContext::from_headers(header).unwrap();
    assert_eq!(carried, trace().at(carried.span_id));
    assert_ne!(carried.span_id, trace().span_id);
}
