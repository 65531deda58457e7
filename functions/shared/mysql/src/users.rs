//! The database's users on AWS: the gateway, which has no password, and Debezium, which needs one.

use gateway_ports::PortError;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection};

use crate::failure::to_port_error;
use crate::login::Connector;
use crate::settings::Settings;

/// How long the server keeps its binlog, in hours: what a connector may miss and still catch up.
const BINLOG_HOURS: u32 = 72;

/// Who reads the binlog.
pub struct Replicator {
    user: String,
    password: String,
}

impl Replicator {
    /// Letters, digits and `_` alone, since statements about users take no parameters.
    ///
    /// # Errors
    /// A permanent one when either holds anything else, without saying what.
    pub fn new(user: String, password: String) -> Result<Self, PortError> {
        let is_plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if is_plain(&user) && is_plain(&password) {
            return Ok(Self { user, password });
        }
        Err(PortError::permanent("the replicating user and its password must be letters and digits"))
    }

    /// Its password is set each time: that is how a new one gets there.
    fn statements(&self) -> [String; 4] {
        let Self { user, password } = self;
        [
            format!("CREATE USER IF NOT EXISTS '{user}'@'%' IDENTIFIED BY '{password}'"),
            format!("ALTER USER '{user}'@'%' IDENTIFIED BY '{password}' REQUIRE SSL"),
            format!(
                "GRANT RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* \
                 TO '{user}'@'%'"
            ),
            format!("GRANT SELECT ON gateway.products TO '{user}'@'%'"),
        ]
    }
}

/// The functions' user signs in by IAM and changes rows, not tables.
const GATEWAY: [&str; 2] = [
    "CREATE USER IF NOT EXISTS 'gateway'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.* TO 'gateway'@'%'",
];

/// Makes both users and keeps the binlog for them, on a server of RDS whose tables are up to date. Safe to
/// repeat.
///
/// # Errors
/// The server's.
pub async fn ensure_users(settings: &Settings, replicator: &Replicator) -> Result<(), PortError> {
    let options = Connector::new(settings)?.options()?;
    let mut connection = MySqlConnection::connect_with(&options)
        .await
        .map_err(|error| to_port_error("users: connect", &error))?;
    let binlog = format!("CALL mysql.rds_set_configuration('binlog retention hours', {BINLOG_HOURS})");
    let gateway = GATEWAY.map(str::to_owned);
    for statement in gateway.into_iter().chain(replicator.statements()).chain([binlog]) {
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(statement)))
            .await
            .map_err(|error| to_port_error("users", &error))?;
    }
    drop(connection.close().await);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_statement_is_refused_and_not_told() {
        for (user, password) in
            [("debezium", "x'; DROP"), ("a b", "secret"), ("debezium", ""), ("", "secret")]
        {
            let error = Replicator::new(user.to_owned(), password.to_owned()).err().unwrap();
            assert!(!error.message.contains("DROP"), "{error}");
        }
    }

    #[test]
    fn the_replicator_reads_products_alone() {
        let replicator = Replicator::new("debezium".to_owned(), "Secret1".to_owned()).ok().unwrap();
        let granted: Vec<_> =
            replicator.statements().into_iter().filter(|statement| statement.contains("SELECT")).collect();
        assert_eq!(granted, ["GRANT SELECT ON gateway.products TO 'debezium'@'%'"]);
        // Aurora allows no global lock: a snapshot locks the table (snapshot.locking.mode, infra/cdc.yaml).
        assert!(replicator.statements().iter().any(|statement| statement.contains("LOCK TABLES")));
    }
}
