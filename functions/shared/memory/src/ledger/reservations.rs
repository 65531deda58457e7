//! Reserving, releasing, expiring.

use gateway_domain::reservation::{
    ReleaseDecision, ReserveCommand, ReserveRefusal, check_release, check_reserve,
};
use gateway_domain::{PaymentId, PaymentStatus, Reservation, ReservationId, ReservationStatus, Timestamp};
use gateway_ledger::reserve::{check_repeated, held};
use gateway_ports::PortError;
use gateway_ports::reservations::{ExpireReservations, ReadReservations, Reservations};

use super::MemoryLedger;

impl Reservations for MemoryLedger {
    async fn reserve(
        &self,
        command: &ReserveCommand,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Result<Reservation, ReserveRefusal>, PortError> {
        let mut state = self.lock();
        if let Some(existing) = state.reservations.get(&command.reservation_id) {
            return check_repeated(command, existing).map(|()| Ok(existing.clone()));
        }
        let stocked = state.products.get_mut(&command.product_id);
        if let Err(refusal) = check_reserve(command, stocked.as_ref().map(|stocked| &stocked.product)) {
            return Ok(Err(refusal));
        }
        if let Some(stocked) = stocked {
            stocked.product.available -= command.quantity.get();
            stocked.product.version += 1;
        }
        let reservation = held(command, expires_at, now);
        state.reservations.insert(reservation.id, reservation.clone());
        Ok(Ok(reservation))
    }

    async fn release(
        &self,
        id: ReservationId,
        _now: Timestamp,
    ) -> Result<Option<ReleaseDecision>, PortError> {
        let mut state = self.lock();
        let Some(reservation) = state.reservations.get(&id) else { return Ok(None) };
        let decision = check_release(reservation.status);
        if decision == ReleaseDecision::Release {
            state.release(id);
        }
        Ok(Some(decision))
    }
}

impl ReadReservations for MemoryLedger {
    async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, PortError> {
        Ok(self.lock().reservations.get(&id).cloned())
    }

    async fn payment_status(&self, id: PaymentId) -> Result<Option<PaymentStatus>, PortError> {
        Ok(self.lock().payments.get(&id).map(|row| row.payment.status))
    }
}

impl ExpireReservations for MemoryLedger {
    async fn expire(&self, now: Timestamp, limit: u32) -> Result<Vec<ReservationId>, PortError> {
        let mut state = self.lock();
        let over = |row: &&Reservation| row.status == ReservationStatus::Held && row.expires_at <= now;
        let mut expired: Vec<_> =
            state.reservations.values().filter(over).map(|row| (row.expires_at, row.id)).collect();
        expired.sort_unstable();
        expired.truncate(limit as usize);
        let ids: Vec<_> = expired.into_iter().map(|(_, id)| id).collect();
        for id in &ids {
            state.release(*id);
        }
        Ok(ids)
    }
}
