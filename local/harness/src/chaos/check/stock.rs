//! Stock and reservations.

use std::collections::BTreeMap;

use gateway_domain::PaymentStatus;

use crate::chaos::evidence::Evidence;

/// Available and bound units are all that were ever stocked.
pub(super) fn conserved(evidence: &Evidence) -> Vec<String> {
    let mut bound: BTreeMap<&str, i64> = BTreeMap::new();
    for reservation in evidence.reservations.values().filter(|it| it.status != "RELEASED") {
        *bound.entry(&reservation.product_id).or_default() += reservation.quantity;
    }
    let mut findings = Vec::new();
    for (id, product) in &evidence.products {
        let bound = bound.get(id.as_str()).copied().unwrap_or_default();
        let (available, stocked) = (product.available, product.stocked_total);
        if available < 0 || available + bound != stocked {
            findings.push(format!("{id}: {available} available and {bound} bound, of {stocked}"));
        }
    }
    findings
}

/// CONFIRMED is what an authorized payment has paid, nothing is being paid at rest, and the amount is right.
pub(super) fn sold(evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    let status_of = |id: &String| evidence.payments.get(id).map(|payment| payment.status);
    for (id, reservation) in &evidence.reservations {
        let payer = reservation.payment_id.as_ref().and_then(status_of);
        let right = match reservation.status.as_str() {
            "CONFIRMED" => payer == Some(PaymentStatus::Authorized),
            "PAYING" => payer.is_some_and(|status| !status.is_final()),
            _ => true,
        };
        if !right {
            let (status, by) = (&reservation.status, &reservation.payment_id);
            findings.push(format!("{id} is {status} by {by:?}, which is {payer:?}"));
        }
    }
    for (id, payment) in evidence.payments.iter().filter(|(_, it)| it.status == PaymentStatus::Authorized) {
        let reservation = evidence.reservations.get(&payment.reservation_id);
        if reservation.is_none_or(|it| it.status != "CONFIRMED" || it.payment_id.as_ref() != Some(id)) {
            findings.push(format!("{id} is AUTHORIZED, and its reservation is {reservation:?}"));
        }
    }
    for receipt in &evidence.receipts {
        let asked = receipt.amount_cents;
        for payment in receipt.accepted.iter().filter_map(|id| evidence.payments.get(id)) {
            if payment.amount_cents != asked || payment.reservation_id != receipt.reservation_id {
                findings.push(format!("{}: asked to pay {asked} cents, got {payment:?}", receipt.key));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::check::testing::sound;

    #[test]
    fn lost_and_invented_units_are_found() {
        for (available, found) in [(7, false), (6, true), (8, true), (-1, true)] {
            let mut evidence = sound();
            evidence.products.get_mut("g1").unwrap().available = available;
            assert_eq!(!conserved(&evidence).is_empty(), found, "{available}");
        }
    }

    #[test]
    fn only_an_authorized_payment_sells_and_every_one_does() {
        type Spoil = fn(&mut Evidence);
        let rows: [(&str, Spoil, bool); 5] = [
            ("sound", |_| (), false),
            (
                "sold for nothing",
                |it| it.payments.get_mut("p1").unwrap().status = PaymentStatus::Failed,
                true,
            ),
            ("paid, not sold", |it| it.reservations.get_mut("r1").unwrap().status = "HELD".into(), true),
            ("still being paid", |it| it.reservations.get_mut("r1").unwrap().status = "PAYING".into(), true),
            ("another amount", |it| it.receipts[0].amount_cents += 1, true),
        ];
        for (name, spoil, found) in rows {
            let mut evidence = sound();
            spoil(&mut evidence);
            assert_eq!(!sold(&evidence).is_empty(), found, "{name}");
        }
    }
}
