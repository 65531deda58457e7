//! Reading the tables.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use gateway_domain::PaymentId;
use gateway_wire::RecordOrigin;
use sqlx::mysql::MySqlRow;
use sqlx::{MySqlPool, Row as _};

use super::{Evidence, Partition, PaymentFact};
use crate::gateway::Failure;

const PAYMENTS: &str = "SELECT id, status, attempt FROM payments";
const TOLD: &str = "SELECT origin_topic, origin_partition, origin_offset FROM payment_events \
     WHERE origin_topic IS NOT NULL";
const LETTERED: &str = "SELECT origin_topic, origin_partition, origin_offset FROM dead_letters";
const ANALYSED: &str = "SELECT dlq_topic, dlq_partition, dlq_offset FROM dead_letters";

/// The tables beside the topics.
pub(crate) async fn read(database: &str, partitions: Vec<Partition>) -> Result<Evidence, Failure> {
    let pool = MySqlPool::connect(database).await.map_err(|error| failed(&error))?;
    let evidence = Evidence {
        partitions,
        payments: payments(&pool).await?,
        told: origins(&pool, TOLD).await?,
        lettered: origins(&pool, LETTERED).await?,
        analysed: origins(&pool, ANALYSED).await?,
    };
    pool.close().await;
    Ok(evidence)
}

fn failed(error: &dyn Display) -> Failure {
    Failure(format!("audit: tables: {error}"))
}

async fn rows(pool: &MySqlPool, sql: &'static str) -> Result<Vec<MySqlRow>, Failure> {
    sqlx::query(sql).fetch_all(pool).await.map_err(|error| failed(&error))
}

async fn payments(pool: &MySqlPool) -> Result<HashMap<PaymentId, PaymentFact>, Failure> {
    let read = |row: MySqlRow| {
        let id: String = row.try_get(0).map_err(|error| failed(&error))?;
        let status: String = row.try_get(1).map_err(|error| failed(&error))?;
        let attempt: i64 = row.try_get(2).map_err(|error| failed(&error))?;
        let fact = PaymentFact {
            status: status.parse().map_err(|error| failed(&error))?,
            attempt: u32::try_from(attempt).map_err(|error| failed(&error))?,
        };
        Ok((id.parse().map_err(|error| failed(&error))?, fact))
    };
    rows(pool, PAYMENTS).await?.into_iter().map(read).collect()
}

async fn origins(pool: &MySqlPool, sql: &'static str) -> Result<HashSet<RecordOrigin>, Failure> {
    let read = |row: MySqlRow| {
        Ok(RecordOrigin {
            topic: row.try_get(0).map_err(|error| failed(&error))?,
            partition: row.try_get(1).map_err(|error| failed(&error))?,
            offset: row.try_get(2).map_err(|error| failed(&error))?,
        })
    };
    rows(pool, sql).await?.into_iter().map(read).collect()
}
