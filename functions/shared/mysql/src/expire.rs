//! Releasing what expired.

use gateway_domain::{Reservation, ReservationId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::reservations::ExpireReservations;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::database::Database;
use crate::failure::Failure;
use crate::product_row;
use crate::reservation_row::{self, COLUMNS};
use crate::transact::{Ending, Work};

impl ExpireReservations for Database {
    async fn expire(&self, now: Timestamp, limit: u32) -> Result<Vec<ReservationId>, PortError> {
        self.transact(&Expire { now, limit }).await
    }
}

struct Expire {
    now: Timestamp,
    limit: u32,
}

impl Work for Expire {
    type Answer = Vec<ReservationId>;
    const NAME: &'static str = "expire reservations";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let over = self.lock_over(connection).await?;
        let ids: Vec<_> = over.iter().map(|reservation| reservation.id).collect();
        if ids.is_empty() {
            return Ok(Ending::RollBack(ids));
        }
        reservation_row::release(&ids, self.now, connection).await?;
        product_row::give_back(&over, self.now, connection).await?;
        Ok(Ending::Commit(ids))
    }
}

impl Expire {
    /// Those that another transaction holds are passed over: it pays or releases them, or leaves
    /// them to the next call. So are those of a product that somebody has deleted: there is no stock to give back
    /// to, and they must not hold up the others.
    async fn lock_over(&self, connection: &mut MySqlConnection) -> Result<Vec<Reservation>, Failure> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(COLUMNS).push(" FROM reservations WHERE status = 'HELD' AND expires_at_ms <= ");
        query.push_bind(self.now.as_millis());
        query.push(" AND EXISTS (SELECT 1 FROM products WHERE products.id = reservations.product_id)");
        query.push(" ORDER BY expires_at_ms, id LIMIT ");
        query.push_bind(i64::from(self.limit)).push(" FOR UPDATE SKIP LOCKED");
        let rows = query.build().fetch_all(connection).await?;
        Ok(rows.iter().map(reservation_row::decode).collect::<Result<_, _>>()?)
    }
}
