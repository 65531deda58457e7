//! `POST /reserve`, `GET /reservations/{id}`.

use gateway_domain::{PaymentId, ProductId, Reservation, ReservationId, UserId};
use serde::{Deserialize, Serialize};

use crate::convert::{text, user};
use crate::money::WireMoney;
use crate::time::WireTime;

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReservationBody {
    /// Its id: the `reserve_id` of a payment.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub id: ReservationId,
    /// What is held.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub product_id: ProductId,
    /// For whom.
    #[serde(with = "user")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::UserId"))]
    pub user_id: UserId,
    /// How many.
    pub quantity: u32,
    /// Price of one, in BRL.
    pub price: WireMoney,
    /// Price times quantity, in BRL.
    pub total_price: WireMoney,
    /// `HELD`, `PAYING`, `CONFIRMED` or `RELEASED`.
    pub status: String,
    /// The payment that holds it (PAYING) or bought it (CONFIRMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// When HELD ends.
    pub expires_at: WireTime,
    /// When it was made.
    pub created_at: WireTime,
    /// Where to go on.
    pub links: ReservationLinks,
}

/// Where to go on from a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReservationLinks {
    /// The reservation itself.
    #[serde(rename = "self")]
    pub itself: String,
    /// Its payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
}

impl ReservationBody {
    /// The path of a reservation.
    #[must_use]
    pub fn path(id: ReservationId) -> String {
        format!("/reservations/{id}")
    }
}

impl From<&Reservation> for ReservationBody {
    fn from(reservation: &Reservation) -> Self {
        Self {
            id: reservation.id,
            product_id: reservation.product_id,
            user_id: reservation.user_id.clone(),
            quantity: reservation.quantity.get(),
            price: WireMoney(reservation.price),
            total_price: WireMoney(reservation.total_price),
            status: reservation.status.as_str().to_owned(),
            payment_id: reservation.payment_id.as_ref().map(PaymentId::to_string),
            expires_at: WireTime(reservation.expires_at),
            created_at: WireTime(reservation.created_at),
            links: ReservationLinks {
                itself: Self::path(reservation.id),
                payment: reservation.payment_id.map(super::PaymentBody::path),
            },
        }
    }
}
