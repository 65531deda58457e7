//! What an accepted payment becomes when it is first looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::{CardSecret, PaymentId, PaymentStatus, ReservationStatus, UserId};
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_memory::shop::{ACCEPTED, PAYMENT, RESERVATION, Shop, request};
use gateway_memory::{attempts::MemoryPayments, clock::ManualClock, ledger::MemoryLedger, log::MemoryLog};
use gateway_ports::PortError;
use gateway_ports::attempts::{CardVault, Erased, NewPaymentItem};
use gateway_ports::reservations::Reservations as _;
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptRequested, DeadLetter, PaymentRequested, RecordOrigin, topics};
use orchestrate_payment::OrchestratePayment;

type Step = OrchestratePayment<MemoryLedger, MemoryPayments, MemoryLog, ManualClock>;

async fn step() -> Step {
    let Shop { ledger, vault, log, clock, .. } = Shop::open().await.unwrap();
    OrchestratePayment { ledger, vault, log, clock }
}

fn message() -> PaymentRequested {
    let request = request().unwrap();
    PaymentRequested {
        payment_id: request.payment_id,
        reservation_id: request.reservation_id,
        product_id: request.product_id,
        user_id: request.user_id,
        quantity: 1,
        amount: WireMoney(request.amount),
        card: request.card.as_ref().map(Into::into),
        accepted_at_ms: ACCEPTED.as_millis(),
    }
}

fn record(offset: i64, value: &[u8]) -> RawRecord {
    RawRecord {
        origin: RecordOrigin { topic: topics::ORDER_QUEUE.to_owned(), partition: 0, offset },
        timestamp_ms: 0,
        key: Some(RESERVATION.to_string().into_bytes()),
        value: Some(value.to_vec()),
        headers: Vec::new(),
    }
}

/// How many of the records are left unfinished.
async fn deliver(step: &Step, messages: &[PaymentRequested]) -> usize {
    let values = messages.iter().map(|message| serde_json::to_vec(message).unwrap());
    let records = (0..).zip(values).map(|(offset, value)| record(offset, &value)).collect();
    run_batch(step, &step.log, &step.clock, records).await.batch_item_failures.len()
}

fn attempts(step: &Step) -> Vec<u32> {
    let records = step.log.records(topics::PROCESS_PURCHASES);
    let read = |value: &[u8]| serde_json::from_slice::<AttemptRequested>(value).unwrap().attempt;
    records.iter().map(|logged| read(&logged.record.value)).collect()
}

#[tokio::test]
async fn a_payment_begins_and_its_first_attempt_is_asked_for() {
    let step = step().await;
    assert_eq!(deliver(&step, &[message()]).await, 0);
    assert_eq!(step.ledger.standing(), (Some(PaymentStatus::Processing), Some(ReservationStatus::Paying)));
    assert_eq!(attempts(&step), [1]);
    assert!(step.vault.has_card(PAYMENT));
}

#[tokio::test]
async fn what_cannot_be_paid_is_rejected_and_its_card_erased() {
    let other = |change: fn(&mut PaymentRequested)| {
        let mut message = message();
        change(&mut message);
        message
    };
    for (case, message) in [
        ("another's", other(|it| it.user_id = UserId::new("bia").unwrap())),
        ("another amount", other(|it| it.amount = WireMoney("19.91".parse().unwrap()))),
        ("another quantity", other(|it| it.quantity = 2)),
        ("accepted after the reservation's end", other(|it| it.accepted_at_ms += 86_400_000)),
    ] {
        let step = step().await;
        assert_eq!(deliver(&step, &[message]).await, 0, "{case}");
        let standing = (Some(PaymentStatus::Rejected), Some(ReservationStatus::Held));
        assert_eq!(step.ledger.standing(), standing, "{case}");
        assert!(attempts(&step).is_empty() && !step.vault.has_card(PAYMENT), "{case}");
    }
}

#[tokio::test]
async fn a_released_reservation_is_not_paid() {
    let step = step().await;
    step.ledger.release(RESERVATION, ACCEPTED).await.unwrap();
    assert_eq!(deliver(&step, &[message()]).await, 0);
    assert_eq!(step.ledger.standing(), (Some(PaymentStatus::Rejected), Some(ReservationStatus::Released)));
}

#[tokio::test]
async fn a_repeated_record_asks_for_the_same_attempt_and_changes_nothing() {
    let step = step().await;
    assert_eq!(deliver(&step, &[message(), message()]).await, 0);
    assert_eq!(deliver(&step, &[message()]).await, 0);
    assert_eq!(attempts(&step), [1, 1, 1]);
    assert_eq!(step.ledger.standing(), (Some(PaymentStatus::Processing), Some(ReservationStatus::Paying)));
}

#[tokio::test]
async fn a_record_is_unfinished_until_kafka_has_its_attempt() {
    let step = step().await;
    step.log.fail_next(1, "broker away");
    assert_eq!(deliver(&step, &[message()]).await, 1);
    assert_eq!(deliver(&step, &[message()]).await, 0);
    assert_eq!(attempts(&step), [1]);
}

/// A vault that is away.
struct NoVault;

impl CardVault for NoVault {
    async fn put(&self, _: &NewPaymentItem, _: CardSecret) -> Result<(), PortError> {
        Err(PortError::transient("the vault is away"))
    }

    async fn erase(&self, _: PaymentId) -> Result<Erased, PortError> {
        Err(PortError::transient("the vault is away"))
    }
}

#[tokio::test]
async fn a_payment_behind_an_unfinished_one_of_its_reservation_is_not_finished_either() {
    let Shop { ledger, log, clock, .. } = Shop::open().await.unwrap();
    let step = OrchestratePayment { ledger, vault: NoVault, log, clock };
    let rejected = PaymentRequested { quantity: 2, payment_id: PaymentId::from_u128(9), ..message() };
    let values = [rejected, message()].map(|message| serde_json::to_vec(&message).unwrap());
    let records = (0..).zip(&values).map(|(offset, value)| record(offset, value)).collect();
    let response = run_batch(&step, &step.log, &step.clock, records).await;
    assert_eq!(response.batch_item_failures.len(), 2);
}

#[tokio::test]
async fn what_is_no_payment_is_dead_lettered() {
    let mut costly = message();
    costly.amount = WireMoney("0.001".parse().unwrap());
    let costly = serde_json::to_vec(&costly).unwrap();
    for (value, code) in [(b"{".as_slice(), "undecodable"), (&costly, "invalid")] {
        let step = step().await;
        let response = run_batch(&step, &step.log, &step.clock, vec![record(0, value)]).await;
        assert!(response.batch_item_failures.is_empty());
        let letters = step.log.records(topics::PAYMENT_DLQ);
        let letter: DeadLetter = serde_json::from_slice(&letters[0].record.value).unwrap();
        assert_eq!(letter.cause.code, code);
    }
}
