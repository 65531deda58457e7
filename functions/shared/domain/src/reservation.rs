//! Reservations: stock held for a buyer, and the rule of what may be reserved.

use std::fmt;
use std::str::FromStr;

use crate::id::{PaymentId, ProductId, ReservationId, UserId};
use crate::money::Money;
use crate::product::{Product, Quantity};
use crate::time::Timestamp;

/// Where a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReservationStatus {
    /// Stock is held; the buyer may pay until it expires.
    Held,
    /// A payment is under way; never expires.
    Paying,
    /// Paid; the stock is sold.
    Confirmed,
    /// Expired or cancelled; the stock went back.
    Released,
}

impl ReservationStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 4] = [Self::Held, Self::Paying, Self::Confirmed, Self::Released];

    /// The name used in tables, messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Paying => "PAYING",
            Self::Confirmed => "CONFIRMED",
            Self::Released => "RELEASED",
        }
    }
}

impl fmt::Display for ReservationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReservationStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

/// A text that names no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownStatus;

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a known status")
    }
}

impl std::error::Error for UnknownStatus {}

/// Stock held for a buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// What is held.
    pub product_id: ProductId,
    /// For whom.
    pub user_id: UserId,
    /// How many.
    pub quantity: Quantity,
    /// Price of one when it was reserved.
    pub price: Money,
    /// Price times quantity.
    pub total_price: Money,
    /// Where it stands.
    pub status: ReservationStatus,
    /// The payment that holds it (PAYING) or bought it (CONFIRMED).
    pub payment_id: Option<PaymentId>,
    /// When HELD ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A buyer's wish to reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveCommand {
    /// The id the new reservation gets.
    pub reservation_id: ReservationId,
    /// What.
    pub product_id: ProductId,
    /// For whom.
    pub user_id: UserId,
    /// How many.
    pub quantity: Quantity,
    /// The price of one as the buyer saw it.
    pub price: Money,
    /// The total as the buyer saw it.
    pub total_price: Money,
}

/// Why a reservation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveRefusal {
    /// No such product.
    ProductUnknown,
    /// The price is not the catalogue's.
    PriceDiffers,
    /// The total is not price times quantity.
    TotalDiffers,
    /// The total could not be charged: a fraction of a cent, or out of the PSP's range.
    NotChargeable,
    /// Fewer units are available.
    OutOfStock,
}

/// Checks a wish against the product; stock is checked again by the conditional update.
///
/// # Errors
/// The first [`ReserveRefusal`] that applies.
pub fn check_reserve(command: &ReserveCommand, product: Option<&Product>) -> Result<(), ReserveRefusal> {
    let product = product.ok_or(ReserveRefusal::ProductUnknown)?;
    if command.price != product.price {
        return Err(ReserveRefusal::PriceDiffers);
    }
    if product.price.times(command.quantity.get()) != Some(command.total_price) {
        return Err(ReserveRefusal::TotalDiffers);
    }
    if command.total_price.to_cents().is_err() {
        return Err(ReserveRefusal::NotChargeable);
    }
    if product.available < command.quantity.get() {
        return Err(ReserveRefusal::OutOfStock);
    }
    Ok(())
}

/// What became of a wish to give a reservation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseDecision {
    /// HELD: release it, stock goes back.
    Release,
    /// Already released: nothing to do, and no error.
    AlreadyReleased,
    /// Being paid or paid: cannot be given back.
    Refuse(ReservationStatus),
}

/// Whether a buyer may give a reservation back.
#[must_use]
pub const fn check_release(status: ReservationStatus) -> ReleaseDecision {
    match status {
        ReservationStatus::Held => ReleaseDecision::Release,
        ReservationStatus::Released => ReleaseDecision::AlreadyReleased,
        ReservationStatus::Paying | ReservationStatus::Confirmed => ReleaseDecision::Refuse(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn product(price: &str, available: u32) -> Product {
        Product {
            id: ProductId::from_u128(1),
            name: "Mouse".into(),
            price: money(price),
            available,
            version: 1,
        }
    }

    fn wish(quantity: u32, price: &str, total: &str) -> ReserveCommand {
        ReserveCommand {
            reservation_id: ReservationId::from_u128(2),
            product_id: ProductId::from_u128(1),
            user_id: UserId::new("ana").unwrap(),
            quantity: Quantity::new(quantity).unwrap(),
            price: money(price),
            total_price: money(total),
        }
    }

    #[test]
    fn a_wish_is_checked_against_the_catalogue() {
        for (wish, product, expected) in [
            (wish(2, "50.00", "100.00"), Some(product("50.00", 2)), Ok(())),
            (wish(2, "50.00", "100.00"), None, Err(ReserveRefusal::ProductUnknown)),
            (wish(2, "49.99", "99.98"), Some(product("50.00", 2)), Err(ReserveRefusal::PriceDiffers)),
            (wish(2, "50.00", "99.99"), Some(product("50.00", 2)), Err(ReserveRefusal::TotalDiffers)),
            (wish(1, "0.1250", "0.1250"), Some(product("0.1250", 2)), Err(ReserveRefusal::NotChargeable)),
            (wish(4, "0.1250", "0.50"), Some(product("0.1250", 9)), Ok(())),
            (wish(3, "50.00", "150.00"), Some(product("50.00", 2)), Err(ReserveRefusal::OutOfStock)),
        ] {
            assert_eq!(check_reserve(&wish, product.as_ref()), expected, "{wish:?}");
        }
    }
}
