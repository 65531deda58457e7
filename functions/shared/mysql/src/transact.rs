//! One transaction, done again whole while others are in its way.

use std::future::Future;
use std::time::Duration;

use gateway_ports::PortError;
use gateway_ports::span::TARGET;
use sqlx::{Connection as _, MySqlConnection};
use tracing::{Instrument as _, Span};

use crate::database::Database;
use crate::failure::Failure;

/// How often a transaction is tried before the caller is told to come again.
const TRANSACTION_ATTEMPTS_MAX: u32 = 6;
/// Pause before the second try; each further one is twice as long.
const PAUSE_FIRST_MS: u64 = 4;

/// The work of one transaction. It is run from the start each time, so it keeps nothing between.
pub(crate) trait Work: Sync {
    /// What it comes to.
    type Answer: Send;
    /// Its name, for logs and errors.
    const NAME: &'static str;

    /// Reads, decides, writes. An error leaves nothing written.
    fn run(
        &self,
        connection: &mut MySqlConnection,
    ) -> impl Future<Output = Result<Ending<Self::Answer>, Failure>> + Send;
}

/// The time that the server takes for what `name` says.
pub(crate) fn span(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "ledger", otel.name = name, otel.kind = "client",
        db.system.name = "mysql", db.namespace = "gateway", db.operation.name = name)
}

/// How a transaction ends.
pub(crate) enum Ending<T> {
    /// What was written stands.
    Commit(T),
    /// What was written, if anything, shall not stand.
    RollBack(T),
}

impl Database {
    /// Runs the work in a transaction of its own.
    pub(crate) async fn transact<W: Work>(&self, work: &W) -> Result<W::Answer, PortError> {
        self.transact_again(work).instrument(span(W::NAME)).await
    }

    async fn transact_again<W: Work>(&self, work: &W) -> Result<W::Answer, PortError> {
        let mut attempt = 1;
        loop {
            match self.transact_once(work).await {
                Ok(answer) => return Ok(answer),
                Err(failure) if failure.is_race() && attempt < TRANSACTION_ATTEMPTS_MAX => {
                    tracing::debug!(work = W::NAME, attempt, ?failure, "another transaction was in the way");
                    tokio::time::sleep(Duration::from_millis(PAUSE_FIRST_MS << (attempt - 1))).await;
                    attempt += 1;
                }
                Err(failure) => return Err(failure.into_port_error(W::NAME)),
            }
        }
    }

    /// On an error the transaction is dropped, which rolls back what the server has not.
    async fn transact_once<W: Work>(&self, work: &W) -> Result<W::Answer, Failure> {
        let mut connection = self.connection().await?;
        let ended = self.in_time(run(work, &mut connection)).await;
        self.give_back(connection, ended)
    }
}

async fn run<W: Work>(work: &W, connection: &mut MySqlConnection) -> Result<W::Answer, Failure> {
    let mut transaction = connection.begin().await?;
    match work.run(&mut transaction).await? {
        Ending::Commit(answer) => transaction.commit().await.map(|()| answer),
        Ending::RollBack(answer) => transaction.rollback().await.map(|()| answer),
    }
    .map_err(Failure::from)
}
