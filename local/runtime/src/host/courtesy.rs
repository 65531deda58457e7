//! Who waits for an answer goes first, also at the servers that all functions share.
//!
//! A function's niceness reaches its own processes, not the work it causes at a database or broker.
//! So while calls of a less nice function wait for an environment, calls of the nicer ones take turns
//! instead of running side by side. Mappings then deliver larger batches, which costs less a record.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a call stands back before it goes on all the same: nobody is starved.
const STAND_BACK_MAX: Duration = Duration::from_millis(500);

/// The turn that calls take while others go first.
#[derive(Debug)]
pub(super) struct Courtesy {
    turn: Semaphore,
}

impl Default for Courtesy {
    fn default() -> Self {
        Self { turn: Semaphore::new(1) }
    }
}

impl Courtesy {
    /// Takes the turn, to be kept for the length of the call; none if nobody goes first, or if it did not
    /// come in time.
    pub(super) async fn turn(&self, do_others_go_first: impl Fn() -> bool) -> Option<SemaphorePermit<'_>> {
        if !do_others_go_first() {
            return None;
        }
        tokio::time::timeout(STAND_BACK_MAX, self.turn.acquire()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_take_turns_while_others_go_first_and_are_never_starved() {
        let courtesy = Courtesy::default();
        let started = tokio::time::Instant::now();
        let first = courtesy.turn(|| true).await;
        assert!(first.is_some() && started.elapsed().is_zero());
        assert!(courtesy.turn(|| true).await.is_none());
        assert_eq!(started.elapsed(), STAND_BACK_MAX);
        drop(first);
        assert!(courtesy.turn(|| true).await.is_some());
        assert_eq!(started.elapsed(), STAND_BACK_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_stands_back_for_nobody() {
        let courtesy = Courtesy::default();
        let _held = courtesy.turn(|| true).await;
        let started = tokio::time::Instant::now();
        assert!(courtesy.turn(|| false).await.is_none());
        assert!(started.elapsed().is_zero());
    }
}
