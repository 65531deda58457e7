//! How payments under review end, on the servers in memory.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::{Brand, CardSummary, EncryptedCard};
use gateway_domain::charge::{ChargeId, Inquiry};
use gateway_domain::limits::{ATTEMPT_LEASE_MS, LATE_CHARGE_MS, WATCH_MS_MIN};
use gateway_domain::money::Cents;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::review::Claim;
use gateway_domain::settle::Settlement;
use gateway_domain::{
    CardSecret, Money, PaymentId, PaymentStatus, ProductId, Quantity, ReservationId, ReservationStatus,
    Timestamp, UserId, Verdict,
};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_edge::schedule::ScheduledJob as _;
use gateway_memory::attempts::MemoryPayments;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::provider::{Decides, MemoryProvider, Step};
use gateway_ports::Clock as _;
use gateway_ports::attempts::{AttemptClaim, CardVault as _, ChargeAttempts as _, NewPaymentItem};
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::dead_letters::{AdministerDeadLetters as _, DeadLetterRow, DeadLetters as _};
use gateway_ports::ledger::{Begin, BeginPayments as _, ReadPayments as _, Settle, SettlePayments as _};
use gateway_ports::provider::{ChargeRequest, PaymentProvider as _};
use gateway_ports::reservations::{ReadReservations as _, Reservations as _};
use gateway_ports::review::Reviewer;
use gateway_wire::RecordOrigin;
use gateway_wire::http::SaidBy;
use serde_json::{Value, json};

use crate::{LastAudit, Report, ReviewPayments};

type Function = ReviewPayments<MemoryLedger, MemoryPayments, MemoryProvider, ManualClock>;

const PAYMENT: PaymentId = PaymentId::from_u128(9);
const RESERVATION: ReservationId = ReservationId::from_u128(2);
const LETTER: u128 = 5;
const AFTER_MS: i64 = 300_000;

fn function() -> Function {
    ReviewPayments {
        ledger: MemoryLedger::new(),
        vault: MemoryPayments::default(),
        provider: MemoryProvider::default(),
        clock: ManualClock::new(Timestamp::from_millis(1_000_000), 7),
        review_after_ms: AFTER_MS,
        inquiry_grace_ms: 30_000,
        stock_audited: LastAudit::default(),
    }
}

/// A payment of 50.00 under review, which the PSP was asked to charge for `cents` with this outcome.
async fn under_review(charge: Option<(Step, i64)>) -> Function {
    let function = function();
    begin(&function).await;
    let now = function.clock.now();
    if let Some((step, cents)) = charge {
        function.provider.script(PAYMENT, [step]);
        let claim = function.vault.claim_attempt(PAYMENT, 1, now, ATTEMPT_LEASE_MS).await.unwrap();
        let AttemptClaim::Claimed(claimed) = claim else { panic!("not claimed") };
        let amount = Cents::new(cents).unwrap();
        function.provider.charge(ChargeRequest { payment_id: PAYMENT, amount, card: &claimed.card }).await;
    }
    settle(&function, Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None }).await;
    function.ledger.record(&letter()).await.unwrap();
    function.clock.advance_millis(AFTER_MS);
    function
}

async fn settle(function: &Function, settlement: Settlement) {
    let settle = Settle {
        payment_id: PAYMENT,
        attempt: 1,
        settlement,
        step: "handle-dlq",
        learned_by: "inquiry",
        origin: None,
    };
    function.ledger.settle(&[settle], function.clock.now()).await.unwrap();
}

async fn begin(function: &Function) {
    let (ledger, now) = (&function.ledger, function.clock.now());
    let (price, product_id) = (Money::from_units(500_000), ProductId::from_u128(1));
    let (user_id, quantity) = (UserId::new("ana").unwrap(), Quantity::new(1).unwrap());
    ledger.create(&NewProduct { id: product_id, name: "Mouse".into(), price, stock: 5 }, now).await.unwrap();
    let command = ReserveCommand {
        reservation_id: RESERVATION,
        product_id,
        user_id: user_id.clone(),
        quantity,
        price,
        total_price: price,
    };
    ledger.reserve(&command, now.plus_millis(900_000), now).await.unwrap().unwrap();
    let item = NewPaymentItem {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        user_id: user_id.clone(),
        amount: price,
        card_expires_at: now.plus_millis(1_800_000),
    };
    let card = CardSecret::Encrypted(EncryptedCard::new("YWJj".into()).ok().unwrap());
    function.vault.put(&item, card).await.unwrap();
    let request = PaymentRequest {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        product_id,
        user_id,
        quantity,
        amount: price,
        card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
        accepted_at: now,
    };
    let origin = RecordOrigin { topic: "order_queue".into(), partition: 0, offset: 0 };
    ledger.begin(&[Begin { request, origin, trace: None }], now).await.unwrap();
}

