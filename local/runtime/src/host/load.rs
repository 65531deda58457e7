//! How many calls an environment has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The calls of one environment: from when it is chosen for them until they have ended.
#[derive(Debug, Default)]
pub(super) struct Load {
    calls: AtomicUsize,
    ended: Notify,
}

impl Load {
    /// Whether there is no call. While the pool's lock is held none can come.
    pub(super) fn is_none(&self) -> bool {
        self.calls.load(Ordering::Acquire) == 0
    }

    /// Waits until there is no call.
    pub(super) async fn is_over(&self) {
        loop {
            let ended = self.ended.notified();
            if self.is_none() {
                return;
            }
            ended.await;
        }
    }
}

/// One call of an environment, whatever becomes of it.
#[derive(Debug)]
pub(super) struct Busy(Arc<Load>);

impl Busy {
    pub(super) fn new(load: &Arc<Load>) -> Self {
        load.calls.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(load))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::AcqRel);
        self.0.ended.notify_waiters();
    }
}
