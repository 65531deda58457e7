//! Pieces of multi-row statements.

use std::collections::BTreeSet;
use std::fmt::Display;

use sqlx::{MySql, MySqlConnection, QueryBuilder};

use crate::failure::Failure;

/// The most rows one statement inserts, and
pub(crate) const ROWS_PER_INSERT_MAX: usize = 50;
/// the most ids one statement names.
///
/// Both keep a usual statement within one write of 16 kB, the size of a TLS record: sqlx 0.9.0 leaves
/// Nagle's algorithm on (sqlx issue 4335), so the rest of a larger one would wait some 40 ms for the
/// server's delayed acknowledgement of its beginning, where another round trip costs one. Statements
/// of a full chunk have one text, which stays prepared. The protocol's 65,535 placeholders and every
/// packet limit are far away.
pub(crate) const IDS_PER_STATEMENT_MAX: usize = 200;

/// Ids in the order in which every transaction locks rows, each once.
pub(crate) fn sorted<T: Ord>(ids: impl IntoIterator<Item = T>) -> Vec<T> {
    ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Adds `(?, ?, …)`.
pub(crate) fn push_list(query: &mut QueryBuilder<MySql>, ids: impl IntoIterator<Item = impl Display>) {
    query.push("(");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.to_string());
    }
    query.push(")");
}

/// Adds `CASE id WHEN ? THEN ? … END`.
pub(crate) fn push_case<'t, V>(
    query: &mut QueryBuilder<MySql>,
    arms: impl IntoIterator<Item = (impl Display, V)>,
) where
    V: 't + sqlx::Encode<'t, MySql> + sqlx::Type<MySql>,
{
    query.push("CASE id");
    for (id, value) in arms {
        query.push(" WHEN ").push_bind(id.to_string()).push(" THEN ").push_bind(value);
    }
    query.push(" END");
}

/// Runs a conditional update that must find as many rows as it names: they are locked by this
/// transaction and it has seen that they fulfil the condition.
pub(crate) async fn update_exactly(
    query: &mut QueryBuilder<MySql>,
    rows: usize,
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    let matched = query.build().execute(connection).await?.rows_affected();
    if matched == rows as u64 {
        return Ok(());
    }
    Err(Failure::inconsistent(format!("an update of {rows} locked rows found {matched} as they should be")))
}
