//! The messages of the payment's path, one a topic.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::Brand;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId};
use gateway_domain::money::MoneyError;
use gateway_domain::product::InvalidQuantity;
use gateway_domain::{
    CardSummary, PaymentId, ProductId, Quantity, ReservationId, Timestamp, UserId, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::convert::{text, user};
use crate::money::WireMoney;

/// All that may be told of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireCard {
    /// Scheme, such as `visa`.
    pub brand: String,
    /// First six digits.
    pub bin: String,
    /// Last four digits.
    pub last4: String,
}

impl From<&CardSummary> for WireCard {
    fn from(card: &CardSummary) -> Self {
        Self { brand: card.brand.as_str().to_owned(), bin: card.bin.clone(), last4: card.last4.clone() }
    }
}

impl From<&WireCard> for CardSummary {
    fn from(card: &WireCard) -> Self {
        Self { brand: Brand::from_name(&card.brand), bin: card.bin.clone(), last4: card.last4.clone() }
    }
}

/// `order_queue`: a payment the buyer was told is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequested {
    /// The payment.
    #[serde(with = "text")]
    pub payment_id: PaymentId,
    /// What it pays; also the record's key.
    #[serde(with = "text")]
    pub reservation_id: ReservationId,
    /// The product the buyer believes to pay.
    #[serde(with = "text")]
    pub product_id: ProductId,
    /// Who pays.
    #[serde(with = "user")]
    pub user_id: UserId,
    /// How many the buyer believes to pay.
    pub quantity: u32,
    /// How much, in BRL.
    pub amount: WireMoney,
    /// What may be told of the card; absent for an encrypted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<WireCard>,
    /// When the buyer got the 202, in epoch milliseconds.
    pub accepted_at_ms: i64,
}

/// A field that is out of its bounds: enqueue-payment never sends such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfBounds {
    /// Not a quantity.
    Quantity(InvalidQuantity),
    /// Not an amount that can be charged.
    Amount(MoneyError),
}

impl std::fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Quantity(error) => error.fmt(f),
            Self::Amount(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OutOfBounds {}

impl PaymentRequested {
    /// The request as the rules know it.
    ///
    /// # Errors
    /// [`OutOfBounds`].
    pub fn to_request(&self) -> Result<PaymentRequest, OutOfBounds> {
        self.amount.0.to_cents().map_err(OutOfBounds::Amount)?;
        Ok(PaymentRequest {
            payment_id: self.payment_id,
            reservation_id: self.reservation_id,
            product_id: self.product_id,
            user_id: self.user_id.clone(),
            quantity: Quantity::new(self.quantity).map_err(OutOfBounds::Quantity)?,
            amount: self.amount.0,
            card: self.card.as_ref().map(CardSummary::from),
            accepted_at: Timestamp::from_millis(self.accepted_at_ms),
        })
    }
}

/// `process-purchases`: charge this, as attempt number `attempt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRequested {
    /// The payment; its reference and idempotency key at the PSP.
    #[serde(with = "text")]
    pub payment_id: PaymentId,
    /// What it pays; also the record's key.
    #[serde(with = "text")]
    pub reservation_id: ReservationId,
    /// How much, in BRL.
    pub amount: WireMoney,
    /// The attempt's number; the first is 1.
    pub attempt: u32,
    /// When the buyer got the 202, in epoch milliseconds.
    pub accepted_at_ms: i64,
}

/// `purchases-processed`: the PSP has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptCompleted {
    /// The payment.
    #[serde(with = "text")]
    pub payment_id: PaymentId,
    /// What it pays; also the record's key.
    #[serde(with = "text")]
    pub reservation_id: ReservationId,
    /// The attempt the verdict came from.
    pub attempt: u32,
    /// What the PSP decided.
    pub verdict: WireVerdict,
    /// How we learned of it.
    pub learned_by: LearnedBy,
    /// When the step learned of it, in epoch milliseconds.
    pub decided_at_ms: i64,
}

/// How a verdict was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearnedBy {
    /// The answer to the charge request.
    Charge,
    /// The PSP was asked, by charge id or reference.
    Inquiry,
    /// A webhook hinted and the PSP was asked.
    Webhook,
}

