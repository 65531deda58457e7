//! `POST /payment`, `GET /payments/{id}`, `GET /payments/{id}/events`.

use std::collections::BTreeMap;

use gateway_domain::{CardSummary, Payment, PaymentId, ReservationId};
use serde::{Deserialize, Serialize};

use super::{CURRENCY, ReservationBody};
use crate::RecordOrigin;
use crate::convert::text;
use crate::money::WireMoney;
use crate::time::WireTime;

/// The 202 of `POST /payment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptedBody {
    /// The payment.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub id: PaymentId,
    /// `PENDING`; for a repeated request where the payment stands now.
    pub status: String,
    /// What it pays.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub reserve_id: ReservationId,
    /// How much.
    pub amount: WireMoney,
    /// `BRL`.
    pub currency: String,
    /// What may be told of the card; absent for an encrypted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardBody>,
    /// When it was accepted.
    pub created_at: WireTime,
    /// Where to go on.
    pub links: PaymentLinks,
}

/// What an answer tells of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CardBody {
    /// Scheme, such as `visa`.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
}

impl From<&CardSummary> for CardBody {
    fn from(card: &CardSummary) -> Self {
        Self { brand: card.brand.as_str().to_owned(), last4: card.last4.clone() }
    }
}

/// Where to go on from a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentLinks {
    /// The payment itself.
    #[serde(rename = "self")]
    pub itself: String,
    /// Its timeline.
    pub events: String,
    /// What it pays.
    pub reservation: String,
}

impl PaymentLinks {
    /// The links of a payment.
    #[must_use]
    pub fn new(id: PaymentId, reservation_id: ReservationId) -> Self {
        Self {
            itself: PaymentBody::path(id),
            events: format!("{}/events", PaymentBody::path(id)),
            reservation: ReservationBody::path(reservation_id),
        }
    }
}

/// `GET /payments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentBody {
    /// The payment.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub id: PaymentId,
    /// Where it stands.
    pub status: String,
    /// Whether it will stay so for ever.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// What it pays.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub reserve_id: ReservationId,
    /// How much.
    pub amount: WireMoney,
    /// `BRL`.
    pub currency: String,
    /// The attempt under way or last made; 0 before the first.
    pub attempt: u32,
    /// When the next attempt is due, in RETRY_SCHEDULED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<WireTime>,
    /// What may be told of the card; absent before the payment has begun, if encrypted until the PSP tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardBody>,
    /// The PSP's charge, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_id: Option<String>,
    /// Why it was rejected, declined, failed or put under review: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was accepted.
    pub created_at: WireTime,
    /// When it last changed.
    pub updated_at: WireTime,
    /// Its story, in order.
    pub events: Vec<EventBody>,
    /// Where to go on.
    pub links: PaymentLinks,
}

impl PaymentBody {
    /// The path of a payment.
    #[must_use]
    pub fn path(id: PaymentId) -> String {
        format!("/payments/{id}")
    }

    /// A payment of the ledger with its story.
    #[must_use]
    pub fn new(payment: &Payment, events: Vec<EventBody>) -> Self {
        Self {
            id: payment.id,
            status: payment.status.as_str().to_owned(),
            is_final: payment.status.is_final(),
            reserve_id: payment.reservation_id,
            amount: WireMoney(payment.amount),
            currency: CURRENCY.to_owned(),
            attempt: payment.attempt,
            next_attempt_at: payment.next_attempt_at.map(WireTime),
            card: payment.card.as_ref().map(CardBody::from),
            charge_id: payment.charge_id.as_ref().map(|id| id.0.clone()),
            reason: payment.reason.clone(),
            created_at: WireTime(payment.accepted_at),
            updated_at: WireTime(payment.updated_at),
            events,
            links: PaymentLinks::new(payment.id, payment.reservation_id),
        }
    }
}

/// One event of a payment's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventBody {
    /// Position in the story, from 1 without gaps.
    pub sequence: u32,
    /// When.
    pub at: WireTime,
    /// The step that wrote it.
    pub step: String,
    /// What, such as `ACCEPTED` or `RETRY_SCHEDULED`.
    pub event: String,
    /// The attempt it belongs to; 0 where it belongs to none.
    pub attempt: u32,
    /// Codes and words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
    /// The record that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<RecordOrigin>,
}

/// `GET /payments/{id}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsBody {
    /// The payment.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub payment_id: PaymentId,
    /// Its story, in order.
    pub items: Vec<EventBody>,
}
