//! What is known of a payment: the ledger's row, or before it has begun the item its acceptance left.

use gateway_domain::{Payment, PaymentId, PaymentStatus, UserId};
use gateway_edge::http::{HttpRequest, Problem};
use gateway_ports::attempts::{NewPaymentItem, PendingPayments};
use gateway_ports::ledger::ReadPayments;
use gateway_wire::http::{CURRENCY, EventBody, PaymentBody, PaymentLinks};
use gateway_wire::money::WireMoney;
use gateway_wire::time::WireTime;

use crate::Payments;

pub(crate) enum Known {
    /// The ledger has it.
    Begun(Payment),
    /// Accepted and queued; the ledger learns of it from orchestrate-payment.
    Accepted(NewPaymentItem),
}

impl Known {
    pub(crate) const fn id(&self) -> PaymentId {
        match self {
            Self::Begun(payment) => payment.id,
            Self::Accepted(item) => item.payment_id,
        }
    }

    const fn owner(&self) -> &UserId {
        match self {
            Self::Begun(payment) => &payment.user_id,
            Self::Accepted(item) => &item.user_id,
        }
    }

    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Begun(payment) if payment.status.is_final())
    }

    /// 0 until it has begun.
    pub(crate) const fn version(&self) -> u64 {
        match self {
            Self::Begun(payment) => payment.version,
            Self::Accepted(_) => 0,
        }
    }

    pub(crate) fn body(&self, events: Vec<EventBody>) -> PaymentBody {
        match self {
            Self::Begun(payment) => PaymentBody::new(payment, events),
            Self::Accepted(item) => accepted(item),
        }
    }
}

impl<L: ReadPayments, P: PendingPayments> Payments<L, P> {
    /// The payment in the path, if it is the caller's. The ledger is asked first: nearly all have begun.
    pub(crate) async fn own_payment(&self, request: &HttpRequest) -> Result<Known, Problem> {
        let id = request.path_id("id", "payment_unknown")?;
        let known = match self.ledger.payment(id).await? {
            Some(payment) => Known::Begun(payment),
            None => Known::Accepted(self.pending.pending(id).await?.ok_or_else(unknown)?),
        };
        if request.caller.may_see(known.owner()) {
            return Ok(known);
        }
        Err(Problem::forbidden("payment_not_yours", "the payment is another user's"))
    }
}

fn unknown() -> Problem {
    Problem::not_found("payment_unknown", "there is no such payment")
}

fn accepted(item: &NewPaymentItem) -> PaymentBody {
    PaymentBody {
        id: item.payment_id,
        status: PaymentStatus::Pending.as_str().to_owned(),
        is_final: false,
        reserve_id: item.reservation_id,
        amount: WireMoney(item.amount),
        currency: CURRENCY.to_owned(),
        attempt: 0,
        next_attempt_at: None,
        card: None,
        charge_id: None,
        reason: None,
        created_at: WireTime(item.payment_id.accepted_at()),
        updated_at: WireTime(item.payment_id.accepted_at()),
        events: Vec::new(),
        links: PaymentLinks::new(item.payment_id, item.reservation_id),
    }
}
