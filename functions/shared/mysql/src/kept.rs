//! The connection that goes from one use to the next without the pool.
//!
//! The pool tries every connection it is given back: a round trip each time. Most environments do one thing after
//! another, so the connection whose last answer came whole is laid aside, and the next use takes it first.
//! Whoever has to wait for the pool comes before that: then it goes to the pool, which has the queue. It goes
//! there, too, after the first use that ends past a minute with us, so that the pool's limits hold for it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{MySql, MySqlConnection};

/// A connection in use. One that is dropped instead of being given back is closed: somebody gave up amid a use, so
/// an answer may be unread.
#[derive(Debug)]
pub(crate) struct Lent {
    /// There until it is dropped or given back.
    connection: Option<PoolConnection<MySql>>,
    /// When the pool gave it.
    since: Instant,
}

impl Lent {
    /// One that the pool gave just now.
    pub(crate) fn new(connection: PoolConnection<MySql>) -> Self {
        Self { connection: Some(connection), since: Instant::now() }
    }

    /// As the pool knows it.
    pub(crate) fn into_pooled(mut self) -> Option<PoolConnection<MySql>> {
        self.connection.take()
    }
}

impl Drop for Lent {
    /// Closed by its end of the network alone: nothing is awaited, nobody needs to be there to do it.
    fn drop(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

impl Deref for Lent {
    type Target = MySqlConnection;

    #[allow(clippy::expect_used, reason = "it is taken only by what takes all of it")]
    fn deref(&self) -> &MySqlConnection {
        self.connection.as_ref().expect("not given back yet")
    }
}

impl DerefMut for Lent {
    #[allow(clippy::expect_used, reason = "it is taken only by what takes all of it")]
    fn deref_mut(&mut self) -> &mut MySqlConnection {
        self.connection.as_mut().expect("not given back yet")
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
