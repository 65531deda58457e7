//! A shop with one held reservation, and servers that fail when told to.

use std::sync::atomic::{AtomicBool, Ordering};

use gateway_domain::begin::BeginDecision;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::settle::Settlement;
use gateway_domain::{
    CardSecret, Money, PaymentId, ProductId, Quantity, ReservationId, Timestamp, UserId, Verdict,
};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_memory::attempts::MemoryPayments;
use gateway_memory::claims::MemoryClaims;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::log::MemoryLog;
use gateway_ports::attempts::{CardVault, Erased, NewPaymentItem};
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _, Settle, SettlePayments as _};
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};
use gateway_ports::reservations::Reservations as _;
use gateway_ports::{Clock as _, PortError};
use gateway_wire::{PaymentRequested, RecordOrigin, topics};
use serde_json::{Value, json};

use crate::EnqueuePayment;

pub(super) const PRODUCT: ProductId = ProductId::from_u128(1);
pub(super) const RESERVATION: ReservationId = ReservationId::from_u128(2);
/// 2026-11-23T09:30:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_795_426_200_000);

pub(super) type World = EnqueuePayment<MemoryLedger, MemoryClaims<Vault>, Log, ManualClock>;

/// A vault that can be away.
#[derive(Default)]
pub(super) struct Vault {
    pub(super) inner: MemoryPayments,
    pub(super) away: AtomicBool,
}

impl CardVault for Vault {
    async fn put(&self, item: &NewPaymentItem, card: CardSecret) -> Result<(), PortError> {
        if self.away.swap(false, Ordering::SeqCst) {
            return Err(PortError::transient("the vault is away"));
        }
        self.inner.put(item, card).await
    }

    async fn erase(&self, payment_id: PaymentId) -> Result<Erased, PortError> {
        self.inner.erase(payment_id).await
    }
}

/// A log that can lose an acknowledgement: the record stands, and nobody hears of it.
#[derive(Default)]
pub(super) struct Log {
    pub(super) inner: MemoryLog,
    pub(super) lose_acknowledgement: AtomicBool,
}

impl MessageLog for Log {
    async fn produce(&self, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        let answers = self.inner.produce(records).await;
        if self.lose_acknowledgement.swap(false, Ordering::SeqCst) {
            return answers.into_iter().map(|_| Err(PortError::transient("timed out"))).collect();
        }
        answers
    }
}

/// Ana holds 2 of a product at 50.00 for 15 minutes.
pub(super) async fn world() -> World {
    let clock = ManualClock::new(NOW, 11);
    let ledger = MemoryLedger::new();
    let price: Money = "50.00".parse().unwrap();
    ledger.create(&NewProduct { id: PRODUCT, name: "Mouse".into(), price, stock: 5 }, NOW).await.unwrap();
    reserve(&ledger, RESERVATION, NOW).await;
    EnqueuePayment { ledger, claims: MemoryClaims::default(), log: Log::default(), clock }
}

async fn reserve(ledger: &MemoryLedger, reservation_id: ReservationId, now: Timestamp) {
    let price: Money = "50.00".parse().unwrap();
    let command = ReserveCommand {
        reservation_id,
        product_id: PRODUCT,
        user_id: UserId::new("ana").unwrap(),
        quantity: Quantity::new(2).unwrap(),
        price,
        total_price: price.times(2).unwrap(),
    };
    ledger.reserve(&command, now.plus_millis(900_000), now).await.unwrap().unwrap();
}

/// The same for a reservation that Ana makes now.
pub(super) async fn another_reservation(world: &World) -> Value {
    let reservation_id = ReservationId::from_u128(world.clock.ulid());
    reserve(&world.ledger, reservation_id, world.clock.now()).await;
    let mut body = body();
    body["produto"]["reserve_id"] = json!(reservation_id.to_string());
    body
}

/// PagBank's published test card.
pub(super) fn body() -> Value {
    json!({
        "produto": {
            "reserve_id": RESERVATION.to_string(), "product_id": PRODUCT.to_string(), "user_id": "ana",
            "price": 50.00, "quantity": 2, "total_price": 100.00,
        },
        "card": {
            "card_number": "4539620659922097", "card_exp_month": "12", "card_exp_year": 2030,
            "card_security_code": "123",
        },
    })
}

pub(super) fn pay(body: &Value, key: Option<&str>) -> TestRequest {
    let request = TestRequest::to("POST /payment").body(body);
    match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    }
}

pub(super) fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

/// Sends and expects 202; the payment's id.
pub(super) async fn accepted(world: &World, key: Option<&str>) -> PaymentId {
    let response = pay(&body(), key).send(world).await;
    assert_eq!(response.status, 202, "{}", response.body);
    json(&response)["id"].as_str().unwrap().parse().unwrap()
}

/// What stands in `order_queue`.
pub(super) fn queued(world: &World) -> Vec<PaymentRequested> {
    let records = world.log.inner.records(topics::ORDER_QUEUE);
    records.iter().map(|logged| serde_json::from_slice(&logged.record.value).unwrap()).collect()
}

fn origin(offset: i64) -> RecordOrigin {
    RecordOrigin { topic: topics::ORDER_QUEUE.to_owned(), partition: 0, offset }
}

/// What orchestrate-payment does with everything that is queued.
pub(super) async fn orchestrate(world: &World) -> Vec<BeginDecision> {
    let batch: Vec<_> = queued(world)
        .iter()
        .zip(0..)
        .map(|(message, offset)| Begin {
            request: message.to_request().unwrap(),
            origin: origin(offset),
            trace: None,
        })
        .collect();
    world.ledger.begin(&batch, world.clock.now()).await.unwrap()
}

/// What settle-payment does with a verdict.
pub(super) async fn settle(world: &World, payment_id: PaymentId, verdict: Verdict) {
    let settle = Settle {
        payment_id,
        attempt: 1,
        settlement: Settlement::Verdict(verdict),
        step: "settle-payment",
        learned_by: "charge",
        origin: None,
    };
    world.ledger.settle(&[settle], world.clock.now()).await.unwrap();
}
