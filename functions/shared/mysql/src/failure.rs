//! What went wrong in a transaction, by what to do next.

use gateway_ledger::Inconsistent;
use gateway_ports::PortError;
use sqlx::mysql::MySqlDatabaseError;

/// Why a transaction did not end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another transaction was in the way; all is undone (or will be, when the transaction is
    /// dropped): do it again whole.
    Contended(String),
    /// A unique key was there already: another was first. Done again, the transaction sees its row.
    Duplicate(String),
    /// Anything else.
    Port(PortError),
}

/// Deadlock; the server has already rolled back, so not one more statement may follow.
const DEADLOCK: u16 = 1213;
/// A lock was waited for in vain; the transaction is still there.
const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// Errors of the server that pass: too many connections (1040, 1203, 1226), shutting down (1053),
/// statement killed or out of time (1317, MariaDB 1969, MySQL 3024), connection killed (1927),
/// network (1158 to 1161), read-only after a fail-over (1290, 1836).
const PASSING: [u16; 14] =
    [1040, 1053, 1158, 1159, 1160, 1161, 1203, 1226, 1290, 1317, 1836, 1927, 1969, 3024];

/// Errors of the server about the values themselves: NULL (1048), out of range (1264), truncated
/// (1265), wrong value or characters (1292, 1366), too long (1406), bad JSON (3140), a CHECK violated
/// (MySQL 3819, MariaDB 4025).
const ABOUT_VALUES: [u16; 9] = [1048, 1264, 1265, 1292, 1366, 1406, 3140, 3819, 4025];

impl Failure {
    /// Rows contradict what the transaction, holding their locks, knows of them.
    pub(crate) fn inconsistent(message: impl Into<String>) -> Self {
        Self::Port(PortError::refused(message))
    }

    /// Whether the whole transaction should be done again.
    pub(crate) const fn is_race(&self) -> bool {
        matches!(self, Self::Contended(_) | Self::Duplicate(_))
    }

    /// What the port's caller is told.
    pub(crate) fn into_port_error(self, what: &str) -> PortError {
        match self {
            Self::Contended(message) => PortError::transient(format!("{what}: {message}")),
            Self::Duplicate(message) => PortError::permanent(format!("{what}: {message}")),
            Self::Port(error) => PortError { message: format!("{what}: {}", error.message), ..error },
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match number(&error) {
            Some(DEADLOCK | LOCK_WAIT_TIMEOUT) => Self::Contended(error.to_string()),
            _ if is_duplicate(&error) => Self::Duplicate(error.to_string()),
            _ => Self::Port(classify(&error)),
        }
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl From<Inconsistent> for Failure {
    fn from(error: Inconsistent) -> Self {
        Self::inconsistent(error.to_string())
    }
}

/// An error of a single statement, for the port's caller.
pub(crate) fn to_port_error(what: &str, error: &sqlx::Error) -> PortError {
    let classified = classify(error);
    PortError { message: format!("{what}: {}", classified.message), ..classified }
}

/// Whether a unique key was violated.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

fn classify(error: &sqlx::Error) -> PortError {
    if number(error).is_some_and(|number| ABOUT_VALUES.contains(&number)) {
        return PortError::refused(error.to_string());
    }
    let passes = match error {
        sqlx::Error::Database(_) => number(error).is_some_and(|number| {
            PASSING.contains(&number) || [DEADLOCK, LOCK_WAIT_TIMEOUT].contains(&number)
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    if passes { PortError::transient(error.to_string()) } else { PortError::permanent(error.to_string()) }
}

fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_transient_and_what_is_ours_is_permanent() {
        let cut = || sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        for (error, transient) in [
            (cut(), true),
            (sqlx::Error::PoolTimedOut, true),
            (sqlx::Error::PoolClosed, true),
            (sqlx::Error::RowNotFound, false),
            (sqlx::Error::ColumnNotFound("price".into()), false),
        ] {
            let message = error.to_string();
            assert_eq!(Failure::from(error).into_port_error("read").is_transient(), transient, "{message}");
        }
    }

    #[test]
    fn a_race_is_run_again_and_told_by_its_kind_when_it_never_ends() {
        let (contended, duplicate) = (Failure::Contended("1213".into()), Failure::Duplicate("1062".into()));
        assert!(contended.is_race() && duplicate.is_race());
        assert!(contended.into_port_error("begin").is_transient());
        assert!(!duplicate.into_port_error("begin").is_transient());
        assert!(!Failure::inconsistent("bug").is_race());
    }
}
