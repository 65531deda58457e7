//! One buyer: reserves, pays, asks again, tries another card, changes their mind.

use std::sync::Arc;

use gateway_domain::{PaymentId, PaymentStatus, ReservationId};

use super::Order;
use super::requests::{self, Heard};
use crate::check::Promise;
use crate::runtime::lock;
use crate::world::World;

/// A buyer asks what became of a payment so often, and waits so long in between, in milliseconds.
const LOOKS_MAX: usize = 120;
const LOOK_MS: i64 = 30_000;

pub(super) async fn shop(world: &Arc<World>, order: &Order) {
    world.sleep(order.at_ms).await;
    let Some(reservation) = reserve(world, order).await else { return };
    world.sleep(order.thinks_ms).await;
    if let Some(wait_ms) = order.gives_back_ms {
        let there = Arc::clone(world);
        world.runtime.spawn(async move {
            there.sleep(wait_ms).await;
            requests::give_back(&there, reservation).await;
        });
    }
    for card in 0..=order.cards {
        let Some(payment) = pay_with(world, order, reservation, card).await else { return };
        let ended = watch(world, payment).await;
        if !matches!(ended, Some(PaymentStatus::Declined | PaymentStatus::Failed)) {
            return;
        }
    }
}

async fn reserve(world: &Arc<World>, order: &Order) -> Option<ReservationId> {
    for _ in 0..=order.patience {
        match requests::reserve(world, order).await {
            Heard::Good(id) => return Some(id),
            Heard::Refused => return None,
            Heard::Again => world.sleep(1_000).await,
        }
    }
    None
}

async fn pay_with(
    world: &Arc<World>,
    order: &Order,
    reservation: ReservationId,
    card: u32,
) -> Option<PaymentId> {
    let key = order.has_key.then(|| format!("{}-{card}", order.user));
    if order.double {
        aside(world, order, reservation, key.clone());
    }
    if order.rivals_itself {
        aside(world, order, reservation, Some(format!("{}-{card}-rival", order.user)));
    }
    pay(world, order, reservation, key).await
}

/// Another request of the same buyer, side by side.
fn aside(world: &Arc<World>, order: &Order, reservation: ReservationId, key: Option<String>) {
    let (there, order) = (Arc::clone(world), order.clone());
    world.runtime.spawn(async move {
        pay(&there, &order, reservation, key).await;
    });
}

async fn pay(
    world: &Arc<World>,
    order: &Order,
    reservation: ReservationId,
    key: Option<String>,
) -> Option<PaymentId> {
    for again in 0..=order.patience {
        match requests::pay(world, order, reservation, key.as_deref()).await {
            Heard::Good(payment_id) => {
                let key = key.map(|key| format!("{}/{key}", order.user));
                let amount = order.price.times(order.quantity);
                let promise = Promise { payment_id, reservation_id: reservation, amount, key };
                lock(&world.judge).promised(promise);
                return Some(payment_id);
            }
            Heard::Refused => return None,
            Heard::Again => world.sleep(1_000 * i64::from(1 + again * again * 2)).await,
        }
    }
    None
}

/// Looks until the payment is final; what a buyer was told to be final must stay so.
async fn watch(world: &Arc<World>, payment_id: PaymentId) -> Option<PaymentStatus> {
    let mut last = None;
    for _ in 0..LOOKS_MAX {
        world.sleep(LOOK_MS).await;
        if let Some(status) = requests::status(world, payment_id, last).await {
            last = Some(status);
            lock(&world.judge).was_told(payment_id, status);
            if status.is_final() {
                return Some(status);
            }
        }
    }
    None
}
