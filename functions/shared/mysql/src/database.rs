//! The handle on the database.

use std::sync::Arc;
use std::time::Duration;

use gateway_ports::PortError;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, MySqlPool};

use crate::failure::to_port_error;
use crate::kept::Kept;
use crate::login::Connector;
use crate::settings::Settings;

/// Every port of the ledger, on one pool of connections.
#[derive(Debug, Clone)]
pub struct Database {
    pool: MySqlPool,
    connector: Arc<Connector>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) kept_for: Duration,
    pub(crate) check: Check,
    pub(crate) answer_timeout: Duration,
}

impl Database {
    /// A handle that connects when it is first used, so that a cold start does not wait for it.
    ///
    /// # Errors
    /// A permanent [`PortError`] if the URL is none, or not fit for the way to sign in.
    pub fn open(settings: &Settings) -> Result<Self, PortError> {
        let connector = Connector::new(settings)?;
        let pool = pool_options(settings).connect_lazy_with(connector.options()?);
        Ok(Self {
            pool,
            connector: Arc::new(connector),
            kept: Arc::default(),
            kept_for: settings.kept_for,
            check: Check::new(settings),
            answer_timeout: settings.answer_timeout,
        })
    }

    /// The pool, able to open connections: asked for before it is waited for, since an environment may have been
    /// frozen for longer than a token lives.
    pub(crate) fn pool(&self) -> &MySqlPool {
        self.connector.renew(&self.pool);
        &self.pool
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// A [`PortError`] if it does not.
    pub async fn ping(&self) -> Result<(), PortError> {
        self.execute(sqlx::query("SELECT 1")).await.map_err(|error| to_port_error("ping", &error))?;
        Ok(())
    }
}

fn pool_options(settings: &Settings) -> MySqlPoolOptions {
    let session = session_statements(settings);
    let check = Check::new(settings);
    MySqlPoolOptions::new()
        .max_connections(settings.connections_max)
        .acquire_timeout(settings.acquire_timeout)
        .idle_timeout(settings.idle_timeout)
        .test_before_acquire(false)
        .before_acquire(move |connection, pooled| {
            Box::pin(async move { check.run(connection, pooled.idle_for).await.map(|()| true) })
        })
        .after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move { connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map(drop) })
        })
}

/// The trial of a connection that was idle, before it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    idle_before: Duration,
    timeout: Duration,
}

impl Check {
    const fn new(settings: &Settings) -> Self {
        Self { idle_before: settings.idle_before_check, timeout: settings.check_timeout }
    }

    pub(crate) async fn run(
        self,
        connection: &mut MySqlConnection,
        idle_for: Duration,
    ) -> Result<(), sqlx::Error> {
        if idle_for <= self.idle_before {
            return Ok(());
        }
        // Nobody may answer at all: the network forgets a connection without telling either side.
        let answer = tokio::time::timeout(self.timeout, connection.ping()).await;
        answer.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    }
}

/// READ COMMITTED: a statement that waited for a row sees what its holder wrote. The comments are
/// each one server's own: `M!` is MariaDB's; versions 5.07.00 to 5.09.99 MariaDB leaves to MySQL.
fn session_statements(settings: &Settings) -> String {
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET SESSION innodb_lock_wait_timeout = {lock_wait_s} \
         /*M!100100 , max_statement_time = {statement_s} */ \
         /*!50780 , max_execution_time = {statement_ms} */",
        lock_wait_s = settings.lock_wait_timeout.as_secs().max(1),
        statement_s = settings.statement_timeout.as_secs().max(1),
        statement_ms = settings.statement_timeout.as_millis().max(1),
    )
}
