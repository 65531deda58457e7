//! Waiting for a time.

use std::cmp::{Ordering, Reverse};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{Runtime, lock};

/// Ends when its time has come.
pub struct Sleep {
    runtime: Arc<Runtime>,
    at_ms: i64,
    registered: Option<Waker>,
}

impl Sleep {
    pub(super) const fn new(runtime: Arc<Runtime>, at_ms: i64) -> Self {
        Self { runtime, at_ms, registered: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = lock(&this.runtime.state);
        if state.now_ms >= this.at_ms {
            return Poll::Ready(());
        }
        if !this.registered.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            this.registered = Some(context.waker().clone());
            state.last_timer += 1;
            let timer =
                Timer { at_ms: this.at_ms, sequence: state.last_timer, waker: context.waker().clone() };
            state.timers.push(Reverse(timer));
        }
        Poll::Pending
    }
}

/// Whom to wake when. Of the same time, the first that asked comes first.
pub(super) struct Timer {
    pub(super) at_ms: i64,
    sequence: u64,
    pub(super) waker: Waker,
}

impl Timer {
    const fn key(&self) -> (i64, u64) {
        (self.at_ms, self.sequence)
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
