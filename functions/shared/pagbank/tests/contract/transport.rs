//! A PSP that is not there, does not know us, or does not speak.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use gateway_domain::PaymentId;
use gateway_ports::provider::{CancelOutcome, PaymentProvider as _};
use psp_simulator::Options;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::world::{amount, card, charge_id, charge_with, inquiry_words, pagbank, words, world};

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn a_refused_connection_is_surely_no_charge() {
    let (listener, url) = listener().await;
    drop(listener);
    let pagbank = pagbank(&url, Options::default().token);
    assert_eq!(words(&charge_with(&pagbank, 1, &card("approve")).await), "NOT_CHARGED not_connected");
    let asked = pagbank.find_by_payment(PaymentId::from_u128(1), amount()).await;
    assert!(inquiry_words(&asked).starts_with("unanswered: not_connected"), "{asked:?}");
}

#[tokio::test]
async fn a_psp_that_never_answers_is_unknown_in_time() {
    let (_listener, url) = listener().await;
    let pagbank = pagbank(&url, Options::default().token);
    assert_eq!(words(&charge_with(&pagbank, 1, &card("approve")).await), "UNKNOWN timeout");
    let asked = pagbank.find_by_payment(PaymentId::from_u128(1), amount()).await;
    assert_eq!(inquiry_words(&asked), "unanswered: timeout: no answer in time");
}

#[tokio::test]
async fn a_wrong_token_charges_nothing_and_says_nothing_of_charges() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("approve")).await);
    let stranger = pagbank(&world.psp.url(), "wrong".to_owned());
    assert_eq!(words(&charge_with(&stranger, 1, &card("approve")).await), "NOT_CHARGED http_401");
    let asked = stranger.find_by_payment(PaymentId::from_u128(1), amount()).await;
    assert!(inquiry_words(&asked).starts_with("unanswered: HTTP 401"), "{asked:?}");
    assert!(matches!(stranger.cancel(&id, amount()).await, CancelOutcome::Unanswered { .. }));
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    // A proxy in front of the simulator that counts the connections it gets.
    let world = world().await;
    let (listener, url) = listener().await;
    let opened = Arc::new(Mutex::new(0));
    let (count, psp) = (Arc::clone(&opened), world.psp.address);
    tokio::spawn(async move {
        while let Ok((mut inbound, _)) = listener.accept().await {
            *count.lock().unwrap() += 1;
            let mut outbound = tokio::net::TcpStream::connect(psp).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut inbound, &mut outbound).await });
        }
    });
    let pagbank = pagbank(&url, Options::default().token);
    for number in 1..=5 {
        assert_eq!(words(&charge_with(&pagbank, number, &card("approve")).await), "AUTHORIZED");
    }
    assert_eq!(*opened.lock().unwrap(), 1);
}

#[tokio::test]
async fn neither_failure_nor_verdict_shows_the_card() {
    let world = world().await;
    for (number, alias) in
        ["always-closed", "always-error", "unreadable", "insufficient-funds"].into_iter().enumerate()
    {
        let outcome = world.charge(number as u128 + 1, &card(alias)).await;
        let number = psp_simulator::cards::by_alias(alias).unwrap().number;
        assert!(!format!("{outcome:?}").contains(number), "{alias}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_request_is_sent_with_key_version_and_an_accept_that_pagbank_takes() {
    let (listener, url) = listener().await;
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        let length = stream.read(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..length]).to_lowercase()
    });
    charge_with(&pagbank(&url, "secret".to_owned()), 1, &card("approve")).await;
    let heard = heard.await.unwrap();
    for header in [
        "post /charges http/1.1",
        "authorization: bearer secret",
        "accept: */*",
        "x-api-version: 4.0",
        "x-idempotency-key: 00000000000000000000000001",
        "content-type: application/json",
    ] {
        assert!(heard.contains(header), "{header} is missing in {heard}");
    }
}
