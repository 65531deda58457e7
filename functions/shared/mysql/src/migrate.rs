//! Bringing the tables up to date.

use gateway_ports::PortError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, MySqlConnection};

use crate::failure::to_port_error;
use crate::login::Connector;
use crate::settings::Settings;

/// How long to wait for another who migrates.
const LOCK_WAIT_S: u32 = 60;
const LOCK_NAME: &str = "CONCAT('gateway_migrations.', LEFT(DATABASE(), 40))";

/// Brings the tables of the database at `url` up to date. Whoever comes second waits and finds it
/// done. sqlx's own lock is not used: its endless wait is one that MariaDB refuses, without an error.
///
/// # Errors
/// A transient [`PortError`] if another holds the lock for too long or the connection is lost; a
/// permanent one if a migration fails or differs from what was applied.
pub async fn migrate(url: &str) -> Result<(), PortError> {
    migrate_as(&Settings::new(url)).await
}

/// As [`migrate`], signing in as `settings` say.
///
/// # Errors
/// As [`migrate`]'s.
pub async fn migrate_as(settings: &Settings) -> Result<(), PortError> {
    let options = Connector::new(settings)?.options()?;
    let mut connection = MySqlConnection::connect_with(&options)
        .await
        .map_err(|error| to_port_error("migrate: connect", &error))?;
    lock(&mut connection).await?;
    let migrated = migrator().run(&mut connection).await.map_err(|error| failed(&error));
    // The lock goes with the connection, however that ends.
    drop(connection.close().await);
    migrated
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../../../infra/migrations");
    migrator.set_locking(false);
    migrator
}

async fn lock(connection: &mut MySqlConnection) -> Result<(), PortError> {
    let statement = sqlx::AssertSqlSafe(format!("SELECT GET_LOCK({LOCK_NAME}, {LOCK_WAIT_S})"));
    let got: Option<i64> = sqlx::query_scalar(statement)
        .fetch_one(connection)
        .await
        .map_err(|error| to_port_error("migrate: lock", &error))?;
    match got {
        Some(1) => Ok(()),
        _ => Err(PortError::transient(format!("migrate: another has held the lock for {LOCK_WAIT_S} s"))),
    }
}

fn failed(error: &MigrateError) -> PortError {
    match error {
        MigrateError::Execute(error) => to_port_error("migrate", error),
        other => PortError::permanent(format!("migrate: {other}")),
    }
}
