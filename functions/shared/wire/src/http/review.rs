//! `POST /payments/{id}/review`.

use gateway_domain::{Payment, PaymentId};
use serde::{Deserialize, Serialize};

use super::PaymentLinks;
use crate::convert::text;

/// How a payment under review ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewBody {
    /// The payment.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub payment_id: PaymentId,
    /// Where it stands now.
    pub status: String,
    /// Whose word that rests on; absent for a payment that had ended before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<SaidBy>,
    /// The PSP's charge, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_id: Option<String>,
    /// Where to go on.
    pub links: PaymentLinks,
}

/// Whose word the end of a payment rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SaidBy {
    /// The PSP's.
    Psp,
    /// The person's: the PSP could not say.
    Person,
}

impl ReviewBody {
    /// A payment as it stands.
    #[must_use]
    pub fn new(payment: &Payment, said_by: Option<SaidBy>) -> Self {
        Self {
            payment_id: payment.id,
            status: payment.status.as_str().to_owned(),
            said_by,
            charge_id: payment.charge_id.as_ref().map(|id| id.0.clone()),
            links: PaymentLinks::new(payment.id, payment.reservation_id),
        }
    }
}
