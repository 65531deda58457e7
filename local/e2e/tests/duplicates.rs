//! Repeated requests: refused, replayed, or taken for what they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{SOON, Shop, psp, unique};
use futures::future::join_all;
use harness::card;
use harness::gateway::Answer;

#[tokio::test]
async fn of_fifty_identical_payments_in_parallel_one_is_accepted() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card::APPROVED);
    let answers: Vec<Answer> = join_all((0..50).map(|_| shop.gateway.pay(&body, None)))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 202).collect();
    assert_eq!(accepted.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status, 202 | 409)), "{answers:?}");
    let payment_id = accepted[0].text("/id");
    let payment = shop.gateway.await_payment(payment_id, None, SOON).await.unwrap();
    assert_eq!(payment["status"], "AUTHORIZED");
    assert_eq!(psp::charges(&shop.endpoints, payment_id).await.len(), 1);
}

#[tokio::test]
async fn a_duplicate_is_told_what_it_is() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card::APPROVED);
    shop.gateway.pay(&body, None).await.unwrap().expect(202).unwrap();
    let answer = shop.gateway.pay(&body, None).await.unwrap();
    assert_eq!(answer.status, 409);
    assert!(answer.text("/detail").contains("Pedido de pagamento recusado"), "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn an_idempotency_key_replays_the_same_payment_with_its_current_state() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    let key = unique("key");
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card::APPROVED);
    let first = shop.gateway.pay(&body, Some(&key)).await.unwrap();
    assert_eq!(first.status, 202, "{first:?}");
    shop.gateway.await_payment(first.text("/id"), Some("AUTHORIZED"), SOON).await.unwrap();
    let second = shop.gateway.pay(&body, Some(&key)).await.unwrap();
    assert_eq!(second.status, 202, "{second:?}");
    assert_eq!(second.headers["location"], first.headers["location"]);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    assert_eq!(second.text("/status"), "AUTHORIZED");
}

#[tokio::test]
async fn an_idempotency_key_is_good_for_one_payload_and_one_user() {
    let shop = Shop::open(2).await;
    let (first, second) = (shop.reserve().await, shop.reserve().await);
    let key = unique("key");
    let pay = async |reservation_id: &str| {
        let body = shop.gateway.payment_body(reservation_id, &shop.item, card::APPROVED);
        shop.gateway.pay(&body, Some(&key)).await.unwrap()
    };
    assert_eq!(pay(&first).await.status, 202);
    assert_eq!(pay(&second).await.status, 422);
    let other = Shop::open(1).await;
    let reservation_id = other.reserve().await;
    let body = other.gateway.payment_body(&reservation_id, &other.item, card::APPROVED);
    assert_eq!(other.gateway.pay(&body, Some(&key)).await.unwrap().status, 202);
}

#[tokio::test]
async fn fifty_repetitions_of_one_key_in_parallel_are_one_payment() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    let key = unique("key");
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card::APPROVED);
    let answers = join_all((0..50).map(|_| shop.gateway.pay(&body, Some(&key)))).await;
    let answers: Vec<Answer> = answers.into_iter().map(Result::unwrap).collect();
    let mut locations: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 202)
        .map(|answer| answer.headers["location"].clone())
        .collect();
    assert!(answers.iter().all(|answer| matches!(answer.status, 202 | 409)), "{answers:?}");
    locations.dedup();
    assert_eq!(locations.len(), 1, "{answers:?}");
}
