//! The promises, each checked by itself against what is left. Pure, and apart from the load.

mod cards;
mod charges;
mod index;
mod order;
mod promises;
mod records;
mod stock;
#[cfg(test)]
mod testing;

use super::evidence::Evidence;
use super::finding::Finding;

/// A promise and how it is checked.
pub type Check = (&'static str, fn(&Evidence) -> Vec<String>);
/// One about payments: each finding names the payment.
pub type PaymentCheck = (&'static str, fn(&Evidence) -> Vec<(String, String)>);

/// Promises about single payments.
pub const OF_PAYMENTS: [PaymentCheck; 6] = [
    ("every accepted payment has one final status", promises::end),
    ("what buyers see is what the ledger says", promises::told),
    ("nobody's payment is in the ledger", promises::invented),
    ("at most one charge, and money is held if and only if the payment is authorized", charges::of_payments),
    ("no card outlives its payment's verdict", cards::erased),
    ("a payment's story is told in order", order::of_payments),
];

/// The others.
pub const OF_ALL: [Check; 8] = [
    ("one Idempotency-Key, one payment", promises::keys),
    ("every request is answered once the faults have stopped", promises::answered),
    ("at most one charge a reservation, and none for nobody", charges::of_reservations),
    ("stock is conserved and never negative", stock::conserved),
    ("a reservation is sold if and only if its payment is authorized", stock::sold),
    ("the payments of a reservation are told of in the order of their records", order::of_reservations),
    ("each record was processed or dead-lettered with its cause", records::explained),
    ("the index has what the table has", index::converged),
];

/// All that is wrong.
#[must_use]
pub fn all(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (promise, check) in OF_PAYMENTS {
        findings.extend(check(evidence).into_iter().map(|(id, what)| Finding::about(promise, &id, what)));
    }
    for (promise, check) in OF_ALL {
        findings.extend(check(evidence).into_iter().map(|what| Finding::of(promise, what)));
    }
    findings
}
