//! Runs on the ledger and the log in memory.

use std::sync::Arc;

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::{Brand, CardSummary};
use gateway_domain::charge::{AttemptFailure, Certainty};
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::retry::{FailedAttempt, RetryPolicy};
use gateway_domain::{
    Money, PaymentId, PaymentStatus, ProductId, Quantity, ReservationId, Timestamp, UserId,
};
use gateway_edge::TraceContext;
use gateway_edge::schedule::ScheduledJob as _;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::log::MemoryLog;
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _, Fail, ReadPayments as _, ScheduleRetries as _};
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};
use gateway_ports::reservations::Reservations as _;
use gateway_ports::{Clock, PortError};
use gateway_wire::{AttemptRequested, RecordOrigin, topics};

use crate::{DispatchRetries, PAGE, RUN_MS, Report};

type Job = DispatchRetries<MemoryLedger, MemoryLog, ManualClock>;

const STUCK_AFTER_MS: i64 = 120_000;
/// The default policy's first delay.
const DELAY_MS: i64 = 20_000;

fn payment_id(number: u32) -> PaymentId {
    PaymentId::from_u128(u128::from(number) + 1_000)
}

fn origin(offset: i64) -> RecordOrigin {
    RecordOrigin { topic: "order_queue".into(), partition: 0, offset }
}

/// A job over `count` payments that are PROCESSING since time 0.
async fn job(count: u32) -> Job {
    let clock = ManualClock::new(Timestamp::from_millis(0), 3);
    let ledger = MemoryLedger::new();
    let product = ProductId::from_u128(1);
    let price = Money::from_units(10_000);
    ledger
        .create(&NewProduct { id: product, name: "Mouse".into(), price, stock: count }, clock.now())
        .await
        .unwrap();
    for number in 0..count {
        let command = ReserveCommand {
            reservation_id: ReservationId::from_u128(u128::from(number) + 1),
            product_id: product,
            user_id: UserId::new("ana").unwrap(),
            quantity: Quantity::new(1).unwrap(),
            price,
            total_price: price,
        };
        ledger.reserve(&command, Timestamp::from_millis(900_000), clock.now()).await.unwrap().unwrap();
        let request = PaymentRequest {
            payment_id: payment_id(number),
            reservation_id: command.reservation_id,
            product_id: product,
            user_id: command.user_id,
            quantity: command.quantity,
            amount: price,
            card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
            accepted_at: clock.now(),
        };
        ledger
            .begin(&[Begin { request, origin: origin(number.into()), trace: None }], clock.now())
            .await
            .unwrap();
    }
    DispatchRetries { ledger, log: MemoryLog::default(), clock, stuck_after_ms: STUCK_AFTER_MS }
}

/// The payment's first attempt failed just now.
async fn fail(job: &Job, number: u32) {
    let fail = Fail {
        payment_id: payment_id(number),
        failed: FailedAttempt {
            attempt: 1,
            failed_at: job.clock.now(),
            retry_after_ms: None,
            jitter_permille: 0,
        },
        failure: AttemptFailure {
            certainty: Certainty::NotCharged,
            code: "http_503".into(),
            message: "busy".into(),
            retry_after_ms: None,
        },
        origin: origin(number.into()),
        trace: Some(trace(number)),
    };
    job.ledger.schedule(&[fail], &RetryPolicy::default(), job.clock.now()).await.unwrap();
}

/// Where the handling of the payment's failed attempt stands in its trace.
fn trace(number: u32) -> TraceContext {
    TraceContext::root(u128::from(number) + 7, 1).with_state("congo=1")
}

fn attempts(job: &Job) -> Vec<AttemptRequested> {
    let records = job.log.records(topics::PROCESS_PURCHASES);
    records.iter().map(|logged| serde_json::from_slice(&logged.record.value).unwrap()).collect()
}

fn report(due: usize, stuck: usize, unacknowledged: usize) -> Result<Report, String> {
    Ok(Report { due, stuck, unacknowledged })
}

#[tokio::test]
async fn a_due_retry_is_sent_once_as_the_next_attempt() {
    let job = job(1).await;
    fail(&job, 0).await;
    job.clock.advance_millis(DELAY_MS - 1);
    assert_eq!(job.run().await, report(0, 0, 0));
    job.clock.advance_millis(1);
    assert_eq!(job.run().await, report(1, 0, 0));
    assert_eq!(job.run().await, report(0, 0, 0));
    let sent = attempts(&job);
    assert_eq!(sent.iter().map(|attempt| attempt.attempt).collect::<Vec<_>>(), [2]);
    let payment = job.ledger.payment(payment_id(0)).await.unwrap().unwrap();
    assert_eq!((payment.status, payment.attempt), (PaymentStatus::Processing, 2));
}

