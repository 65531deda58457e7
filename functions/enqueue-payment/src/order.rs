//! What a request wants to pay, without the card.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::{CardSummary, Money, PaymentId, ProductId, Quantity, ReservationId, UserId};

/// What to pay, as the buyer believes it to be. The price of one is not here: the reading has checked
/// that it is the amount over the quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) reservation_id: ReservationId,
    pub(crate) product_id: ProductId,
    pub(crate) user_id: UserId,
    pub(crate) quantity: Quantity,
    pub(crate) amount: Money,
}

impl Order {
    /// As the payment `payment_id`.
    pub(crate) fn to_request(&self, payment_id: PaymentId, card: Option<CardSummary>) -> PaymentRequest {
        PaymentRequest {
            payment_id,
            reservation_id: self.reservation_id,
            product_id: self.product_id,
            user_id: self.user_id.clone(),
            quantity: self.quantity,
            amount: self.amount,
            card,
            // A request that goes on with an earlier one's id thereby repeats its record to the letter.
            accepted_at: payment_id.accepted_at(),
        }
    }
}
