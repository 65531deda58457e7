//! Runs on the ledger in memory, and on ledgers that never end or are away.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gateway_domain::reservation::ReserveCommand;
use gateway_domain::{Money, ProductId, Quantity, ReservationId, Timestamp, UserId};
use gateway_edge::schedule::ScheduledJob as _;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::reservations::Reservations as _;
use gateway_ports::{Clock, PortError};

use crate::{Expire, ExpireReservations, PAGE, Report};

const PRODUCT: ProductId = ProductId::from_u128(1);
const EXPIRY: Timestamp = Timestamp::from_millis(1_000);

/// `count` reservations of one unit, all held until [`EXPIRY`].
async fn ledger(count: u32) -> MemoryLedger {
    let ledger = MemoryLedger::new();
    let (price, start) = (Money::from_units(10_000), Timestamp::from_millis(0));
    let product = NewProduct { id: PRODUCT, name: "Mouse".into(), price, stock: count };
    ledger.create(&product, start).await.unwrap();
    for number in 0..count {
        let command = ReserveCommand {
            reservation_id: ReservationId::from_u128(u128::from(number) + 1),
            product_id: PRODUCT,
            user_id: UserId::new("ana").unwrap(),
            quantity: Quantity::new(1).unwrap(),
            price,
            total_price: price,
        };
        ledger.reserve(&command, EXPIRY, start).await.unwrap().unwrap();
    }
    ledger
}

#[tokio::test]
async fn everything_expired_is_released_page_by_page() {
    for (count, now, released, pages) in [
        (0, 1_000, 0, 1),
        (3, 999, 0, 1),
        (3, 1_000, 3, 1),
        (PAGE, 1_000, PAGE, 2),
        (PAGE + 1, 1_000, PAGE + 1, 2),
    ] {
        let clock = ManualClock::new(Timestamp::from_millis(now), 1);
        let job = ExpireReservations { ledger: ledger(count).await, clock, budget_ms: 1 };
        let report = Report { released: released as usize, pages, more: false };
        assert_eq!(job.run().await, Ok(report), "{count} at {now}");
        let available = job.ledger.product(PRODUCT).await.unwrap().unwrap().available;
        assert_eq!(available, released, "{count} at {now}");
        assert_eq!(job.run().await.unwrap().released, 0, "nothing is released twice");
    }
}

/// A ledger that always has a full page and takes 400 ms for it; also the clock that tells so.
#[derive(Clone, Default)]
struct Endless(Arc<AtomicI64>);

impl Expire for Endless {
    async fn expire(&self, _now: Timestamp, limit: u32) -> Result<Vec<ReservationId>, PortError> {
        self.0.fetch_add(400, Ordering::SeqCst);
        Ok(vec![ReservationId::from_u128(1); limit as usize])
    }
}

impl Clock for Endless {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn ulid(&self) -> u128 {
        0
    }

    fn jitter_permille(&self) -> i64 {
        0
    }
}

#[tokio::test]
async fn a_run_ends_when_its_time_is_up() {
    let endless = Endless::default();
    let job = ExpireReservations { ledger: endless.clone(), clock: endless, budget_ms: 1_000 };
    assert_eq!(job.run().await, Ok(Report { released: 3 * PAGE as usize, pages: 3, more: true }));
}

/// A ledger that is away.
struct Away;

impl Expire for Away {
    async fn expire(&self, _now: Timestamp, _limit: u32) -> Result<Vec<ReservationId>, PortError> {
        Err(PortError::transient("connection refused"))
    }
}

#[tokio::test]
async fn a_ledger_that_is_away_fails_the_run() {
    let clock = ManualClock::new(EXPIRY, 1);
    let job = ExpireReservations { ledger: Away, clock, budget_ms: 1_000 };
    assert!(job.run().await.unwrap_err().contains("connection refused"));
}
