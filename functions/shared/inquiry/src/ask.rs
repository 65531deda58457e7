//! Asking.

use gateway_domain::Payment;
use gateway_domain::charge::Inquiry;
use gateway_ports::attempts::Erased;
use gateway_ports::provider::PaymentProvider;

/// The payment with the charge that the PSP has named: the ledger may not have heard of it yet.
#[must_use]
pub fn with_named_charge(payment: &Payment, erased: &Erased) -> Payment {
    let vaulted = || erased.verdict.as_ref().and_then(|verdict| verdict.charge_id().cloned());
    Payment { charge_id: payment.charge_id.clone().or_else(vaulted), ..payment.clone() }
}

/// As [`ask`]; where the PSP does not know the charge that it has named, by the payment too. [`Inquiry::None`] of a
/// payment with a charge then is no "there is no charge": the PSP contradicts itself.
pub async fn ask_doubting(provider: &impl PaymentProvider, payment: &Payment, times: usize) -> Inquiry {
    match ask(provider, payment, times).await {
        Inquiry::None if payment.charge_id.is_some() => {
            ask(provider, &Payment { charge_id: None, ..payment.clone() }, 1).await
        }
        said => said,
    }
}

/// Asks the PSP about a payment's charge: by its id where it is known, else by the payment. At most
/// `times`, until it can say.
pub async fn ask(provider: &impl PaymentProvider, payment: &Payment, times: usize) -> Inquiry {
    let Ok(amount) = payment.amount.to_cents() else {
        return Inquiry::Unanswered { reason: "the amount is no number of cents".to_owned() };
    };
    let mut answer = Inquiry::Unanswered { reason: "not asked yet".to_owned() };
    for _ in 0..times {
        answer = match &payment.charge_id {
            Some(charge_id) => provider.find_charge(charge_id, payment.id, amount).await,
            None => provider.find_by_payment(payment.id, amount).await,
        };
        if !matches!(answer, Inquiry::Unanswered { .. }) {
            break;
        }
    }
    answer
}
