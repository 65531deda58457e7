//! How the ledger's database is reached.

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;

/// How the gateway signs in.
#[derive(Debug, Clone)]
pub enum Login {
    /// With the address's password.
    Password,
    /// With a token of the function's IAM role instead, as RDS and RDS Proxy take it over TLS.
    Iam {
        /// The database's region.
        region: String,
        /// The role's credentials.
        credentials: Credentials,
    },
}

/// What one call needs, a batch's records side by side among it.
const CONNECTIONS_MIN: u32 = 4;

/// Address and limits. The defaults suit one function environment, which handles one batch or request at a time.
#[derive(Clone)]
pub struct Settings {
    /// `mysql://user:password@host:port/database?ssl-mode=…`.
    pub url: String,
    /// How to sign in there.
    pub login: Login,
    /// The most connections: an environment needs few, and there are many environments.
    pub connections_max: u32,
    /// How long a statement may wait for a free or new connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run before the server gives it up (MySQL: reads only).
    pub statement_timeout: Duration,
    /// How long the server may take to answer a statement, or a whole transaction, before it counts as gone.
    pub answer_timeout: Duration,
    /// How long one statement may wait for a row that another transaction holds; whole seconds.
    pub lock_wait_timeout: Duration,
    /// A connection that was idle for longer is tried before it is used: a frozen environment may
    /// have lost it. A busy one is spared the round trip.
    pub idle_before_check: Duration,
    /// How long that trial may take; then the connection counts as lost, and another one is made.
    pub check_timeout: Duration,
    /// A connection of the pool that was idle for longer is closed.
    pub idle_timeout: Duration,
    /// For how long a connection may go from one use to the next without the pool, which tries what it is given
    /// back and closes what is old.
    pub kept_for: Duration,
}

impl Settings {
    /// The connections that suit an environment with so many calls at once: a few wait for a row, the others go on.
    #[must_use]
    pub fn connections_for(calls: u32) -> u32 {
        CONNECTIONS_MIN.max(calls / 2)
    }

    /// Defaults for `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            login: Login::Password,
            connections_max: CONNECTIONS_MIN,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(12),
            lock_wait_timeout: Duration::from_secs(5),
            idle_before_check: Duration::from_secs(1),
            check_timeout: Duration::from_millis(500),
            idle_timeout: Duration::from_secs(300),
            kept_for: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for Settings {
    /// The address holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("connections_max", &self.connections_max).finish_non_exhaustive()
    }
}
