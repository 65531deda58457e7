//! What all requests share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::encryption::CardKey;
use crate::ledger::Ledger;
use crate::options::Options;

/// The ledger, the options, the key of encrypted cards, and the bell that wakes the end of analyses.
pub(crate) struct Simulator {
    pub(crate) options: Options,
    pub(crate) analysis_started: Notify,
    pub(crate) card_key: CardKey,
    ledger: Mutex<Ledger>,
}

impl Simulator {
    pub(crate) fn open(options: Options, base_url: &str) -> std::io::Result<Arc<Self>> {
        let ledger = Mutex::new(Ledger::open(&options, base_url)?);
        let card_key = CardKey::beside(options.journal.as_deref());
        Ok(Arc::new(Self { options, analysis_started: Notify::new(), card_key, ledger }))
    }

    /// The ledger. No code holds it across an `await`, and none that holds it panics half-way
    /// through a change, so a poisoned lock is as good as another.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.options.latency_ms)
    }

    pub(crate) fn slowness(&self) -> Duration {
        Duration::from_millis(self.options.slow_ms)
    }
}

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
