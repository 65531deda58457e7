//! New reservations.

use gateway_domain::Timestamp;
use gateway_domain::reservation::{Reservation, ReservationStatus, ReserveCommand};
use gateway_ports::PortError;

/// The reservation a granted wish becomes.
#[must_use]
pub fn held(command: &ReserveCommand, expires_at: Timestamp, now: Timestamp) -> Reservation {
    Reservation {
        id: command.reservation_id,
        product_id: command.product_id,
        user_id: command.user_id.clone(),
        quantity: command.quantity,
        price: command.price,
        total_price: command.total_price,
        status: ReservationStatus::Held,
        payment_id: None,
        expires_at,
        created_at: now,
    }
}

/// Checks that a reservation found under the wish's id is what the same wish became before.
///
/// # Errors
/// A permanent [`PortError`] if it is another's: ids are drawn to be unique.
pub fn check_repeated(command: &ReserveCommand, existing: &Reservation) -> Result<(), PortError> {
    let same = existing.product_id == command.product_id
        && existing.user_id == command.user_id
        && existing.quantity == command.quantity
        && existing.price == command.price;
    if same {
        Ok(())
    } else {
        Err(PortError::permanent(format!(
            "reservation {} exists already and differs",
            command.reservation_id
        )))
    }
}
