//! Reservations: stock moved by conditional updates only, never by read-then-write.

use std::future::Future;

use gateway_domain::reservation::{ReleaseDecision, ReserveCommand, ReserveRefusal};
use gateway_domain::{PaymentId, PaymentStatus, Reservation, ReservationId, Timestamp};

use crate::PortError;

/// Reserves and releases.
pub trait Reservations: Send + Sync {
    /// Takes stock and inserts the reservation as HELD until `expires_at`, in one transaction; or
    /// refuses. Races never oversell.
    fn reserve(
        &self,
        command: &ReserveCommand,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Result<Reservation, ReserveRefusal>, PortError>> + Send;

    /// HELD → RELEASED with the stock given back once, if it is so decided by
    /// [`gateway_domain::reservation::check_release`]; `None` if there is no such reservation.
    /// The caller has checked whose it is.
    fn release(
        &self,
        id: ReservationId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<ReleaseDecision>, PortError>> + Send;
}

/// Reads reservations.
pub trait ReadReservations: Send + Sync {
    /// The reservation.
    fn reservation(
        &self,
        id: ReservationId,
    ) -> impl Future<Output = Result<Option<Reservation>, PortError>> + Send;

    /// The status of a payment, if the ledger knows it yet: what decides about duplicates.
    fn payment_status(
        &self,
        id: PaymentId,
    ) -> impl Future<Output = Result<Option<PaymentStatus>, PortError>> + Send;
}

/// Releases what expired.
pub trait ExpireReservations: Send + Sync {
    /// Up to `limit` HELD reservations whose time is over become RELEASED, each one's stock given
    /// back once. Returns their ids. Overlapping calls never release twice.
    fn expire(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ReservationId>, PortError>> + Send;
}
