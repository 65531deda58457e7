//! Reserving.

use futures::future::join_all;
use gateway_domain::reservation::{ReserveCommand, ReserveRefusal};
use gateway_domain::{Money, ProductId, ReservationStatus, Timestamp};

use super::{Ledger, World};

/// Stock goes from available to held, in one step.
pub async fn stock_is_taken_and_held<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let made = world.hold(product, 3).await;
    assert_eq!((made.status, made.payment_id), (ReservationStatus::Held, None));
    assert_eq!(world.reservation(made.id).await, made);
    let account = world.account(product).await;
    assert_eq!((account.available, account.held), (7, 3));
}

/// Whatever speaks against the wish, it is said and nothing moves.
pub async fn a_refused_wish_takes_no_stock<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(3).await;
    let good = world.wish(product, 2);
    let other_price: Money = "49.99".parse().unwrap();
    for (wish, refusal) in [
        (
            ReserveCommand { product_id: ProductId::from_u128(world.id()), ..good.clone() },
            ReserveRefusal::ProductUnknown,
        ),
        (
            ReserveCommand { price: other_price, total_price: other_price.times(2).unwrap(), ..good.clone() },
            ReserveRefusal::PriceDiffers,
        ),
        (ReserveCommand { total_price: other_price, ..good.clone() }, ReserveRefusal::TotalDiffers),
        (world.wish(product, 4), ReserveRefusal::OutOfStock),
    ] {
        let answer = world.ledger.reserve(&wish, world.at(1), world.start).await.unwrap();
        assert_eq!(answer, Err(refusal));
        assert_eq!(world.ledger.reservation(wish.reservation_id).await.unwrap(), None);
    }
    assert_eq!(world.account(product).await.available, 3);
}

/// The answer of a call that was cut off is had by calling again.
pub async fn a_repeated_wish_takes_no_more_stock<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(3).await;
    let wish = world.wish(product, 2);
    let first = world.ledger.reserve(&wish, world.at(9), world.start).await.unwrap().unwrap();
    let again = world.ledger.reserve(&wish, world.at(99), world.at(5)).await.unwrap().unwrap();
    assert_eq!(first, again);
    assert_eq!(world.account(product).await.available, 1);
    let another = ReserveCommand { user_id: gateway_domain::UserId::new("eva").unwrap(), ..wish };
    assert!(world.ledger.reserve(&another, world.at(9), world.start).await.is_err());
}

/// One unit each, fewer units than buyers.
pub async fn sixty_four_buyers_never_oversell<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(40).await;
    let wishes: Vec<_> = (0..64).map(|_| world.wish(product, 1)).collect();
    let later: Timestamp = world.at(60_000);
    let answers = join_all(wishes.iter().map(|wish| world.ledger.reserve(wish, later, world.start))).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 40);
    assert!(
        answers.iter().flat_map(|answer| answer.as_ref().err()).all(|why| *why == ReserveRefusal::OutOfStock)
    );
    let account = world.account(product).await;
    assert_eq!((account.available, account.held), (0, 40));
}
