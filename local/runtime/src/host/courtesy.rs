//! Who waits for an answer goes first, also at the servers that all functions share.
//!
//! A function's niceness reaches its own processes, not the work it causes at a database or broker. So while less
//! nice calls keep coming, mappings gather larger batches for the nicer functions, which costs less a record; and
//! while such calls even wait for an environment, the nicer ones take turns instead of running side by side. Where
//! calls come now and then, nobody waits for anybody.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Calls have been coming without a pause for so long: that is load, and not a call now and then.
const LOAD_AFTER: Duration = Duration::from_millis(50);
/// No pause yet: who asks one thing after the other needs a moment between them.
const PAUSE_MIN: Duration = Duration::from_millis(2);
/// How long batches gather under load.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long a call waits for its turn before it goes on all the same: nobody is starved.
const TURN_WAIT_MAX: Duration = Duration::from_millis(500);

/// Which calls are under way, and the turn that others take while they wait.
#[derive(Debug)]
pub(super) struct Courtesy {
    /// By niceness, least first.
    levels: Mutex<Vec<Level>>,
    turn: Semaphore,
}

/// The calls of one niceness.
#[derive(Debug)]
struct Level {
    niceness: u8,
    under_way: usize,
    /// Since when they have been coming without a pause.
    since: Instant,
    /// When the last one ended.
    ended: Instant,
}

/// A call under way, until this is dropped.
#[derive(Debug)]
pub(super) struct UnderWay<'a> {
    courtesy: &'a Courtesy,
    niceness: u8,
}

impl Courtesy {
    /// For calls of these kinds of niceness.
    pub(super) fn new(niceness: impl IntoIterator<Item = u8>) -> Self {
        let mut niceness: Vec<u8> = niceness.into_iter().collect();
        niceness.sort_unstable();
        niceness.dedup();
        let now = Instant::now();
        let level = |niceness| Level { niceness, under_way: 0, since: now, ended: now };
        Self { levels: Mutex::new(niceness.into_iter().map(level).collect()), turn: Semaphore::new(1) }
    }

    /// A call begins.
    pub(super) fn begin(&self, niceness: u8) -> UnderWay<'_> {
        let now = Instant::now();
        self.at(niceness, |level| level.begin(now));
        UnderWay { courtesy: self, niceness }
    }

    /// How long batches for a function of this niceness gather: not at all, unless less nice calls keep coming.
    pub(super) fn patience(&self, niceness: u8) -> Duration {
        let now = Instant::now();
        let is_load = |level: &Level| level.niceness < niceness && level.is_load(now);
        if self.lock().iter().any(is_load) { PATIENCE } else { Duration::ZERO }
    }

    /// Takes the turn, to be kept for the length of the call; none if nobody goes first, or if it did not
    /// come in time.
    pub(super) async fn turn(&self, do_others_go_first: impl Fn() -> bool) -> Option<SemaphorePermit<'_>> {
        if !do_others_go_first() {
            return None;
        }
        tokio::time::timeout(TURN_WAIT_MAX, self.turn.acquire()).await.ok()?.ok()
    }

    fn at(&self, niceness: u8, change: impl FnOnce(&mut Level)) {
        self.lock().iter_mut().find(|level| level.niceness == niceness).map(change);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Level>> {
        // Nothing in here panics; a poisoned lock would still hold sound levels.
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Level {
    fn begin(&mut self, now: Instant) {
        if self.has_paused(now) {
            self.since = now;
        }
        self.under_way += 1;
    }

    fn end(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.ended = now;
    }

    fn has_paused(&self, now: Instant) -> bool {
        self.under_way == 0 && now - self.ended >= PAUSE_MIN
    }

    fn is_load(&self, now: Instant) -> bool {
        !self.has_paused(now) && now - self.since >= LOAD_AFTER
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        self.courtesy.at(self.niceness, |level| level.end(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: u8 = 5;
    const BACKGROUND: u8 = 19;

    fn courtesy() -> Courtesy {
        Courtesy::new([BACKGROUND, PEOPLE])
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_now_and_then_is_no_load() {
        let courtesy = courtesy();
        for _ in 0..3 {
            let call = courtesy.begin(PEOPLE);
            tokio::time::advance(LOAD_AFTER - PAUSE_MIN).await;
            assert_eq!(courtesy.patience(BACKGROUND), Duration::ZERO);
            drop(call);
            tokio::time::advance(PAUSE_MIN).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn load_makes_nicer_functions_patient_and_no_others() {
        let courtesy = courtesy();
        let _call = courtesy.begin(PEOPLE);
        tokio::time::advance(LOAD_AFTER).await;
        assert_eq!(courtesy.patience(BACKGROUND), PATIENCE);
        assert_eq!(courtesy.patience(PEOPLE), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn one_call_after_the_other_is_load_until_there_is_a_pause() {
        let courtesy = courtesy();
        for _ in 0..20 {
            let call = courtesy.begin(PEOPLE);
            tokio::time::advance(LOAD_AFTER / 10).await;
            drop(call);
            tokio::time::advance(PAUSE_MIN / 2).await;
        }
        assert_eq!(courtesy.patience(BACKGROUND), PATIENCE);
        tokio::time::advance(PAUSE_MIN / 2).await;
        assert_eq!(courtesy.patience(BACKGROUND), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_side_by_side_are_load_until_the_last_one_has_ended() {
        let courtesy = courtesy();
        let (one, other) = (courtesy.begin(PEOPLE), courtesy.begin(PEOPLE));
        tokio::time::advance(LOAD_AFTER).await;
        drop(one);
        tokio::time::advance(PAUSE_MIN).await;
        assert_eq!(courtesy.patience(BACKGROUND), PATIENCE);
        drop(other);
        tokio::time::advance(PAUSE_MIN).await;
        assert_eq!(courtesy.patience(BACKGROUND), Duration::ZERO);
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
