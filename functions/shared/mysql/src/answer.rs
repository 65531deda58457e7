//! Waiting for the server, for so long only.
//!
//! The server gives up a statement that takes too long; a server that is no longer there gives up nothing.
//! Then the connection is closed: what it may still answer would be the answer to something else.

use std::future::Future;
use std::io;
use std::time::Duration;

use sqlx::MySql;
use sqlx::mysql::{MySqlArguments, MySqlQueryResult, MySqlRow};
use sqlx::query::Query;

use crate::database::Database;
use crate::kept::Lent;

/// For how long a connection is tried that is given back: a loaded server is given time, and whoever waits for a
/// connection (`acquire_timeout`) still gets a new one.
const RETURN_TIMEOUT: Duration = Duration::from_secs(3);

impl Database {
    /// The rows of one statement.
    pub(crate) async fn fetch_all(
        &self,
        query: Query<'_, MySql, MySqlArguments>,
    ) -> Result<Vec<MySqlRow>, sqlx::Error> {
        let mut connection = self.connection().await?;
        let rows = self.in_time(query.fetch_all(&mut *connection)).await;
        self.give_back(connection, rows)
    }

    /// What one statement changed.
    pub(crate) async fn execute(
        &self,
        query: Query<'_, MySql, MySqlArguments>,
    ) -> Result<MySqlQueryResult, sqlx::Error> {
        let mut connection = self.connection().await?;
        let done = self.in_time(query.execute(&mut *connection)).await;
        self.give_back(connection, done)
    }

    /// A connection: the one laid aside, or one of the pool.
    pub(crate) async fn connection(&self) -> Result<Lent, sqlx::Error> {
        let _waiting = self.kept.wait();
        if let Some((mut lent, idle_for)) = self.kept.take() {
            match self.check.run(&mut lent, idle_for).await {
                Ok(()) => return Ok(lent),
                Err(error) => tracing::debug!(%error, "the connection laid aside is lost"),
            }
        }
        // Connecting takes a future of 18 kB, which would be carried through every caller's.
        Box::pin(self.pool().acquire()).await.map(Lent::new)
    }

    /// The answer, if it comes in time.
    pub(crate) async fn in_time<T>(&self, answer: impl Future<Output = T>) -> Result<T, Hung> {
        tokio::time::timeout(self.answer_timeout, answer).await.map_err(|_| Hung)
    }

    /// Lays the connection aside for the next use, if its answer came whole. Else the pool tries it, and rolls
    /// back what a dropped transaction left; one that hangs is closed.
    pub(crate) fn give_back<T, E>(&self, lent: Lent, answer: Result<Result<T, E>, Hung>) -> Result<T, E>
    where
        E: From<sqlx::Error>,
    {
        match answer {
            Ok(Ok(value)) => {
                if let Some(lent) = self.kept.lay(lent, self.kept_for) {
                    return_to_pool(lent);
                }
                Ok(value)
            }
            Ok(Err(error)) => {
                return_to_pool(lent);
                Err(error)
            }
            Err(hung) => Err(sqlx::Error::from(hung).into()),
        }
    }
}

/// The pool tries a connection that is given back, without an end to its patience; an environment may be frozen
/// just then, and the connection keep its place among the few for ever.
fn return_to_pool(lent: Lent) {
    let Some(mut connection) = lent.into_pooled() else { return };
    let returned = tokio::time::timeout(RETURN_TIMEOUT, connection.return_to_pool());
    tokio::spawn(async {
        if returned.await.is_err() {
            tracing::warn!("a connection that did not answer when it was given back is closed");
        }
    });
}

/// No answer came in time.
#[derive(Debug)]
pub(crate) struct Hung;

impl From<Hung> for sqlx::Error {
    fn from(_: Hung) -> Self {
        Self::Io(io::Error::new(io::ErrorKind::TimedOut, "the server has not answered in time"))
    }
}
