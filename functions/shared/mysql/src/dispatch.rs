//! Taking due and stuck payments for dispatch.

use gateway_domain::Timestamp;
use gateway_ledger::{Book, PaymentRow};
use gateway_ports::PortError;
use gateway_ports::ledger::{DispatchRetries, DueAttempt};
use sqlx::{MySqlConnection, QueryBuilder};

use crate::changes;
use crate::database::Database;
use crate::failure::Failure;
use crate::payment_row::{self, COLUMNS, Lock};
use crate::sql::{IDS_PER_STATEMENT_MAX, push_list, sorted};
use crate::transact::{Ending, Work};

impl DispatchRetries for Database {
    async fn take_due(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        let take = Take { waits: "next_attempt_at_ms", until: now, now, lease_ms, limit };
        let rows = self.transact(&take).await?;
        Ok(rows.iter().filter_map(|row| row.due(now)).collect())
    }

    async fn take_stuck(
        &self,
        unchanged_since: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        let take = Take { waits: "silent_since_ms", until: unchanged_since, now, lease_ms, limit };
        let rows = self.transact(&take).await?;
        Ok(rows.iter().filter_map(|row| row.stuck(unchanged_since, now)).collect())
    }

    async fn mark_dispatched(&self, batch: &[DueAttempt], now: Timestamp) -> Result<(), PortError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.transact(&Mark { batch, now }).await
    }
}

/// Leases rows that have waited until a moment, longest first. The column is set only in the statuses
/// that wait, so its index holds only those, in this order; rows that another holds are passed over.
pub(crate) struct Take {
    pub(crate) waits: &'static str,
    pub(crate) until: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) lease_ms: i64,
    pub(crate) limit: u32,
}

impl Work for Take {
    type Answer = Vec<PaymentRow>;
    const NAME: &'static str = "take payments for dispatch";

    /// Answers with the rows as they were before they were leased.
    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let rows = self.find(connection).await?;
        if rows.is_empty() {
            return Ok(Ending::RollBack(rows));
        }
        for rows in rows.chunks(IDS_PER_STATEMENT_MAX) {
            let mut query =
                QueryBuilder::new("UPDATE payments FORCE INDEX (PRIMARY) SET dispatch_lease_until_ms = ");
            query.push_bind(self.now.plus_millis(self.lease_ms).as_millis()).push(" WHERE id IN ");
            push_list(&mut query, rows.iter().map(|row| row.payment.id));
            query.build().execute(&mut *connection).await?;
        }
        Ok(Ending::Commit(rows))
    }
}

impl Take {
    async fn find(&self, connection: &mut MySqlConnection) -> Result<Vec<PaymentRow>, Failure> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(COLUMNS).push(" FROM payments WHERE ").push(self.waits).push(" <= ");
        query.push_bind(self.until.as_millis()).push(" AND dispatch_lease_until_ms <= ");
        query.push_bind(self.now.as_millis()).push(" ORDER BY ").push(self.waits).push(", id LIMIT ");
        query.push_bind(i64::from(self.limit)).push(" FOR UPDATE SKIP LOCKED");
        let rows = query.build().fetch_all(connection).await?;
        Ok(rows.iter().map(payment_row::decode).collect::<Result<_, _>>()?)
    }
}

struct Mark<'a> {
    batch: &'a [DueAttempt],
    now: Timestamp,
}

impl Work for Mark<'_> {
    type Answer = ();
    const NAME: &'static str = "mark payments as dispatched";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<()>, Failure> {
        let ids = sorted(self.batch.iter().map(|sent| sent.payment_id));
        let mut book = Book::open(payment_row::read(&ids, Lock::ForUpdate, connection).await?, []);
        for sent in self.batch {
            book.mark_dispatched(sent, self.now);
        }
        changes::close(book, (), self.now, connection).await
    }
}
