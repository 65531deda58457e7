//! Payments whose charge may have turned up.

use gateway_domain::{Payment, Timestamp};
use gateway_ledger::Book;
use gateway_ports::PortError;
use gateway_ports::watch::{LookedFor, WatchPayments};
use sqlx::MySqlConnection;

use crate::changes;
use crate::database::Database;
use crate::dispatch::Take;
use crate::failure::Failure;
use crate::payment_row::{self, Lock};
use crate::sql::sorted;
use crate::transact::{Ending, Work};

impl WatchPayments for Database {
    async fn take_watched(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let take = Take { waits: "watch_at_ms", until: now, now, lease_ms, limit };
        let rows = self.transact(&take).await?;
        Ok(rows.iter().filter_map(|row| row.to_look_after(now)).collect())
    }

    async fn mark_looked_after(&self, looked: &[LookedFor], now: Timestamp) -> Result<(), PortError> {
        if looked.is_empty() {
            return Ok(());
        }
        self.transact(&Mark { looked, now }).await
    }
}

struct Mark<'a> {
    looked: &'a [LookedFor],
    now: Timestamp,
}

impl Work for Mark<'_> {
    type Answer = ();
    const NAME: &'static str = "mark payments as looked after";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<()>, Failure> {
        let ids = sorted(self.looked.iter().map(|it| it.payment_id));
        let mut book = Book::open(payment_row::read(&ids, Lock::ForUpdate, connection).await?, []);
        self.looked.iter().for_each(|it| book.mark_looked_after(it, self.now));
        changes::close(book, (), self.now, connection).await
    }
}
