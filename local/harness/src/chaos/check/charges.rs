//! What the PSP's list says against what the ledger says.

use std::collections::BTreeMap;

use gateway_domain::PaymentStatus;

use crate::chaos::evidence::{Charge, Evidence, PaymentRow};

/// The only currency.
const CURRENCY: &str = "BRL";

/// One key a payment, one charge a payment; money is held exactly where a payment is authorized.
pub(super) fn of_payments(evidence: &Evidence) -> Vec<(String, String)> {
    let mut by_payment: BTreeMap<&str, Vec<&Charge>> = BTreeMap::new();
    for charge in &evidence.charges {
        by_payment.entry(&charge.payment_id).or_default().push(charge);
    }
    let judged = evidence.payments.iter().filter_map(|(id, payment)| {
        let charges = by_payment.get(id.as_str()).map_or(&[][..], Vec::as_slice);
        Some((id.clone(), judge(payment, charges)?))
    });
    judged.collect()
}

fn judge(payment: &PaymentRow, charges: &[&Charge]) -> Option<String> {
    let held: Vec<_> = charges.iter().filter(|charge| charge.holds_money()).collect();
    let status = payment.status;
    match held.as_slice() {
        _ if charges.iter().any(|charge| charge.key != charges[0].key) => {
            Some(format!("it was charged under several keys: {charges:?}"))
        }
        [_, _, ..] => Some(format!("it was charged {} times: {held:?}", held.len())),
        [] if status == PaymentStatus::Authorized => {
            Some("it is AUTHORIZED, and no money is held".to_owned())
        }
        [charge] if status == PaymentStatus::Authorized => same(payment, charge),
        [_] if status == PaymentStatus::InReview => None,
        [charge] if status.is_final() => Some(format!("it is {status}, and money is held: {charge:?}")),
        _ => None,
    }
}

fn same(payment: &PaymentRow, charge: &Charge) -> Option<String> {
    let (amount, id) = (payment.amount_cents, payment.charge_id.as_deref());
    if charge.amount_cents != amount || charge.currency != CURRENCY {
        return Some(format!(
            "it is of {amount} cents, charged were {} {}",
            charge.amount_cents, charge.currency
        ));
    }
    (id != Some(&charge.id)).then(|| format!("it names the charge {id:?}, the PSP has {}", charge.id))
}

/// No reservation is paid twice, and nothing is charged for a payment that nobody knows.
pub(super) fn of_reservations(evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    let mut payer = BTreeMap::new();
    for charge in evidence.charges.iter().filter(|charge| charge.holds_money()) {
        let Some(payment) = evidence.payments.get(&charge.payment_id) else {
            findings.push(format!("no payment for {charge:?}"));
            continue;
        };
        let other = payer.insert(&payment.reservation_id, &charge.payment_id);
        if let Some(other) = other.filter(|other| *other != &charge.payment_id) {
            let reservation = &payment.reservation_id;
            findings.push(format!("{reservation} is paid by {other} and by {}", charge.payment_id));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::check::testing::{paid, sound};

    #[test]
    fn money_is_held_exactly_where_a_payment_is_authorized() {
        type Spoil = fn(&mut Evidence);
        let rows: [(&str, Spoil, bool); 9] = [
            ("sound", |_| (), false),
            ("twice", |it| it.charges.push(Charge { id: "c9".into(), ..it.charges[0].clone() }), true),
            (
                "another key",
                |it| {
                    it.charges.push(Charge {
                        key: "k".into(),
                        status: "DECLINED".into(),
                        ..it.charges[0].clone()
                    })
                },
                true,
            ),
            ("none", |it| it.charges.clear(), true),
            ("a cent more", |it| it.charges[0].amount_cents += 1, true),
            ("dollars", |it| it.charges[0].currency = "USD".into(), true),
            ("another charge", |it| paid(it).charge_id = Some("c9".into()), true),
            ("failed, yet charged", |it| paid(it).status = PaymentStatus::Failed, true),
            (
                "failed and cancelled",
                |it| {
                    paid(it).status = PaymentStatus::Voided;
                    it.charges[0].status = "CANCELED".into()
                },
                false,
            ),
        ];
        for (name, spoil, found) in rows {
            let mut evidence = sound();
            spoil(&mut evidence);
            assert_eq!(!of_payments(&evidence).is_empty(), found, "{name}");
        }
    }

    #[test]
    fn a_reservation_paid_twice_and_a_charge_for_nobody_are_found() {
        let mut twice = sound();
        assert!(of_reservations(&twice).is_empty());
        let (row, charge) = (paid(&mut twice).clone(), twice.charges[0].clone());
        twice.payments.insert("p9".to_owned(), row);
        twice.charges.push(Charge { payment_id: "p9".to_owned(), ..charge });
        assert_eq!(of_reservations(&twice).len(), 1);
        let mut nobody = sound();
        nobody.payments.clear();
        assert_eq!(of_reservations(&nobody).len(), 1);
    }
}