fn letter() -> DeadLetterRow {
    DeadLetterRow {
        id: LETTER,
        origin: RecordOrigin { topic: "payment_retry".into(), partition: 0, offset: 1 },
        dlq: RecordOrigin { topic: "payment_dlq".into(), partition: 0, offset: 1 },
        step: "schedule-retry".into(),
        cause_code: "attempts_exhausted".into(),
        cause_message: String::new(),
        payment_id: Some(PAYMENT),
        attempts: None,
        key: None,
        value: None,
        masked: false,
        trace: None,
        resolution: Some("in_review".into()),
        created_at: Timestamp::from_millis(1),
    }
}

async fn status(function: &Function) -> PaymentStatus {
    function.ledger.payment(PAYMENT).await.unwrap().unwrap().status
}

async fn reservation(function: &Function) -> ReservationStatus {
    function.ledger.reservation(RESERVATION).await.unwrap().unwrap().status
}

async fn resolution(function: &Function) -> (String, Option<String>) {
    let letter = function.ledger.letter(LETTER).await.unwrap().unwrap();
    (letter.state.to_string(), letter.row.resolution)
}

fn claim(resolution: &str, charge_id: Option<&str>) -> TestRequest {
    let body =
        json!({ "resolution": resolution, "charge_id": charge_id, "reason": "seen in the back office" });
    TestRequest::to("POST /payments/{id}/review").path("id", PAYMENT).admin("root").body(body)
}

fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|_| panic!("{response:?}"))
}

fn code(response: &HttpResponse) -> (u16, String) {
    (response.status, json(response)["code"].as_str().unwrap_or_default().to_owned())
}

fn charge_id() -> String {
    format!("CHAR_{PAYMENT}")
}

#[tokio::test]
async fn the_schedule_ends_what_the_psp_can_say_and_closes_its_letters() {
    use PaymentStatus::{Authorized, Declined, Failed, InAnalysis};
    for (step, expected, stock, closed) in [
        (Some(Step::LoseAnswer(Decides::Authorize)), Authorized, ReservationStatus::Confirmed, "settled"),
        (Some(Step::LoseAnswer(Decides::Decline("10000"))), Declined, ReservationStatus::Held, "settled"),
        (Some(Step::LoseAnswer(Decides::Analyse)), InAnalysis, ReservationStatus::Paying, "settled"),
        (Some(Step::LoseRequest), Failed, ReservationStatus::Held, "failed"),
        (None, Failed, ReservationStatus::Held, "failed"),
    ] {
        let function = under_review(step.map(|step| (step, 5_000))).await;
        let report = function.run().await.unwrap();
        assert_eq!(report, Report { asked: 1, ended: 1, ..Report::default() });
        assert_eq!((status(&function).await, reservation(&function).await), (expected, stock));
        assert_eq!(resolution(&function).await, ("CLOSED".to_owned(), Some(closed.to_owned())));
        assert_eq!(function.run().await.unwrap(), Report::default(), "{step:?}");
    }
}

#[tokio::test]
async fn while_the_psp_is_silent_it_is_asked_after_each_interval_and_nothing_is_guessed() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Authorize), 5_000))).await;
    function.provider.set_silent(true);
    let waits = |asked| Report { asked, in_review: 1, ..Report::default() };
    for (advance_ms, asked) in [(0, 1), (0, 0), (AFTER_MS - 1, 0), (1, 1)] {
        function.clock.advance_millis(advance_ms);
        assert_eq!(function.run().await.unwrap(), waits(asked), "{advance_ms}");
        assert_eq!(status(&function).await, PaymentStatus::InReview);
        assert_eq!(reservation(&function).await, ReservationStatus::Paying);
    }
    function.provider.set_silent(false);
    function.clock.advance_millis(AFTER_MS);
    assert_eq!(function.run().await.unwrap().ended, 1);
    assert_eq!(status(&function).await, PaymentStatus::Authorized);
}

