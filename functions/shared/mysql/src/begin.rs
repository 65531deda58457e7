//! Beginning payments.

use gateway_domain::Timestamp;
use gateway_domain::begin::BeginDecision;
use gateway_ledger::Book;
use gateway_ports::PortError;
use gateway_ports::ledger::{Begin, BeginPayments};
use sqlx::MySqlConnection;

use crate::database::Database;
use crate::failure::Failure;
use crate::payment_row::{self, Lock};
use crate::sql::sorted;
use crate::transact::{Ending, Work};
use crate::{changes, reservation_row};

impl BeginPayments for Database {
    async fn begin(&self, batch: &[Begin], now: Timestamp) -> Result<Vec<BeginDecision>, PortError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(&BeginBatch { batch, now }).await
    }
}

struct BeginBatch<'a> {
    batch: &'a [Begin],
    now: Timestamp,
}

impl Work for BeginBatch<'_> {
    type Answer = Vec<BeginDecision>;
    const NAME: &'static str = "begin payments";

    /// The payments are read after their reservations are locked, so that who waited for a lock sees
    /// what its holder inserted. Where no reservation is there to be locked, the payment's own key
    /// tells who was first.
    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let reservations = sorted(self.batch.iter().map(|item| item.request.reservation_id));
        let reservations = reservation_row::lock(&reservations, connection).await?;
        let payments = sorted(self.batch.iter().map(|item| item.request.payment_id));
        let payments = payment_row::read(&payments, Lock::None, connection).await?;
        let mut book = Book::open(payments, reservations);
        let decisions = self.batch.iter().map(|item| book.begin(item, self.now)).collect();
        changes::close(book, decisions, self.now, connection).await
    }
}
