//! How long a value is used, on a clock that the tests move.

use std::sync::Mutex as StdMutex;

use super::*;

/// A secret that is changed by hand, and counts how often it is read; without a value it cannot be read.
#[derive(Default)]
struct Hand {
    token: StdMutex<Option<&'static str>>,
    read: StdMutex<u32>,
}

impl Hand {
    fn put(&self, token: Option<&'static str>) {
        *self.token.lock().unwrap() = token;
    }
}

impl FetchSecret for &Hand {
    async fn fetch(&self) -> Result<SecretText, PortError> {
        *self.read.lock().unwrap() += 1;
        let token = *self.token.lock().unwrap();
        let text = token.map(|token| Zeroizing::new(format!(r#"{{"token":"{token}"}}"#)));
        text.map(SecretText::new).ok_or_else(|| PortError::transient("away"))
    }
}

async fn current(kept: &Kept<&Hand>) -> Result<String, String> {
    kept.current().await.map(|value| value.to_string()).map_err(|error| error.message)
}

async fn instead_of(kept: &Kept<&Hand>, refused: &str) -> Option<String> {
    let refused = Arc::new(Zeroizing::new(refused.to_owned()));
    kept.instead_of(&refused).await.map(|value| value.to_string())
}

fn read(hand: &Hand) -> u32 {
    *hand.read.lock().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_value_is_read_once_and_again_when_it_is_old() {
    let hand = Hand::default();
    hand.put(Some("a"));
    let kept = Kept::new(&hand, "token");
    for (after, new, expected, reads) in
        [(0, "a", "a", 1), (299, "b", "a", 1), (1, "b", "b", 2), (1, "c", "b", 2)]
    {
        hand.put(Some(new));
        tokio::time::advance(Duration::from_secs(after)).await;
        assert_eq!(current(&kept).await.as_deref(), Ok(expected), "{after} s");
        assert_eq!(read(&hand), reads, "{after} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_old_value_is_better_than_none() {
    let hand = Hand::default();
    let kept = Kept::new(&hand, "token");
    assert_eq!(current(&kept).await, Err("away".to_owned()));
    hand.put(Some("a"));
    assert_eq!(current(&kept).await.as_deref(), Ok("a"));
    hand.put(None);
    tokio::time::advance(AGE_MAX).await;
    assert_eq!(current(&kept).await.as_deref(), Ok("a"));
    // It was tried just now: nobody else waits for the next failure.
    assert_eq!((current(&kept).await.as_deref(), read(&hand)), (Ok("a"), 3));
}

#[tokio::test(start_paused = true)]
async fn a_refused_value_is_read_again_but_not_on_and_on() {
    let hand = Hand::default();
    hand.put(Some("a"));
    let kept = Kept::new(&hand, "token");
    current(&kept).await.unwrap();
    hand.put(Some("b"));
    // Read this instant: whoever is refused now is refused for another reason.
    assert_eq!((instead_of(&kept, "a").await, read(&hand)), (None, 1));
    tokio::time::advance(ASK_AGAIN_AFTER).await;
    assert_eq!((instead_of(&kept, "a").await.as_deref(), read(&hand)), (Some("b"), 2));
    // Others who were refused with the old one find the new one there.
    assert_eq!((instead_of(&kept, "a").await.as_deref(), read(&hand)), (Some("b"), 2));
    tokio::time::advance(ASK_AGAIN_AFTER).await;
    assert_eq!((instead_of(&kept, "b").await, read(&hand)), (None, 3));
    hand.put(None);
    tokio::time::advance(ASK_AGAIN_AFTER).await;
    assert_eq!((instead_of(&kept, "b").await, read(&hand)), (None, 4));
    assert_eq!(current(&kept).await.as_deref(), Ok("b"));
}

#[tokio::test(start_paused = true)]
async fn many_who_ask_at_once_are_one_call() {
    let hand = Hand::default();
    hand.put(Some("a"));
    let kept = Arc::new(Kept::new(&hand, "token"));
    let (first, second, third) = tokio::join!(current(&kept), current(&kept), current(&kept));
    assert_eq!((first.is_ok(), second, third), (true, Ok("a".to_owned()), Ok("a".to_owned())));
    assert_eq!(read(&hand), 1);
}