#[tokio::test]
async fn a_charge_that_does_not_fit_waits_for_a_person_who_can_only_have_it_cancelled() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Authorize), 4_999))).await;
    assert_eq!(function.run().await.unwrap(), Report { asked: 1, in_review: 1, ..Report::default() });
    for claimed in ["authorized", "failed", "declined"] {
        let response = claim(claimed, None).send(&function).await;
        assert_eq!(code(&response), (409, "charge_mismatch".to_owned()), "{claimed}");
    }
    let other = claim("voided", Some("CHAR_other")).send(&function).await;
    assert_eq!(code(&other), (409, "charge_mismatch".to_owned()));
    assert!(!function.provider.charge_of(PAYMENT).unwrap().cancelled);
    assert_eq!(claim("voided", None).send(&function).await.status, 200);
    assert!(function.provider.charge_of(PAYMENT).unwrap().cancelled);
    assert_eq!(status(&function).await, PaymentStatus::Voided);
    assert_eq!(reservation(&function).await, ReservationStatus::Held);
}

/// The PSP put it to its risk check and no longer knows it: one of its two words is wrong.
#[tokio::test]
async fn a_charge_that_the_psp_no_longer_knows_waits_for_a_person() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Analyse), 5_000))).await;
    function.run().await.unwrap();
    assert_eq!(status(&function).await, PaymentStatus::InAnalysis);
    function.provider.forget(PAYMENT);
    settle(&function, Settlement::InReview { reason: "charge_missing".into(), charge_id: None }).await;
    for _ in 0..3 {
        function.clock.advance_millis(AFTER_MS);
        assert_eq!(function.run().await.unwrap(), Report { asked: 1, in_review: 1, ..Report::default() });
    }
    let authorized = claim("authorized", Some(&charge_id())).send(&function).await;
    assert_eq!(code(&authorized), (409, "psp_knows_no_charge".to_owned()));
    assert_eq!(claim("failed", None).send(&function).await.status, 200);
    assert_eq!(status(&function).await, PaymentStatus::Failed);
    assert_eq!(reservation(&function).await, ReservationStatus::Held);
}

/// The vault forgets after a while, so what only it has heard is told to the ledger.
#[tokio::test]
async fn a_charge_that_only_the_vault_has_heard_of_is_kept() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Analyse), 5_000))).await;
    let named = Verdict::InAnalysis { charge_id: ChargeId(charge_id()), card: None };
    function.vault.record_learned(PAYMENT, &named).await.unwrap();
    function.provider.forget(PAYMENT);
    function.run().await.unwrap();
    let payment = function.ledger.payment(PAYMENT).await.unwrap().unwrap();
    assert_eq!((payment.status, payment.charge_id.as_ref()), (PaymentStatus::InReview, named.charge_id()));
    assert_eq!(payment.reason.as_deref(), Some("charge_missing"));
}

#[tokio::test]
async fn a_late_authorization_is_cancelled_and_told() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Authorize), 5_000))).await;
    let taken = function.ledger.payment(PAYMENT).await.unwrap().unwrap();
    settle(&function, Settlement::Failed { reason: "by another".into() }).await;
    function.ask_about(&taken).await.unwrap();
    assert_eq!(status(&function).await, PaymentStatus::Failed, "a final status absorbs");
    assert!(function.provider.charge_of(PAYMENT).unwrap().cancelled);
    let story: Vec<_> =
        function.ledger.timeline(PAYMENT).await.unwrap().into_iter().map(|event| event.event).collect();
    assert_eq!(story[3..], ["FAILED", "LATE_AUTHORIZATION", "VOIDED"]);
}

