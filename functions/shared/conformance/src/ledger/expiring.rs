//! Expiry.

use futures::future::join_all;
use gateway_domain::limits::RESERVATION_LIFE_MS;
use gateway_domain::{ReservationId, ReservationStatus, Timestamp};

use super::{Ledger, World};

const AT_ONCE: u32 = 50;

/// Everything that expires at `now`, whoever's it is.
async fn expire_all<L: Ledger>(world: &World<'_, L>, now: Timestamp) -> Vec<ReservationId> {
    let mut expired = Vec::new();
    loop {
        let batch = world.ledger.expire(now, AT_ONCE).await.unwrap();
        assert!(batch.len() <= AT_ONCE as usize);
        if batch.is_empty() {
            return expired;
        }
        expired.extend(batch);
    }
}

/// To the millisecond.
pub async fn what_expired_is_released_and_not_before<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(5).await;
    let held = world.hold(product, 2).await;
    assert!(!expire_all(world, world.at(RESERVATION_LIFE_MS - 1)).await.contains(&held.id));
    world.assert_stands(held.id, ReservationStatus::Held).await;
    assert!(expire_all(world, world.at(RESERVATION_LIFE_MS)).await.contains(&held.id));
    world.assert_stands(held.id, ReservationStatus::Released).await;
    assert_eq!(world.account(product).await.available, 5);
    assert!(expire_all(world, world.at(RESERVATION_LIFE_MS)).await.is_empty());
}

/// However long it takes.
pub async fn what_is_being_paid_never_expires<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    expire_all(world, world.at(100 * RESERVATION_LIFE_MS)).await;
    world.assert_stands(reservation.id, ReservationStatus::Paying).await;
}

/// Of several products, so that stock rows are shared between the calls.
pub async fn overlapping_calls_release_each_once<L: Ledger>(world: &World<'_, L>) {
    let products = [world.product(100).await, world.product(100).await];
    let mut held = Vec::new();
    for number in 0..24 {
        held.push(world.hold(products[number % 2], 3).await.id);
    }
    let calls = (0..8).map(|_| expire_all(world, world.at(RESERVATION_LIFE_MS)));
    let mut expired: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    expired.retain(|id| held.contains(id));
    expired.sort_unstable();
    held.sort_unstable();
    assert_eq!(expired, held);
    for product in products {
        assert_eq!(world.account(product).await.available, 100);
    }
}