#[tokio::test]
async fn each_retry_goes_on_with_its_payments_trace_and_has_its_reservation_as_key() {
    let job = job(2).await;
    fail(&job, 0).await;
    fail(&job, 1).await;
    job.clock.advance_millis(DELAY_MS);
    job.run().await.unwrap();
    let records = job.log.records(topics::PROCESS_PURCHASES);
    assert_eq!(records.len(), 2);
    for logged in records {
        let message: AttemptRequested = serde_json::from_slice(&logged.record.value).unwrap();
        assert_eq!(logged.record.key, message.reservation_id.to_string());
        let number = (message.payment_id.to_u128() - payment_id(0).to_u128()) as u32;
        let header = |name: &str| {
            logged.record.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        let carried = TraceContext::from_headers(header).unwrap();
        assert_eq!(carried, trace(number).at(carried.span_id));
        assert_ne!(carried.span_id, trace(number).span_id);
    }
}

#[tokio::test]
async fn what_kafka_does_not_acknowledge_is_sent_again_when_its_lease_has_lapsed() {
    let job = job(2).await;
    fail(&job, 0).await;
    fail(&job, 1).await;
    job.clock.advance_millis(DELAY_MS);
    job.log.fail_next(1, "no leader");
    assert_eq!(job.run().await, report(1, 0, 1));
    assert_eq!(job.run().await, report(0, 0, 0), "still leased");
    job.clock.advance_millis(crate::LEASE_MS);
    assert_eq!(job.run().await, report(1, 0, 0));
    let mut sent: Vec<_> = attempts(&job).iter().map(|attempt| attempt.payment_id).collect();
    sent.sort_unstable();
    assert_eq!(sent, [payment_id(0), payment_id(1)]);
}

#[tokio::test]
async fn a_payment_that_stands_still_is_asked_about_again_after_each_silence() {
    let job = job(1).await;
    job.clock.advance_millis(STUCK_AFTER_MS - 1);
    assert_eq!(job.run().await, report(0, 0, 0));
    job.clock.advance_millis(1);
    assert_eq!(job.run().await, report(0, 1, 0));
    assert_eq!(job.run().await, report(0, 0, 0), "asked just now");
    job.clock.advance_millis(STUCK_AFTER_MS);
    assert_eq!(job.run().await, report(0, 1, 0));
    let numbers: Vec<_> = attempts(&job).iter().map(|attempt| attempt.attempt).collect();
    assert_eq!(numbers, [1, 1], "its own number, which converges whatever had happened");
}

#[tokio::test]
async fn more_than_a_page_is_sent_in_one_run() {
    let job = job(PAGE + 1).await;
    job.clock.advance_millis(STUCK_AFTER_MS);
    assert_eq!(job.run().await, report(0, PAGE as usize + 1, 0));
}

#[tokio::test]
async fn a_run_ends_where_kafka_takes_nothing() {
    let job = job(2 * PAGE).await;
    job.clock.advance_millis(STUCK_AFTER_MS);
    job.log.fail_next(PAGE as usize, "no leader");
    assert_eq!(job.run().await, report(0, 0, PAGE as usize));
    assert_eq!(job.run().await, report(0, PAGE as usize, 0), "the others");
}

/// So many milliseconds pass until Kafka has acknowledged.
struct SlowLog(Arc<ManualClock>, i64);

impl MessageLog for SlowLog {
    async fn produce(&self, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        self.0.advance_millis(self.1);
        records.iter().map(|_| Ok(Delivered { partition: 0, offset: 0 })).collect()
    }
}

struct SharedClock(Arc<ManualClock>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn ulid(&self) -> u128 {
        self.0.ulid()
    }

    fn jitter_permille(&self) -> i64 {
        self.0.jitter_permille()
    }
}

fn slowly(job: Job, millis: i64) -> DispatchRetries<MemoryLedger, SlowLog, SharedClock> {
    let clock = Arc::new(job.clock);
    let (log, clock) = (SlowLog(Arc::clone(&clock), millis), SharedClock(clock));
    DispatchRetries { ledger: job.ledger, log, clock, stuck_after_ms: STUCK_AFTER_MS }
}

#[tokio::test]
async fn a_run_begins_no_page_when_its_time_is_over() {
    let job = job(3 * PAGE).await;
    job.clock.advance_millis(STUCK_AFTER_MS);
    let job = slowly(job, RUN_MS / 2);
    assert_eq!(job.run().await, report(0, 2 * PAGE as usize, 0));
    assert_eq!(job.run().await, report(0, PAGE as usize, 0));
}

#[tokio::test]
async fn a_retry_was_dispatched_before_its_outcome_could_be_there() {
    let job = job(1).await;
    fail(&job, 0).await;
    job.clock.advance_millis(DELAY_MS);
    let sent_at = job.clock.now();
    let job = slowly(job, 40);
    assert_eq!(job.run().await, report(1, 0, 0));
    let told = job.ledger.timeline(payment_id(0)).await.unwrap().pop().unwrap();
    assert_eq!((told.event.as_str(), told.at), ("RETRY_DISPATCHED", sent_at));
}