#[tokio::test]
async fn a_person_is_believed_only_where_the_psp_is_silent() {
    use PaymentStatus::{Authorized, Declined, Failed, Voided};
    let charged = Some(Step::LoseAnswer(Decides::Authorize));
    let declined = Some(Step::LoseAnswer(Decides::Decline("10000")));
    for (step, silent, claimed, charge, answer, ends) in [
        (charged, false, "authorized", None, "psp", Authorized),
        (declined, false, "failed", None, "psp", Declined),
        (None, false, "failed", None, "psp", Failed),
        (charged, false, "voided", None, "psp", Voided),
        (None, true, "failed", None, "person", Failed),
        (None, true, "declined", None, "person", Declined),
        (None, true, "authorized", Some("CHAR_SEEN"), "person", Authorized),
        (charged, false, "failed", None, "psp_says_otherwise", Authorized),
        (charged, false, "authorized", Some("CHAR_other"), "psp_says_otherwise", Authorized),
        (declined, false, "authorized", None, "psp_says_otherwise", Declined),
        (None, false, "authorized", Some("CHAR_SEEN"), "psp_knows_no_charge", PaymentStatus::InReview),
        (None, true, "authorized", None, "charge_id_required", PaymentStatus::InReview),
        (None, true, "voided", Some("CHAR_SEEN"), "unavailable", PaymentStatus::InReview),
    ] {
        let function = under_review(step.map(|step| (step, 5_000))).await;
        function.provider.set_silent(silent);
        let response = claim(claimed, charge).send(&function).await;
        let body = json(&response);
        let told = body["said_by"].as_str().or(body["code"].as_str()).unwrap_or_default();
        assert_eq!((told, status(&function).await), (answer, ends), "{claimed} {body}");
        assert_eq!(response.status == 200, ["psp", "person"].contains(&answer), "{body}");
        if ends.is_final() {
            assert_eq!(resolution(&function).await.0, "CLOSED");
        }
    }
}

#[tokio::test]
async fn who_decided_and_why_stands_in_the_timeline() {
    let function = under_review(None).await;
    function.provider.set_silent(true);
    assert_eq!(claim("failed", None).send(&function).await.status, 200);
    let told = function.ledger.timeline(PAYMENT).await.unwrap().pop().unwrap();
    assert_eq!((told.step.as_str(), told.event.as_str()), ("review-payments", "FAILED"));
    for (name, text) in
        [("learned_by", "review"), ("reviewed_by", "root"), ("review_reason", "seen in the back office")]
    {
        assert!(told.detail.contains(&(name.into(), text.into())), "{:?}", told.detail);
    }
}

#[tokio::test]
async fn a_repeated_word_is_answered_alike_and_another_one_refused() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Authorize), 5_000))).await;
    for first in [true, false] {
        let response = claim("authorized", Some(&charge_id())).send(&function).await;
        assert_eq!((response.status, &json(&response)["status"]), (200, &json!("AUTHORIZED")));
        assert_eq!(response.headers.contains_key("idempotent-replayed"), !first);
    }
    for (claimed, charge) in [("failed", None), ("voided", None), ("authorized", Some("CHAR_other"))] {
        let response = claim(claimed, charge).send(&function).await;
        assert_eq!(code(&response), (409, "already_final".to_owned()), "{claimed}");
    }
    assert_eq!(function.ledger.timeline(PAYMENT).await.unwrap().len(), 4);
}

#[tokio::test]
async fn nothing_is_concluded_while_a_holder_may_be_at_the_psp_or_a_charge_on_its_way() {
    let function = function();
    begin(&function).await;
    settle(&function, Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None }).await;
    let now = function.clock.now();
    let claimed = function.vault.claim_attempt(PAYMENT, 1, now, ATTEMPT_LEASE_MS).await.unwrap();
    assert!(matches!(claimed, AttemptClaim::Claimed(_)));
    for (advance_ms, status) in [(0, 409), (ATTEMPT_LEASE_MS, 409), (30_000, 200)] {
        function.clock.advance_millis(advance_ms);
        let response = claim("failed", None).send(&function).await;
        assert_eq!(response.status, status, "{}", response.body);
        assert_eq!(response.headers.contains_key("retry-after"), status == 409);
    }
}

