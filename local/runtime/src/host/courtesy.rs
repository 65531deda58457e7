//! Who waits for an answer goes first, also at the servers that all functions share.
//!
//! A function's niceness reaches its own processes, not the work it causes at a database or broker. So while calls
//! of less nice functions come thick and fast, the mappings of nicer ones gather larger batches, which costs less
//! a record; and while such calls even wait for an environment, the nicer ones take turns instead of running side
//! by side. Where calls come now and then, or one takes long, nobody waits for anybody.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// So many calls within [`LOAD_SPAN`] are load.
const LOAD_CALLS: usize = 5;
const LOAD_SPAN: Duration = Duration::from_millis(100);
/// How long batches gather under load.
const GATHER: Duration = Duration::from_millis(100);
/// How long a call waits for its turn before it goes on all the same: nobody is starved.
const TURN_WAIT_MAX: Duration = Duration::from_millis(500);

/// How thick calls come, and the turn that others take while they wait.
#[derive(Debug)]
pub(super) struct Courtesy {
    /// One for each niceness that another one exceeds: none where all functions are alike.
    arrivals: Vec<Arrivals>,
    turn: Semaphore,
}

/// When the latest calls of one niceness came.
#[derive(Debug)]
struct Arrivals {
    niceness: u8,
    latest: Mutex<VecDeque<Instant>>,
}

impl Courtesy {
    /// Among functions of these kinds of niceness.
    pub(super) fn new(niceness: impl IntoIterator<Item = u8>) -> Self {
        let mut niceness: Vec<u8> = niceness.into_iter().collect();
        niceness.sort_unstable();
        niceness.dedup();
        // Nobody yields to the nicest.
        niceness.pop();
        let arrivals = |niceness| Arrivals { niceness, latest: Mutex::default() };
        Self { arrivals: niceness.into_iter().map(arrivals).collect(), turn: Semaphore::new(1) }
    }

    /// A call of a function of this niceness has come.
    pub(super) fn called(&self, niceness: u8) {
        self.arrivals.iter().filter(|arrivals| arrivals.niceness == niceness).for_each(Arrivals::note);
    }

    /// How long batches for a function of this niceness gather now.
    pub(super) fn patience(&self, niceness: u8) -> Duration {
        let mut before = self.arrivals.iter().filter(|arrivals| arrivals.niceness < niceness);
        if before.any(Arrivals::are_load) { GATHER } else { Duration::ZERO }
    }

    /// Takes the turn, to be kept for the length of the call; none if nobody goes first, or if it did not
    /// come in time.
    pub(super) async fn turn(&self, do_others_go_first: impl Fn() -> bool) -> Option<SemaphorePermit<'_>> {
        if !do_others_go_first() {
            return None;
        }
        tokio::time::timeout(TURN_WAIT_MAX, self.turn.acquire()).await.ok()?.ok()
    }
}

impl Arrivals {
    fn note(&self) {
        // Nothing in here panics; a poisoned lock would still hold sound times.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == LOAD_CALLS {
            latest.pop_front();
        }
        latest.push_back(Instant::now());
    }

    fn are_load(&self) -> bool {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.len() == LOAD_CALLS && latest.front().is_some_and(|first| first.elapsed() < LOAD_SPAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: u8 = 5;
    const BACKGROUND: u8 = 19;

    fn courtesy() -> Courtesy {
        Courtesy::new([BACKGROUND, PEOPLE, BACKGROUND])
    }

    /// As many calls as make load, the last one now.
    async fn calls(courtesy: &Courtesy, niceness: u8, interval: Duration) {
        for _ in 0..LOAD_CALLS {
            tokio::time::advance(interval).await;
            courtesy.called(niceness);
        }
    }

    fn interval_of_load() -> Duration {
        LOAD_SPAN / u32::try_from(LOAD_CALLS).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_come_thick_and_fast_are_load_until_they_stop() {
        let courtesy = courtesy();
        calls(&courtesy, PEOPLE, interval_of_load()).await;
        assert_eq!(courtesy.patience(BACKGROUND), GATHER);
        tokio::time::advance(LOAD_SPAN).await;
        assert_eq!(courtesy.patience(BACKGROUND), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_now_and_then_are_no_load_and_neither_are_too_few() {
        let courtesy = courtesy();
        calls(&courtesy, PEOPLE, interval_of_load() * 2).await;
        assert_eq!(courtesy.patience(BACKGROUND), Duration::ZERO);
        let fresh = self::courtesy();
        (1..LOAD_CALLS).for_each(|_| fresh.called(PEOPLE));
        assert_eq!(fresh.patience(BACKGROUND), Duration::ZERO);
        fresh.called(PEOPLE);
        assert_eq!(fresh.patience(BACKGROUND), GATHER);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_yields_to_equals_or_to_nicer_ones() {
        let (between, nicest) = (BACKGROUND, BACKGROUND + 1);
        let courtesy = Courtesy::new([PEOPLE, between, nicest]);
        calls(&courtesy, nicest, Duration::ZERO).await;
        calls(&courtesy, between, Duration::ZERO).await;
        let patience = [PEOPLE, between, nicest].map(|niceness| courtesy.patience(niceness));
        assert_eq!(patience, [Duration::ZERO, Duration::ZERO, GATHER]);
        let alike = Courtesy::new([PEOPLE, PEOPLE]);
        calls(&alike, PEOPLE, Duration::ZERO).await;
        assert_eq!(alike.patience(PEOPLE), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_take_turns_while_others_go_first_and_are_never_starved() {
        let courtesy = courtesy();
        let started = Instant::now();
        let first = courtesy.turn(|| true).await;
        assert!(first.is_some() && started.elapsed().is_zero());
        assert!(courtesy.turn(|| true).await.is_none());
        assert_eq!(started.elapsed(), TURN_WAIT_MAX);
        drop(first);
        assert!(courtesy.turn(|| true).await.is_some());
        assert_eq!(started.elapsed(), TURN_WAIT_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_takes_turns_for_nobody() {
        let courtesy = courtesy();
        let _held = courtesy.turn(|| true).await;
        let started = Instant::now();
        assert!(courtesy.turn(|| false).await.is_none());
        assert!(started.elapsed().is_zero());
    }
}
