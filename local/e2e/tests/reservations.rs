//! Reservations under their races and at their end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::{SOON, Shop, eventually, ledger};
use harness::card;

#[tokio::test]
async fn four_hundred_reservations_of_one_on_a_stock_of_a_hundred_grant_a_hundred() {
    let shop = Arc::new(Shop::open(100).await);
    let (granted, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let next = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..64)
        .map(|_| {
            let (shop, granted, refused, next) =
                (Arc::clone(&shop), Arc::clone(&granted), Arc::clone(&refused), Arc::clone(&next));
            tokio::spawn(async move {
                while next.fetch_add(1, Ordering::Relaxed) < 400 {
                    match shop.gateway.reserve(&shop.item).await.unwrap().status {
                        201 => granted.fetch_add(1, Ordering::Relaxed),
                        409 => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("status {other}"),
                    };
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!((granted.load(Ordering::Relaxed), refused.load(Ordering::Relaxed)), (100, 300));
    assert_eq!(shop.available().await, 0);
    let ledger = ledger::connect(&shop.endpoints).await;
    assert_eq!(ledger::stock_drift(&ledger, &shop.item.product_id).await, 0);
}

#[tokio::test]
async fn an_expired_reservation_gives_its_stock_back_once() {
    let shop = Shop::open(2).await;
    let reservation_id = shop.reserve().await;
    assert_eq!(shop.available().await, 1);
    let ledger = ledger::connect(&shop.endpoints).await;
    ledger::let_expire(&ledger, &reservation_id).await;
    eventually("the release", async || {
        (shop.reservation_status(&reservation_id).await == "RELEASED").then_some(())
    })
    .await;
    assert_eq!(shop.available().await, 2);
    assert_eq!(ledger::stock_drift(&ledger, &shop.item.product_id).await, 0);
}

/// It has no stock to go back to, and is the first of all that have expired.
#[tokio::test]
async fn a_reservation_of_a_deleted_product_holds_up_no_other() {
    let (gone, shop) = (Shop::open(1).await, Shop::open(1).await);
    let (orphan, reservation_id) = (gone.reserve().await, shop.reserve().await);
    let ledger = ledger::connect(&shop.endpoints).await;
    ledger::delete_product(&ledger, &gone.item.product_id).await;
    ledger::let_expire(&ledger, &orphan).await;
    ledger::let_expire(&ledger, &reservation_id).await;
    eventually("the release", async || {
        (shop.reservation_status(&reservation_id).await == "RELEASED").then_some(())
    })
    .await;
    assert_eq!(gone.reservation_status(&orphan).await, "HELD");
}

#[tokio::test]
async fn a_released_reservation_cannot_be_paid() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    shop.gateway.delete(&format!("/reservations/{reservation_id}")).await.unwrap().expect(204).unwrap();
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card::APPROVED);
    let answer = shop.gateway.pay(&body, None).await.unwrap();
    assert_eq!(answer.status, 409, "{answer:?}");
}

#[tokio::test]
async fn a_paid_reservation_neither_expires_nor_can_be_given_back() {
    let shop = Shop::open(1).await;
    let (payment, reservation_id) = shop.buy(card::APPROVED).await;
    assert_eq!(payment["status"], "AUTHORIZED");
    let ledger = ledger::connect(&shop.endpoints).await;
    ledger::let_expire(&ledger, &reservation_id).await;
    let answer = shop.gateway.delete(&format!("/reservations/{reservation_id}")).await.unwrap();
    assert_eq!(answer.status, 409, "{answer:?}");
    // Another one that expires meanwhile shows that the schedule has run.
    let other = Shop::open(1).await;
    let witness = other.reserve().await;
    ledger::let_expire(&ledger, &witness).await;
    eventually("the schedule's run", async || {
        (other.reservation_status(&witness).await == "RELEASED").then_some(())
    })
    .await;
    assert_eq!(shop.reservation_status(&reservation_id).await, "CONFIRMED");
    let again = shop.gateway.await_payment(payment["id"].as_str().unwrap(), None, SOON).await.unwrap();
    assert_eq!(again["status"], "AUTHORIZED");
}

#[tokio::test]
async fn what_cannot_be_reserved_is_refused_with_its_reason() {
    let shop = Shop::open(1).await;
    for (quantity, total, status) in
        [(1, "19.91", 422), (2, "39.80", 409), (101, "2009.90", 422), (0, "0", 422)]
    {
        let item = harness::gateway::Item { quantity, total_price: total.to_owned(), ..shop.item.clone() };
        let answer = shop.gateway.reserve(&item).await.unwrap();
        assert_eq!(answer.status, status, "{quantity} for {total}: {answer:?}");
    }
}
