//! A charge, and PagBank's JSON of it.

use jiff::Timestamp;
use jiff::tz::Offset;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::issuer::{APPROVED, IssuerAnswer, Refusal};
use crate::order::Order;
use crate::scenario::Verdict;

/// PagBank's `status` of a charge. WAITING belongs to other means of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Authorized,
    Paid,
    InAnalysis,
    Declined,
    Canceled,
}

/// What is known of a charge beyond the [`Order`] it came from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) created_at_ms: i64,
    pub(crate) paid_at_ms: Option<i64>,
    pub(crate) paid_cents: u64,
    pub(crate) refunded_cents: u64,
    /// The acquirer's number of the transaction: twelve digits.
    pub(crate) nsu: String,
    /// The issuer's number of the approval: six digits.
    pub(crate) authorization_code: String,
}

impl Charge {
    /// A new charge with this verdict.
    pub(crate) fn create(order: &Order, verdict: Verdict, now_ms: i64) -> Self {
        let mut random = rand::rng();
        let mut charge = Self {
            id: random_id("CHAR_"),
            status: Status::InAnalysis,
            refusal: None,
            created_at_ms: now_ms,
            paid_at_ms: None,
            paid_cents: 0,
            refunded_cents: 0,
            nsu: format!("{:012}", random.random_range(0..1_000_000_000_000_u64)),
            authorization_code: format!("{:06}", random.random_range(0..1_000_000_u32)),
        };
        charge.judge(order, verdict, now_ms);
        charge
    }

    /// Applies a verdict: at once, or at the end of an analysis.
    pub(crate) fn judge(&mut self, order: &Order, verdict: Verdict, now_ms: i64) {
        match verdict {
            Verdict::Approved if order.capture => self.pay(order.amount_cents, now_ms),
            Verdict::Approved => self.status = Status::Authorized,
            Verdict::Declined(refusal) => {
                self.status = Status::Declined;
                self.refusal = Some(refusal);
            }
            Verdict::InAnalysis => self.status = Status::InAnalysis,
        }
    }

    /// Captures this much.
    pub(crate) fn pay(&mut self, cents: u64, now_ms: i64) {
        self.status = Status::Paid;
        self.paid_cents = cents;
        self.paid_at_ms = Some(now_ms);
    }

    fn issuer_answer(&self) -> IssuerAnswer {
        self.refusal.map_or(APPROVED, Refusal::answer)
    }

    /// PagBank's charge object. `amount_cents` is the order's, unless the answer is to lie.
    pub(crate) fn view(&self, order: &Order, amount_cents: u64, base_url: &str) -> Value {
        let mut view = json!({
            "id": self.id,
            "reference_id": order.reference_id,
            "status": self.status,
            "created_at": at(self.created_at_ms),
            "description": order.description,
            "amount": {
                "value": amount_cents,
                "currency": "BRL",
                "summary": { "total": amount_cents, "paid": self.paid_cents, "refunded": self.refunded_cents },
            },
            "payment_method": payment_method(order),
            "links": self.links(base_url),
            "notification_urls": order.notification_urls,
        });
        if let Some(paid_at_ms) = self.paid_at_ms {
            view["paid_at"] = at(paid_at_ms).into();
        }
        // PagBank knows no answer of the issuer while its own risk check is running.
        if self.status != Status::InAnalysis {
            view["payment_response"] = self.payment_response();
        }
        view
    }

    fn payment_response(&self) -> Value {
        let answer = self.issuer_answer();
        let mut raw_data = json!({ "nsu": self.nsu, "reason_code": answer.reason_code });
        if self.refusal.is_none() {
            raw_data["authorization_code"] = self.authorization_code.as_str().into();
        }
        if let Some(advice) = answer.merchant_advice_code {
            raw_data["merchant_advice_code"] = advice.into();
        }
        json!({ "code": answer.code, "message": answer.message, "reference": self.nsu, "raw_data": raw_data })
    }

    fn links(&self, base_url: &str) -> Value {
        let charge = format!("{base_url}/charges/{}", self.id);
        let link = |rel: &str, href: &str, method: &str| json!({ "rel": rel, "href": href, "media": "application/json", "type": method });
        json!([
            link("SELF", &charge, "GET"),
            link("CHARGE.CANCEL", &format!("{charge}/cancel"), "POST"),
            link("CHARGE.CAPTURE", &format!("{charge}/capture"), "POST"),
        ])
    }
}

fn payment_method(order: &Order) -> Value {
    let card = &order.card;
    json!({
        "type": "CREDIT_CARD",
        "installments": order.installments,
        "capture": order.capture,
        "soft_descriptor": order.soft_descriptor,
        "card": {
            "brand": card.brand,
            "first_digits": card.first_digits,
            "last_digits": card.last_digits,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "holder": { "name": card.holder_name },
            "store": card.store,
        },
    })
}

/// PagBank writes times in Brasília's, which has been UTC−3 all the year since 2019.
pub(crate) fn at(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::constant(-3).to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S%.3f-03:00").to_string()
}

/// PagBank's ids: a prefix and an upper-case UUID (version 4).
fn random_id(prefix: &str) -> String {
    let bits: u128 = rand::rng().random();
    let uuid = (bits & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{uuid:032X}");
    format!("{prefix}{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::{at, random_id};

    #[test]
    fn an_id_is_a_prefix_and_a_version_4_uuid() {
        let id = random_id("CHAR_");
        assert_eq!(id.len(), 41);
        assert_eq!(id.as_bytes()[19], b'4', "{id}");
        assert!(matches!(id.as_bytes()[24], b'8' | b'9' | b'A' | b'B'), "{id}");
    }

    #[test]
    fn times_are_those_of_brasilia() {
        assert_eq!(at(1_758_032_984_356), "2025-09-16T11:29:44.356-03:00");
    }
}
