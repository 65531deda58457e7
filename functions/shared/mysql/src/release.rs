//! Reserving and releasing one reservation.

use gateway_domain::reservation::{ReleaseDecision, ReserveCommand, ReserveRefusal, check_release};
use gateway_domain::{Reservation, ReservationId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::reservations::Reservations;
use sqlx::MySqlConnection;

use crate::database::Database;
use crate::failure::Failure;
use crate::transact::{Ending, Work};
use crate::{product_row, reservation_row};

impl Reservations for Database {
    async fn reserve(
        &self,
        command: &ReserveCommand,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Result<Reservation, ReserveRefusal>, PortError> {
        self.take_or_refuse(command, expires_at, now).await
    }

    async fn release(&self, id: ReservationId, now: Timestamp) -> Result<Option<ReleaseDecision>, PortError> {
        self.transact(&Release { id, now }).await
    }
}

struct Release {
    id: ReservationId,
    now: Timestamp,
}

impl Work for Release {
    type Answer = Option<ReleaseDecision>;
    const NAME: &'static str = "release";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let found = reservation_row::lock(&[self.id], connection).await?;
        let decision = found.first().map(|reservation| check_release(reservation.status));
        if decision != Some(ReleaseDecision::Release) {
            return Ok(Ending::RollBack(decision));
        }
        reservation_row::release(&[self.id], self.now, connection).await?;
        product_row::give_back(&found, self.now, connection).await?;
        Ok(Ending::Commit(decision))
    }
}
