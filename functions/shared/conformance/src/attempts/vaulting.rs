//! Putting, reading and erasing cards.

use gateway_domain::CardSecret;
use gateway_domain::card::EncryptedCard;

use super::{Payments, claim, claimed, encrypted_card, fresh_payment, name, now, put, raw_card};

/// What was accepted can be read back; a payment that nobody put cannot.
pub async fn a_put_payment_is_pending_without_its_card(store: impl Payments) {
    let item = fresh_payment(now());
    assert_eq!(store.pending(item.payment_id).await.unwrap(), None);
    store.put(&item, raw_card()).await.unwrap();
    assert_eq!(store.pending(item.payment_id).await.unwrap(), Some(item));
}

/// In clear or as the PSP's own ciphertext.
pub async fn the_card_comes_back_as_it_was(store: impl Payments) {
    for card in [raw_card, encrypted_card] {
        let item = fresh_payment(now());
        store.put(&item, card()).await.unwrap();
        let claimed = claimed(&store, item.payment_id, 1, now()).await;
        assert!(same(&claimed.card, &card()));
    }
}

/// A request that takes over a lapsed claim puts the same payment again.
pub async fn a_repeated_put_keeps_the_first_card(store: impl Payments) {
    let item = fresh_payment(now());
    store.put(&item, encrypted_card()).await.unwrap();
    store.put(&item, raw_card()).await.unwrap();
    assert!(same(&claimed(&store, item.payment_id, 1, now()).await.card, &encrypted_card()));
    store.erase(item.payment_id).await.unwrap();
    store.put(&item, raw_card()).await.unwrap();
    let later = now().plus_millis(super::LEASE_MS);
    assert_eq!(name(&claim(&store, item.payment_id, 1, later).await), "card gone may_be_charged=true");
}

/// Whether a charge may exist is still known, and so is what was accepted.
pub async fn erasing_takes_the_card_and_nothing_else(store: impl Payments) {
    let now = now();
    let item = fresh_payment(now);
    store.put(&item, raw_card()).await.unwrap();
    store.erase(item.payment_id).await.unwrap();
    assert_eq!(name(&claim(&store, item.payment_id, 1, now).await), "card gone may_be_charged=false");
    assert_eq!(store.pending(item.payment_id).await.unwrap(), Some(item));
    let leased = put(&store, now).await;
    claimed(&store, leased, 1, now).await;
    store.erase(leased).await.unwrap();
    let answer = name(&claim(&store, leased, 1, now).await);
    assert!(answer.starts_with("busy"), "the holder is still at work: {answer}");
}

/// Neither the first time nor the second.
pub async fn erasing_what_is_not_there_is_no_error(store: impl Payments) {
    let item = fresh_payment(now());
    store.erase(item.payment_id).await.unwrap();
    assert_eq!(store.pending(item.payment_id).await.unwrap(), None);
    store.put(&item, raw_card()).await.unwrap();
    store.erase(item.payment_id).await.unwrap();
    store.erase(item.payment_id).await.unwrap();
}

fn same(one: &CardSecret, other: &CardSecret) -> bool {
    match (one, other) {
        (CardSecret::Raw { pan, cvv, expiry }, CardSecret::Raw { pan: pan2, cvv: cvv2, expiry: expiry2 }) => {
            (pan.expose(), cvv.expose(), expiry) == (pan2.expose(), cvv2.expose(), expiry2)
        }
        (CardSecret::Encrypted(card), CardSecret::Encrypted(card2)) => {
            let holder = |card: &EncryptedCard| {
                card.holder().map(|holder| (holder.name().to_owned(), holder.tax_id().to_owned()))
            };
            (card.expose(), holder(card)) == (card2.expose(), holder(card2))
        }
        _ => false,
    }
}
