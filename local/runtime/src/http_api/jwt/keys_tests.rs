use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::http_api::jwt::discovery::FetchError;
use serde_json::json;

/// Publishes the keys it is given; answers after a second.
#[derive(Default)]
struct Issuer {
    kids: std::sync::Mutex<Option<Vec<&'static str>>>,
    asked: AtomicUsize,
}

impl KeySource for &Issuer {
    async fn fetch(&self) -> Result<Value, FetchError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let kids = self.kids.lock().unwrap().clone().ok_or(FetchError::NoKeySet)?;
        let key = |kid: &&str| json!({ "kid": kid, "kty": "RSA", "n": "AQAB", "e": "AQAB" });
        Ok(json!({ "keys": kids.iter().map(key).collect::<Vec<_>>() }))
    }
}

impl Issuer {
    fn publish(&self, kids: &[&'static str]) {
        *self.kids.lock().unwrap() = Some(kids.to_vec());
    }

    fn fall_silent(&self) {
        *self.kids.lock().unwrap() = None;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn look(keys: &Keys<&Issuer>, kid: &str) -> Result<(), Denial> {
    keys.with(kid).await.map(|_| ())
}

fn keys(issuer: &Issuer) -> Keys<&Issuer> {
    Keys::from_source(issuer, &JwtAlgorithm::OF_AWS)
}

#[tokio::test(start_paused = true)]
async fn known_keys_are_asked_for_once_in_two_hours() {
    let issuer = Issuer::default();
    issuer.publish(&["a"]);
    let keys = keys(&issuer);
    for (wait_s, asked) in [(0, 1), (0, 1), (7_100, 1), (100, 2), (60, 2)] {
        tokio::time::sleep(Duration::from_secs(wait_s)).await;
        assert_eq!((look(&keys, "a").await, issuer.asked()), (Ok(()), asked), "after {wait_s} s");
    }
    assert_eq!(keys.generation(), Some(0), "the same keys are the same generation");
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_together_ask_once() {
    let issuer = Issuer::default();
    issuer.publish(&["a"]);
    let keys = keys(&issuer);
    let found = futures::future::join_all((0..50).map(|_| look(&keys, "a"))).await;
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_and_a_withdrawn_one_forgotten() {
    let issuer = Issuer::default();
    issuer.publish(&["a"]);
    let keys = keys(&issuer);
    assert_eq!(look(&keys, "a").await, Ok(()));
    issuer.publish(&["b"]);
    tokio::time::sleep(AGAIN_AFTER).await;
    assert_eq!(look(&keys, "b").await, Ok(()));
    assert_eq!(keys.generation(), Some(1));
    assert_eq!(look(&keys, "a").await, Err(Denial::Key));
}

#[tokio::test(start_paused = true)]
async fn made_up_keys_do_not_wear_the_issuer_out() {
    let issuer = Issuer::default();
    issuer.publish(&["a"]);
    let keys = keys(&issuer);
    for _ in 0..100 {
        assert_eq!(look(&keys, "made up").await, Err(Denial::Key));
    }
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(AGAIN_AFTER).await;
    assert_eq!(look(&keys, "made up").await, Err(Denial::Key));
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn keys_stay_known_while_the_issuer_is_silent() {
    let issuer = Issuer::default();
    let keys = keys(&issuer);
    assert_eq!(look(&keys, "a").await, Err(Denial::Issuer));
    issuer.publish(&["a"]);
    tokio::time::sleep(AGAIN_AFTER).await;
    assert_eq!(look(&keys, "a").await, Ok(()));
    issuer.fall_silent();
    tokio::time::sleep(LIFE).await;
    assert_eq!(look(&keys, "a").await, Ok(()));
}
