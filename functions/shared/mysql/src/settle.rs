//! Settling payments.

use gateway_domain::settle::SettleDecision;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ledger::Book;
use gateway_ports::PortError;
use gateway_ports::ledger::{Settle, SettlePayments};
use sqlx::MySqlConnection;

use crate::database::Database;
use crate::failure::Failure;
use crate::payment_row::{self, Lock};
use crate::sql::sorted;
use crate::transact::{Ending, Work};
use crate::{changes, event_row, reservation_row};

impl SettlePayments for Database {
    async fn settle(&self, batch: &[Settle], now: Timestamp) -> Result<Vec<SettleDecision>, PortError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(&SettleBatch { batch, now }).await
    }
}

struct SettleBatch<'a> {
    batch: &'a [Settle],
    now: Timestamp,
}

impl Work for SettleBatch<'_> {
    type Answer = Vec<SettleDecision>;
    const NAME: &'static str = "settle payments";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let mut book = lock_book(self.batch.iter().map(|item| item.payment_id), connection).await?;
        let ended = sorted(book.recalled_by_settle(self.batch));
        event_row::recall_once(&mut book, &ended, connection).await?;
        let decide = |item| book.settle(item, self.now);
        let decisions = self.batch.iter().map(decide).collect::<Result<_, _>>()?;
        changes::close(book, decisions, self.now, connection).await
    }
}

/// Locks these payments, then the reservations of those that may still move theirs.
pub(crate) async fn lock_book(
    ids: impl Iterator<Item = PaymentId> + Send,
    connection: &mut MySqlConnection,
) -> Result<Book, Failure> {
    let payments = payment_row::read(&sorted(ids), Lock::ForUpdate, connection).await?;
    let unfinished = payments.iter().filter(|row| !row.payment.status.is_final());
    let reservations = sorted(unfinished.map(|row| row.payment.reservation_id));
    let reservations = reservation_row::lock(&reservations, connection).await?;
    Ok(Book::open(payments, reservations))
}
