//! Steps that the behaviours are told in.

use gateway_domain::begin::{BeginDecision, PaymentRequest};
use gateway_domain::card::Brand;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId};
use gateway_domain::limits::RESERVATION_LIFE_MS;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::retry::FailedAttempt;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{
    CardSummary, Money, Payment, PaymentId, PaymentStatus, ProductId, Quantity, Reservation, ReservationId,
    ReservationStatus, Timestamp, UserId, Verdict,
};
use gateway_ports::catalogue::NewProduct;
use gateway_ports::ledger::{Begin, Fail, Settle};
use gateway_ports::stock::StockAccount;
use gateway_wire::{RecordOrigin, TraceContext};

use super::{Fresh, Ledger};

/// Price of one unit of every product made here.
pub const PRICE: Money = Money::from_units(500_000);

/// A ledger, and what is needed to use it as the steps do.
pub struct World<'a, L> {
    /// The ledger under test.
    pub ledger: &'a L,
    /// When this world's story begins.
    pub start: Timestamp,
    fresh: Fresh,
}

impl<'a, L: Ledger> World<'a, L> {
    /// A world on this ledger.
    pub fn new(ledger: &'a L, fresh: Fresh) -> Self {
        Self { ledger, start: fresh.moment(), fresh }
    }

    /// `millis` after the start.
    pub fn at(&self, millis: i64) -> Timestamp {
        self.start.plus_millis(millis)
    }

    /// An id nobody has.
    pub fn id(&self) -> u128 {
        self.fresh.id()
    }

    /// A record that could have brought an item.
    pub fn origin(&self, topic: &str) -> RecordOrigin {
        let offset = i64::try_from(self.id() >> 66).unwrap();
        RecordOrigin { topic: topic.to_owned(), partition: 3, offset }
    }

    /// A new product with so many units.
    pub async fn product(&self, stock: u32) -> ProductId {
        let id = ProductId::from_u128(self.id());
        let product = NewProduct { id, name: "Cadeira de escritório".to_owned(), price: PRICE, stock };
        self.ledger.create(&product, self.start).await.unwrap();
        id
    }

    /// A wish for units of a product.
    pub fn wish(&self, product_id: ProductId, units: u32) -> ReserveCommand {
        ReserveCommand {
            reservation_id: ReservationId::from_u128(self.id()),
            product_id,
            user_id: UserId::new("ana@example").unwrap(),
            quantity: Quantity::new(units).unwrap(),
            price: PRICE,
            total_price: PRICE.times(units).unwrap(),
        }
    }

    /// Units held until the usual time is over.
    pub async fn hold(&self, product_id: ProductId, units: u32) -> Reservation {
        let expires_at = self.at(RESERVATION_LIFE_MS);
        let wish = self.wish(product_id, units);
        self.ledger.reserve(&wish, expires_at, self.start).await.unwrap().unwrap()
    }

    /// A request to pay a reservation as it is.
    pub fn pay(&self, reservation: &Reservation) -> Begin {
        let request = PaymentRequest {
            payment_id: PaymentId::from_u128(self.id()),
            reservation_id: reservation.id,
            product_id: reservation.product_id,
            user_id: reservation.user_id.clone(),
            quantity: reservation.quantity,
            amount: reservation.total_price,
            card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
            accepted_at: self.at(1_000),
        };
        let trace = Some(Self::trace_of(request.payment_id));
        Begin { request, origin: self.origin("order_queue"), trace }
    }

    /// Where the beginning of a payment stands in its trace.
    pub fn trace_of(payment_id: PaymentId) -> TraceContext {
        TraceContext::root(payment_id.to_u128(), 1).with_state("congo=t61rcWkgMzE")
    }

    /// Begins one payment.
    pub async fn begin(&self, item: &Begin) -> BeginDecision {
        self.ledger.begin(std::slice::from_ref(item), self.at(2_000)).await.unwrap()[0]
    }

    /// A payment under way for 2 of 10 units of a new product.
    pub async fn begun(&self) -> Reservation {
        let product = self.product(10).await;
        let reservation = self.hold(product, 2).await;
        assert_eq!(self.begin(&self.pay(&reservation)).await, BeginDecision::Begin);
        self.reservation(reservation.id).await
    }

    /// What the PSP decided on the first attempt.
    pub fn verdict(&self, payment_id: PaymentId, verdict: Verdict) -> Settle {
        self.settlement(payment_id, Settlement::Verdict(verdict))
    }

    /// A settlement of the first attempt.
    pub fn settlement(&self, payment_id: PaymentId, settlement: Settlement) -> Settle {
        Settle {
            payment_id,
            attempt: 1,
            settlement,
            step: "settle-payment",
            learned_by: "charge",
            origin: Some(self.origin("purchases-processed")),
        }
    }

    /// Settles one payment.
    pub async fn settle(&self, item: &Settle) -> SettleDecision {
        self.ledger.settle(std::slice::from_ref(item), self.at(3_000)).await.unwrap()[0]
    }

    /// A failed attempt.
    pub fn failure(&self, payment_id: PaymentId, attempt: u32, failed_at: Timestamp) -> Fail {
        Fail {
            payment_id,
            failed: FailedAttempt { attempt, failed_at, retry_after_ms: None, jitter_permille: 0 },
            failure: AttemptFailure {
                certainty: Certainty::Unknown,
                code: "timeout".to_owned(),
                message: "no answer within 10 s".to_owned(),
                retry_after_ms: None,
            },
            origin: self.origin("payment_retry"),
            trace: Some(Self::trace_of(payment_id).at(u64::from(attempt) + 1)),
        }
    }

    /// The payment as the ledger has it.
    pub async fn payment(&self, id: PaymentId) -> Payment {
        self.ledger.payment(id).await.unwrap().unwrap()
    }

    /// The payment's status.
    pub async fn status(&self, id: PaymentId) -> PaymentStatus {
        self.ledger.payment_status(id).await.unwrap().unwrap()
    }

    /// The reservation as the ledger has it.
    pub async fn reservation(&self, id: ReservationId) -> Reservation {
        self.ledger.reservation(id).await.unwrap().unwrap()
    }

    /// The names of the payment's events, whose sequence has no gaps.
    pub async fn story(&self, id: PaymentId) -> Vec<String> {
        let events = self.ledger.timeline(id).await.unwrap();
        let sequences: Vec<u32> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=u32::try_from(events.len()).unwrap()).collect::<Vec<_>>());
        events.into_iter().map(|event| event.event).collect()
    }

    /// The product's account, which is conserved.
    pub async fn account(&self, id: ProductId) -> StockAccount {
        let account = self.ledger.stock_account(id).await.unwrap().unwrap();
        assert!(account.is_conserved(), "{account:?}");
        account
    }

    /// Asserts where the reservation stands and that its product's stock is conserved.
    pub async fn assert_stands(&self, id: ReservationId, status: ReservationStatus) {
        let reservation = self.reservation(id).await;
        assert_eq!(reservation.status, status);
        self.account(reservation.product_id).await;
    }
}

/// An authorization under this charge.
pub fn authorized(charge: &str) -> Verdict {
    Verdict::Authorized {
        charge_id: ChargeId(charge.into()),
        authorization_code: Some("145803".into()),
        card: None,
    }
}

/// A decline.
pub fn declined() -> Verdict {
    Verdict::Declined {
        charge_id: Some(ChargeId("CHAR_DECLINED".into())),
        code: "10000".into(),
        message: "NAO AUTORIZADO".into(),
        card: None,
    }
}
