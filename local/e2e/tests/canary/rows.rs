//! Every row of every table, all columns as text.

use harness::Endpoints;
use sqlx::{MySqlPool, QueryBuilder, Row as _};

use crate::sweep::Sweep;

pub async fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let ledger = e2e::ledger::connect(endpoints).await;
    for (table, columns) in tables(&ledger).await {
        let texts: Vec<String> = columns.iter().map(|column| format!("CAST(`{column}` AS BINARY)")).collect();
        let query = format!("SELECT CONCAT_WS(0x1F, {}) FROM {table}", texts.join(", "));
        for row in QueryBuilder::new(query).build().fetch_all(&ledger).await.unwrap() {
            sweep.look("rows", &table, &row.get::<Vec<u8>, _>(0));
        }
    }
}

/// Those that this user may see, with their columns.
async fn tables(ledger: &MySqlPool) -> Vec<(String, Vec<String>)> {
    let columns = sqlx::query(
        "SELECT CAST(c.table_schema AS CHAR), CAST(c.table_name AS CHAR), CAST(c.column_name AS CHAR) \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
         WHERE t.table_type = 'BASE TABLE' ORDER BY 1, 2",
    )
    .fetch_all(ledger)
    .await
    .unwrap();
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for row in &columns {
        let table = format!("`{}`.`{}`", row.get::<String, _>(0), row.get::<String, _>(1));
        match tables.last_mut().filter(|(known, _)| *known == table) {
            Some((_, columns)) => columns.push(row.get(2)),
            None => tables.push((table, vec![row.get(2)])),
        }
    }
    tables
}
