//! Cards that the browser encrypts for the PSP: the gateway sees neither number nor code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{SOON, Shop, psp};
use harness::card::{self, TestCard};
use harness::gateway::Answer;
use serde_json::{Value, json};

/// The `card` of a payment request, encrypted for the PSP.
async fn encrypted(shop: &Shop, card: TestCard) -> Value {
    let ciphertext = psp::encrypt(&shop.endpoints, card.number(), "123").await;
    json!({ "encrypted": ciphertext, "holder": { "name": "Jose da Silva", "tax_id": "529.982.247-25" } })
}

async fn pay(shop: &Shop, reservation_id: &str, card: &Value, key: Option<&str>) -> Answer {
    let mut body = shop.gateway.payment_body(reservation_id, &shop.item, card::APPROVED);
    body["card"] = card.clone();
    shop.gateway.pay(&body, key).await.unwrap()
}

/// Pays and waits for the end; the payment as it ended and the reservation's id.
async fn buy(shop: &Shop, card: &Value) -> (Value, String) {
    let reservation_id = shop.reserve().await;
    let accepted = pay(shop, &reservation_id, card, None).await.expect(202).unwrap();
    let payment_id = accepted["id"].as_str().unwrap();
    (shop.gateway.await_payment(payment_id, None, SOON).await.unwrap(), reservation_id)
}

#[tokio::test]
async fn an_encrypted_card_pays_like_any_other_and_the_psp_tells_which_it_was() {
    for (card, status) in [
        (card::APPROVED, "AUTHORIZED"),
        (card::DECLINED, "DECLINED"),
        (card::ERROR_THEN_FINE, "AUTHORIZED"),
        (card::ANSWER_LOST, "AUTHORIZED"),
        (card::ANALYSIS_APPROVED, "AUTHORIZED"),
    ] {
        let shop = Shop::open(1).await;
        let (payment, _) = buy(&shop, &encrypted(&shop, card).await).await;
        assert_eq!(payment["status"], status, "{card:?}: {payment}");
        let last4 = &card.number()[card.number().len() - 4..];
        assert_eq!(payment["card"], json!({ "brand": "visa", "last4": last4 }), "{card:?}: {payment}");
        let charges = psp::charges(&shop.endpoints, payment["id"].as_str().unwrap()).await;
        assert_eq!(charges.len(), 1, "{card:?}");
        assert_eq!(charges[0]["payment_method"]["card"]["holder"]["name"], "Jose da Silva", "{card:?}");
    }
}

#[tokio::test]
async fn a_repeated_request_is_replayed_and_another_ciphertext_is_another_payload() {
    let shop = Shop::open(1).await;
    let (reservation_id, key) = (shop.reserve().await, e2e::unique("key"));
    let card = encrypted(&shop, card::APPROVED).await;
    let first = pay(&shop, &reservation_id, &card, Some(&key)).await;
    assert_eq!(first.status, 202, "{first:?}");
    shop.gateway.await_payment(first.text("/id"), Some("AUTHORIZED"), SOON).await.unwrap();
    let again = pay(&shop, &reservation_id, &card, Some(&key)).await;
    assert_eq!((again.text("/id"), again.text("/status")), (first.text("/id"), "AUTHORIZED"), "{again:?}");
    let anew = encrypted(&shop, card::APPROVED).await;
    let refused = pay(&shop, &reservation_id, &anew, Some(&key)).await;
    assert_eq!((refused.status, refused.text("/code")), (422, "idempotency_key_reused"));
}

/// A declined payment asks the buyer to encrypt the card anew, and then that pays.
#[tokio::test]
async fn a_used_ciphertext_is_declined_and_a_new_one_of_the_same_card_pays() {
    let shop = Shop::open(2).await;
    let used = encrypted(&shop, card::APPROVED).await;
    buy(&shop, &used).await;
    let (declined, reservation_id) = buy(&shop, &used).await;
    assert_eq!(
        (&declined["status"], &declined["reason"]),
        (&json!("DECLINED"), &json!("encrypted_card_refused"))
    );
    let told = declined["events"].as_array().unwrap().last().unwrap();
    assert_eq!(told["detail"]["advice"], "encrypt_again", "{declined}");
    assert_eq!(declined.get("card"), None, "there is no charge that would tell: {declined}");
    assert_eq!(psp::charges(&shop.endpoints, declined["id"].as_str().unwrap()).await.len(), 0);
    assert_eq!(shop.reservation_status(&reservation_id).await, "HELD");
    let anew = encrypted(&shop, card::APPROVED).await;
    let accepted = pay(&shop, &reservation_id, &anew, None).await.expect(202).unwrap();
    let paid = shop.gateway.await_payment(accepted["id"].as_str().unwrap(), None, SOON).await.unwrap();
    assert_eq!(paid["status"], "AUTHORIZED", "{paid}");
}

/// What surely did nothing leaves no doubt; after an answer that proves nothing the PSP is asked first.
#[tokio::test]
async fn a_ciphertext_that_a_fault_used_up_ends_the_payment_without_a_charge() {
    for (card, status) in [(card::USED_UP_BY_THROTTLING, "DECLINED"), (card::USED_UP_BY_ERROR, "FAILED")] {
        let shop = Shop::open(1).await;
        let (payment, reservation_id) = buy(&shop, &encrypted(&shop, card).await).await;
        assert_eq!((&payment["status"], &payment["attempt"]), (&json!(status), &json!(2)), "{payment}");
        assert_eq!(payment["reason"], "encrypted_card_refused", "{payment}");
        let told = payment["events"].as_array().unwrap().last().unwrap();
        assert_eq!(told["detail"]["advice"], "encrypt_again", "{payment}");
        assert_eq!(psp::charges(&shop.endpoints, payment["id"].as_str().unwrap()).await.len(), 0);
        assert_eq!(shop.reservation_status(&reservation_id).await, "HELD");
    }
}