impl LearnedBy {
    /// The name used in timelines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Inquiry => "inquiry",
            Self::Webhook => "webhook",
        }
    }
}

/// [`Verdict`] on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WireVerdict {
    /// Authorized.
    Authorized {
        /// The PSP's charge.
        charge_id: String,
        /// The issuer's authorization code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authorization_code: Option<String>,
        /// What the PSP tells of the card.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<WireCard>,
    },
    /// Declined.
    Declined {
        /// The PSP's charge, where it made one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charge_id: Option<String>,
        /// The PSP's code.
        code: String,
        /// The PSP's words.
        message: String,
        /// What the PSP tells of the card.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<WireCard>,
    },
    /// At the PSP's risk check.
    InAnalysis {
        /// The PSP's charge.
        charge_id: String,
        /// What the PSP tells of the card.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<WireCard>,
    },
}

impl From<Verdict> for WireVerdict {
    fn from(verdict: Verdict) -> Self {
        let card = verdict.card().map(WireCard::from);
        match verdict {
            Verdict::Authorized { charge_id, authorization_code, .. } => {
                Self::Authorized { charge_id: charge_id.0, authorization_code, card }
            }
            Verdict::Declined { charge_id, code, message, .. } => {
                Self::Declined { charge_id: charge_id.map(|id| id.0), code, message, card }
            }
            Verdict::InAnalysis { charge_id, .. } => Self::InAnalysis { charge_id: charge_id.0, card },
        }
    }
}

/// A verdict counts whatever is told of its card.
fn told(card: &WireCard) -> Option<CardSummary> {
    CardSummary::told(&card.brand, &card.bin, &card.last4)
}

impl From<WireVerdict> for Verdict {
    fn from(verdict: WireVerdict) -> Self {
        match verdict {
            WireVerdict::Authorized { charge_id, authorization_code, card } => Self::Authorized {
                charge_id: ChargeId(charge_id),
                authorization_code,
                card: card.as_ref().and_then(told),
            },
            WireVerdict::Declined { charge_id, code, message, card } => Self::Declined {
                charge_id: charge_id.map(ChargeId),
                code,
                message,
                card: card.as_ref().and_then(told),
            },
            WireVerdict::InAnalysis { charge_id, card } => {
                Self::InAnalysis { charge_id: ChargeId(charge_id), card: card.as_ref().and_then(told) }
            }
        }
    }
}

/// `payment_retry`: an attempt ended without a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryRequested {
    /// The payment.
    #[serde(with = "text")]
    pub payment_id: PaymentId,
    /// What it pays; also the record's key.
    #[serde(with = "text")]
    pub reservation_id: ReservationId,
    /// How much, in BRL: what the PSP is asked about when no retry is left.
    pub amount: WireMoney,
    /// The attempt that failed.
    pub attempt: u32,
    /// Why.
    pub failure: WireFailure,
    /// When it failed, in epoch milliseconds.
    pub failed_at_ms: i64,
}

/// [`AttemptFailure`] on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireFailure {
    /// `NOT_CHARGED` or `UNKNOWN`.
    pub certainty: WireCertainty,
    /// A stable code, such as `timeout`.
    pub code: String,
    /// What happened, in words.
    pub message: String,
    /// How long the PSP asked us to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<i64>,
}

/// [`Certainty`] on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WireCertainty {
    /// Surely not charged.
    NotCharged,
    /// A charge may exist.
    Unknown,
}

impl From<AttemptFailure> for WireFailure {
    fn from(failure: AttemptFailure) -> Self {
        let certainty = match failure.certainty {
            Certainty::NotCharged => WireCertainty::NotCharged,
            Certainty::Unknown => WireCertainty::Unknown,
        };
        Self {
            certainty,
            code: failure.code,
            message: failure.message,
            retry_after_ms: failure.retry_after_ms,
        }
    }
}

impl From<WireFailure> for AttemptFailure {
    fn from(failure: WireFailure) -> Self {
        let certainty = match failure.certainty {
            WireCertainty::NotCharged => Certainty::NotCharged,
            WireCertainty::Unknown => Certainty::Unknown,
        };
        Self {
            certainty,
            code: failure.code,
            message: failure.message,
            retry_after_ms: failure.retry_after_ms,
        }
    }
}