#[tokio::test]
async fn a_recorded_verdict_counts_as_the_psps_word() {
    let function = under_review(None).await;
    let charge_id = ChargeId("CHAR_1".into());
    let verdict = Verdict::Authorized { charge_id, authorization_code: None, card: None };
    function.vault.record_learned(PAYMENT, &verdict).await.unwrap();
    function.provider.set_silent(true);
    let response = claim("failed", None).send(&function).await;
    assert_eq!(code(&response), (409, "psp_says_otherwise".to_owned()));
    assert_eq!(status(&function).await, PaymentStatus::Authorized);
}

#[tokio::test]
async fn a_cancellation_that_the_psp_refuses_goes_on_by_itself_and_nobody_authorizes_meanwhile() {
    let function = under_review(Some((Step::LoseAnswer(Decides::Authorize), 5_000))).await;
    function.provider.set_refuses_to_cancel(true);
    assert_eq!(code(&claim("voided", None).send(&function).await), (409, "cancel_refused".to_owned()));
    let charge_id = ChargeId(charge_id());
    let verdict = Verdict::Authorized { charge_id, authorization_code: None, card: None };
    settle(&function, Settlement::Verdict(verdict)).await;
    for (refuses, expected) in [(true, PaymentStatus::InReview), (false, PaymentStatus::Voided)] {
        function.provider.set_refuses_to_cancel(refuses);
        function.clock.advance_millis(AFTER_MS);
        function.run().await.unwrap();
        assert_eq!(status(&function).await, expected);
    }
    assert_eq!(reservation(&function).await, ReservationStatus::Held);
    assert_eq!(resolution(&function).await, ("CLOSED".to_owned(), Some("voided".to_owned())));
}

/// The PSP makes the charge that it knew nothing of when it was asked.
async fn charge_late(function: &Function, cents: i64) {
    let card = CardSecret::Encrypted(EncryptedCard::new("YWJj".into()).ok().unwrap());
    let amount = Cents::new(cents).unwrap();
    function.provider.charge(ChargeRequest { payment_id: PAYMENT, amount, card: &card }).await;
}

#[tokio::test]
async fn a_charge_that_turns_up_after_the_payment_failed_is_cancelled_and_told() {
    for (cents, story) in [(5_000, vec!["LATE_AUTHORIZATION", "VOIDED"]), (4_999, vec!["VOIDED"])] {
        let function = under_review(None).await;
        function.run().await.unwrap();
        assert_eq!(status(&function).await, PaymentStatus::Failed);
        charge_late(&function, cents).await;
        function.provider.set_silent(true);
        function.clock.advance_millis(WATCH_MS_MIN);
        assert_eq!(function.run().await.unwrap(), Report { watched: 1, ..Report::default() });
        function.provider.set_silent(false);
        for watched in [0, 1, 0] {
            assert_eq!(function.run().await.unwrap(), Report { watched, ..Report::default() });
            function.clock.advance_millis(WATCH_MS_MIN);
        }
        assert!(function.provider.charge_of(PAYMENT).unwrap().cancelled);
        assert_eq!(status(&function).await, PaymentStatus::Failed, "a final status absorbs");
        let told = function.ledger.timeline(PAYMENT).await.unwrap();
        let told: Vec<_> = told.into_iter().skip(4).map(|event| event.event).collect();
        assert_eq!(told, story);
    }
}

#[tokio::test]
async fn who_failed_is_asked_about_for_a_day_and_then_no_more() {
    let function = under_review(None).await;
    function.run().await.unwrap();
    let mut asked = 0;
    for _ in 0..2 * LATE_CHARGE_MS / AFTER_MS {
        function.clock.advance_millis(AFTER_MS);
        asked += function.run().await.unwrap().watched;
    }
    assert!((5..12).contains(&asked), "{asked}");
    function.clock.advance_millis(LATE_CHARGE_MS);
    assert_eq!(function.run().await.unwrap(), Report::default());
}

#[tokio::test]
async fn a_charge_whose_cancellation_is_refused_is_cancelled_when_it_can_be() {
    let function = under_review(None).await;
    function.run().await.unwrap();
    charge_late(&function, 5_000).await;
    for (refuses, cancelled) in [(true, false), (false, true)] {
        function.provider.set_refuses_to_cancel(refuses);
        function.clock.advance_millis(WATCH_MS_MIN);
        function.run().await.unwrap();
        assert_eq!(function.provider.charge_of(PAYMENT).unwrap().cancelled, cancelled);
    }
}

