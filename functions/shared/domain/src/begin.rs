//! Whether an accepted payment may begin: the orchestrator's rule.

use crate::card::CardSummary;
use crate::id::{PaymentId, ProductId, ReservationId, UserId};
use crate::money::Money;
use crate::payment::{Payment, PaymentStatus};
use crate::product::Quantity;
use crate::reservation::{Reservation, ReservationStatus};
use crate::time::Timestamp;

/// A payment the buyer was told is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    /// Its id.
    pub payment_id: PaymentId,
    /// What it pays.
    pub reservation_id: ReservationId,
    /// The product the buyer believes to pay.
    pub product_id: ProductId,
    /// Who pays.
    pub user_id: UserId,
    /// How many the buyer believes to pay.
    pub quantity: Quantity,
    /// How much.
    pub amount: Money,
    /// What may be shown of the card; nothing of an encrypted one.
    pub card: Option<CardSummary>,
    /// When the buyer got the 202.
    pub accepted_at: Timestamp,
}

/// What to do with a payment request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginDecision {
    /// Insert the payment as PROCESSING, attempt 1, and take the reservation from HELD to PAYING.
    Begin,
    /// It began before (a redelivered record): go on from where it stands.
    AlreadyBegun(PaymentStatus),
    /// Insert the payment as REJECTED; the reservation stays as it is.
    Reject(RejectReason),
}

/// Why a payment is rejected before any charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectReason {
    /// No such reservation.
    ReservationUnknown,
    /// Released, by expiry or by the buyer.
    ReservationReleased,
    /// The buyer was told "accepted" after the reservation had already ended.
    ReservationExpired,
    /// Already paid.
    AlreadyPaid,
    /// Another payment for it is under way.
    PaymentInProgress,
    /// Another user's.
    NotYours,
    /// Product, quantity or amount are not the reservation's.
    Mismatch,
}

impl RejectReason {
    /// The stable code used in tables, messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReservationUnknown => "reservation_unknown",
            Self::ReservationReleased => "reservation_released",
            Self::ReservationExpired => "reservation_expired",
            Self::AlreadyPaid => "already_paid",
            Self::PaymentInProgress => "payment_in_progress",
            Self::NotYours => "reservation_not_yours",
            Self::Mismatch => "payment_mismatch",
        }
    }
}

/// Decides about a payment request from what the ledger holds.
///
/// A reservation whose time ran out between the 202 and now may still be paid: it is HELD, so its
/// stock is still there, and the buyer was in time.
#[must_use]
pub fn decide(
    request: &PaymentRequest,
    existing: Option<&Payment>,
    reservation: Option<&Reservation>,
) -> BeginDecision {
    if let Some(payment) = existing {
        return BeginDecision::AlreadyBegun(payment.status);
    }
    match check(request, reservation) {
        Ok(()) => BeginDecision::Begin,
        Err(reason) => BeginDecision::Reject(reason),
    }
}

/// Whether the reservation can be paid as asked: also what the HTTP edge tells the buyer at once.
///
/// # Errors
/// The first [`RejectReason`] that applies; ownership before anything that tells of its state.
pub fn check(request: &PaymentRequest, reservation: Option<&Reservation>) -> Result<(), RejectReason> {
    let reservation = reservation.ok_or(RejectReason::ReservationUnknown)?;
    if reservation.user_id != request.user_id {
        return Err(RejectReason::NotYours);
    }
    let same = reservation.product_id == request.product_id
        && reservation.quantity == request.quantity
        && reservation.total_price == request.amount;
    if !same {
        return Err(RejectReason::Mismatch);
    }
    match reservation.status {
        ReservationStatus::Held if request.accepted_at < reservation.expires_at => Ok(()),
        ReservationStatus::Held => Err(RejectReason::ReservationExpired),
        ReservationStatus::Paying => Err(RejectReason::PaymentInProgress),
        ReservationStatus::Confirmed => Err(RejectReason::AlreadyPaid),
        ReservationStatus::Released => Err(RejectReason::ReservationReleased),
    }
}
