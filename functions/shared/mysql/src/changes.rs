//! Writing back what a book came to.

use gateway_domain::Timestamp;
use gateway_ledger::{Book, Changes};
use sqlx::MySqlConnection;

use crate::failure::Failure;
use crate::transact::Ending;
use crate::{event_row, payment_row, reservation_row};

/// Writes the book's changes and ends the transaction with `answer`; a batch that changed nothing
/// (a redelivered one) costs no commit.
pub(crate) async fn close<T>(
    book: Book,
    answer: T,
    now: Timestamp,
    connection: &mut MySqlConnection,
) -> Result<Ending<T>, Failure> {
    let changes = book.close();
    if changes.is_empty() {
        return Ok(Ending::RollBack(answer));
    }
    write(&changes, now, connection).await?;
    Ok(Ending::Commit(answer))
}

async fn write(changes: &Changes, now: Timestamp, connection: &mut MySqlConnection) -> Result<(), Failure> {
    payment_row::insert(&changes.inserted, connection).await?;
    payment_row::update(&changes.updated, connection).await?;
    reservation_row::move_all(&changes.moves, now, connection).await?;
    event_row::insert(&changes.events, connection).await
}
