//! Putting failed attempts on the retry table.

use gateway_domain::Timestamp;
use gateway_domain::retry::{RetryDecision, RetryPolicy};
use gateway_ledger::Book;
use gateway_ports::PortError;
use gateway_ports::ledger::{Fail, ScheduleRetries};
use sqlx::MySqlConnection;

use crate::database::Database;
use crate::failure::Failure;
use crate::payment_row::{self, Lock};
use crate::sql::sorted;
use crate::transact::{Ending, Work};
use crate::{changes, event_row};

impl ScheduleRetries for Database {
    async fn schedule(
        &self,
        batch: &[Fail],
        policy: &RetryPolicy,
        now: Timestamp,
    ) -> Result<Vec<RetryDecision>, PortError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(&ScheduleBatch { batch, policy, now }).await
    }
}

struct ScheduleBatch<'a> {
    batch: &'a [Fail],
    policy: &'a RetryPolicy,
    now: Timestamp,
}

impl Work for ScheduleBatch<'_> {
    type Answer = Vec<RetryDecision>;
    const NAME: &'static str = "schedule retries";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let ids = sorted(self.batch.iter().map(|item| item.payment_id));
        let payments = payment_row::read(&ids, Lock::ForUpdate, connection).await?;
        let mut book = Book::open(payments, []);
        let exhausted = sorted(book.recalled_by_schedule(self.batch, self.policy));
        event_row::recall_once(&mut book, &exhausted, connection).await?;
        let decide = |item| book.schedule(item, self.policy, self.now);
        let decisions = self.batch.iter().map(decide).collect();
        changes::close(book, decisions, self.now, connection).await
    }
}
