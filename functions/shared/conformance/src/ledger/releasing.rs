//! Releasing.

use futures::future::join_all;
use gateway_domain::reservation::ReleaseDecision;
use gateway_domain::{ReservationId, ReservationStatus};

use super::world::authorized;
use super::{Ledger, World};

/// And again without harm.
pub async fn a_held_reservation_is_released_once<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(5).await;
    let held = world.hold(product, 2).await;
    for expected in [ReleaseDecision::Release, ReleaseDecision::AlreadyReleased] {
        assert_eq!(world.ledger.release(held.id, world.at(5)).await.unwrap(), Some(expected));
        world.assert_stands(held.id, ReservationStatus::Released).await;
        assert_eq!(world.account(product).await.available, 5);
    }
    let unknown = ReservationId::from_u128(world.id());
    assert_eq!(world.ledger.release(unknown, world.at(5)).await.unwrap(), None);
}

/// Its stock is spoken for.
pub async fn what_is_being_paid_or_is_paid_stays<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let refused = |status| Some(ReleaseDecision::Refuse(status));
    let released = world.ledger.release(reservation.id, world.at(5)).await.unwrap();
    assert_eq!(released, refused(ReservationStatus::Paying));
    world.settle(&world.verdict(reservation.payment_id.unwrap(), authorized("CHAR_R"))).await;
    let released = world.ledger.release(reservation.id, world.at(5)).await.unwrap();
    assert_eq!(released, refused(ReservationStatus::Confirmed));
    world.assert_stands(reservation.id, ReservationStatus::Confirmed).await;
}

/// Whoever comes first.
pub async fn parallel_releases_give_back_once<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(5).await;
    let held = world.hold(product, 2).await;
    let answers = join_all((0..16).map(|_| world.ledger.release(held.id, world.at(5)))).await;
    let released = answers.into_iter().map(|answer| answer.unwrap().unwrap());
    assert_eq!(released.filter(|decision| *decision == ReleaseDecision::Release).count(), 1);
    assert_eq!(world.account(product).await.available, 5);
}
