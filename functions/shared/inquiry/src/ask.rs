//! Asking.

use gateway_domain::Payment;
use gateway_domain::charge::Inquiry;
use gateway_ports::provider::PaymentProvider;

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
