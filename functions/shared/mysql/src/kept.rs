//! The connection that goes from one use to the next without the pool.
//!
//! The pool tries every connection it is given back: a round trip each time. An environment does one thing after
//! another, so the connection whose last answer came whole is laid aside, and the next use takes it first.
//! Whoever has to wait for the pool comes before that: then it goes to the pool, which has the queue. It goes
//! there once in a while anyhow, so that the pool's limits hold for it, too.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{MySql, MySqlConnection};

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Lent {
    pub(crate) connection: PoolConnection<MySql>,
    /// When the pool gave it.
    since: Instant,
}

impl Lent {
    /// One that the pool gave just now.
    pub(crate) fn new(connection: PoolConnection<MySql>) -> Self {
        Self { connection, since: Instant::now() }
    }
}

impl Deref for Lent {
    type Target = MySqlConnection;

    fn deref(&self) -> &MySqlConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut MySqlConnection {
        &mut self.connection
    }
}

/// The place for one connection between two uses.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    place: Mutex<Option<(Lent, Instant)>>,
    waiting: AtomicUsize,
}

impl Kept {
    /// What lies here, and for how long it has.
    pub(crate) fn take(&self) -> Option<(Lent, Duration)> {
        let (lent, laid_at) = self.place.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some((lent, laid_at.elapsed()))
    }

    /// Lays a connection aside, and hands back what belongs to the pool: one that has been away from it for
    /// `at_most`, one too many, or one that somebody is waiting for.
    pub(crate) fn lay(&self, lent: Lent, at_most: Duration) -> Option<Lent> {
        if lent.since.elapsed() >= at_most {
            return Some(lent);
        }
        {
            let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
            if place.is_some() {
                return Some(lent);
            }
            *place = Some((lent, Instant::now()));
        }
        // Laid first, looked second. Whoever waits says so first, and looks here second: one of the two sees the
        // other.
        if self.waiting.load(Ordering::SeqCst) == 0 { None } else { self.take().map(|(lent, _)| lent) }
    }

    /// Says that somebody waits for the pool, until the answer is dropped.
    pub(crate) fn wait(&self) -> impl Drop + '_ {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(self)
    }
}

struct Waiting<'a>(&'a Kept);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