#[tokio::test]
async fn who_knew_better_meanwhile_is_not_contradicted() {
    let function = under_review(None).await;
    let taken = function.ledger.payment(PAYMENT).await.unwrap().unwrap();
    let charge_id = ChargeId("CHAR_1".into());
    let verdict = Verdict::Authorized { charge_id: charge_id.clone(), authorization_code: None, card: None };
    settle(&function, Settlement::Verdict(verdict)).await;
    let by = Reviewer { user: "root".into(), reason: "nothing to be seen".into() };
    let failed = Settlement::Failed { reason: "resolved_by_review".into() };
    function.take_word(&taken, failed, &by).await.unwrap();
    function.cancel(&taken, charge_id, &Inquiry::None, &by).await.unwrap();
    for claim in [Claim::Failed, Claim::Voided(None)] {
        let answer = function.answer(PAYMENT, &claim, SaidBy::Person).await;
        assert!(answer.is_err(), "{claim:?}");
    }
    assert_eq!(status(&function).await, PaymentStatus::Authorized);
    assert_eq!(resolution(&function).await, ("CLOSED".to_owned(), Some("already_final".to_owned())));
}

#[tokio::test]
async fn letters_of_a_payment_that_ended_by_another_way_are_closed() {
    let function = under_review(None).await;
    let charge_id = ChargeId("CHAR_1".into());
    settle(
        &function,
        Settlement::Verdict(Verdict::Authorized { charge_id, authorization_code: None, card: None }),
    )
    .await;
    function.run().await.unwrap();
    assert_eq!(resolution(&function).await, ("CLOSED".to_owned(), Some("settled".to_owned())));
}

#[tokio::test]
async fn bad_claims_are_refused_by_field() {
    let function = under_review(None).await;
    for (body, pointers) in [
        (json!({}), vec!["/resolution", "/reason"]),
        (json!({ "resolution": "paid", "reason": "x" }), vec!["/resolution"]),
        (json!({ "resolution": "failed", "reason": "" }), vec!["/reason"]),
        (json!({ "resolution": "authorized", "charge_id": "a/b", "reason": "x" }), vec!["/charge_id"]),
    ] {
        let request = TestRequest::to("POST /payments/{id}/review").path("id", PAYMENT).admin("root");
        let response = request.body(&body).send(&function).await;
        let problem = json(&response);
        let found: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(
            (response.status, found),
            (422, pointers.into_iter().map(Value::from).collect()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn only_admins_review_and_only_what_is_under_review() {
    let function = under_review(None).await;
    let request = || TestRequest::to("POST /payments/{id}/review").path("id", PAYMENT);
    assert_eq!(request().user("ana").send(&function).await.status, 403);
    assert_eq!(request().without_token().send(&function).await.status, 401);
    let unknown = claim("failed", None).path("id", PaymentId::from_u128(1)).send(&function).await;
    assert_eq!(code(&unknown), (404, "payment_unknown".to_owned()));
    let processing = self::function();
    begin(&processing).await;
    let early = claim("failed", None).send(&processing).await;
    assert_eq!(code(&early), (409, "not_in_review".to_owned()));
}

#[tokio::test]
async fn the_sample_event_reviews_a_payment_of_its_own() {
    let event = TestRequest::from_event(include_str!("../../../events/review-payments.json")).unwrap();
    let response = event.send(&function()).await;
    assert_eq!(code(&response), (404, "payment_unknown".to_owned()));
}

#[tokio::test]
async fn the_stock_is_compared_now_and_then_and_no_unit_is_missing() {
    let function = function();
    begin(&function).await;
    assert_eq!(function.audit_stock().await.unwrap(), Some(0), "a new environment looks at once");
    function.clock.advance_millis(899_999);
    assert_eq!(function.audit_stock().await.unwrap(), None);
    function.clock.advance_millis(1);
    assert_eq!(function.audit_stock().await.unwrap(), Some(0));
}
