//! Payments under review.

use gateway_domain::settle::SettleDecision;
use gateway_domain::{Payment, PaymentId, Timestamp};
use gateway_ledger::Book;
use gateway_ports::PortError;
use gateway_ports::ledger::Settle;
use gateway_ports::review::{Backlog, ReviewPayments, Reviewer};
use sqlx::MySqlConnection;

use crate::column::Columns;
use crate::database::Database;
use crate::dispatch::Take;
use crate::failure::{Failure, to_port_error};
use crate::payment_row::{self, Lock};
use crate::settle::lock_book;
use crate::sql::sorted;
use crate::transact::{Ending, Work};
use crate::{changes, event_row};

/// Letters are counted that are open: [`gateway_domain::letter::LetterState::is_open_at`].
/// Of an empty table the counts are 0 and the minimum is NULL.
/// Each column that tells of waiting is set only while the payment waits, so its index holds only those.
const BACKLOG: &str = "SELECT COUNT(*) AS in_review, MIN(updated_at_ms) AS oldest_ms, \
     (SELECT COUNT(*) FROM dead_letters WHERE state = 'OPEN' \
     OR (state = 'REDRIVING' AND redrive_lease_until_ms <= ?)) AS letters_open, \
     (SELECT MIN(accepted_at_ms) FROM payments WHERE next_attempt_at_ms IS NOT NULL) AS oldest_due_ms, \
     (SELECT MIN(accepted_at_ms) FROM payments WHERE silent_since_ms IS NOT NULL) AS oldest_silent_ms \
     FROM payments WHERE asked_at_ms IS NOT NULL";

impl ReviewPayments for Database {
    async fn take_in_review(
        &self,
        asked_before: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let take = Take { waits: "asked_at_ms", until: asked_before, now, lease_ms, limit };
        let rows = self.transact(&take).await?;
        Ok(rows.iter().filter_map(|row| row.to_ask_about(asked_before, now)).collect())
    }

    async fn mark_asked(&self, ids: &[PaymentId], now: Timestamp) -> Result<(), PortError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.transact(&MarkAsked { ids, now }).await
    }

    async fn review(
        &self,
        settle: &Settle,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<SettleDecision, PortError> {
        self.transact(&Review { settle, by, now }).await
    }

    async fn backlog(&self, now: Timestamp) -> Result<Backlog, PortError> {
        let rows = self.fetch_all(sqlx::query(BACKLOG).bind(now.as_millis())).await;
        let row = rows.and_then(|mut rows| rows.pop().ok_or(sqlx::Error::RowNotFound));
        let row = row.map_err(|error| to_port_error("read the backlog", &error))?;
        let columns = Columns(&row);
        let under_way = [columns.time_option("oldest_due_ms")?, columns.time_option("oldest_silent_ms")?];
        Ok(Backlog {
            in_review: columns.count("in_review")?,
            oldest: columns.time_option("oldest_ms")?,
            letters_open: columns.count("letters_open")?,
            oldest_under_way: under_way.into_iter().flatten().min(),
        })
    }
}

struct MarkAsked<'a> {
    ids: &'a [PaymentId],
    now: Timestamp,
}

impl Work for MarkAsked<'_> {
    type Answer = ();
    const NAME: &'static str = "mark payments as asked about";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<()>, Failure> {
        let ids = sorted(self.ids.iter().copied());
        let mut book = Book::open(payment_row::read(&ids, Lock::ForUpdate, connection).await?, []);
        ids.iter().for_each(|id| book.mark_asked(*id, self.now));
        changes::close(book, (), self.now, connection).await
    }
}

struct Review<'a> {
    settle: &'a Settle,
    by: &'a Reviewer,
    now: Timestamp,
}

impl Work for Review<'_> {
    type Answer = SettleDecision;
    const NAME: &'static str = "review a payment";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let mut book = lock_book(std::iter::once(self.settle.payment_id), connection).await?;
        let ended = book.recalled_by_settle(std::slice::from_ref(self.settle));
        event_row::recall_once(&mut book, &ended, connection).await?;
        let decision = book.review(self.settle, self.by, self.now)?;
        changes::close(book, decision, self.now, connection).await
    }
}
