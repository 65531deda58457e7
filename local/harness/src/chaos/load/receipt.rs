//! What buyers were told.

use std::collections::BTreeSet;

/// What came of one payment request, under one `Idempotency-Key`, all its repetitions included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The key.
    pub key: String,
    /// Who asked.
    pub user: String,
    /// What was to be paid.
    pub reservation_id: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// The ids that a 202 named: one, or something is wrong.
    pub accepted: BTreeSet<String>,
    /// The refusal that was no request to come again: status and code.
    pub refused: Option<(u16, String)>,
    /// Requests that got no answer, or one that asks to come again.
    pub unanswered: u32,
    /// A final status that the buyer was told of before the end.
    pub told: Option<String>,
}

/// How the requests went, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payments asked for.
    pub asked: usize,
    /// Accepted.
    pub accepted: usize,
    /// Refused for good.
    pub refused: usize,
    /// Never answered.
    pub silent: usize,
    /// Requests that had to be sent again.
    pub again: u64,
}

/// Counts receipts: each is accepted, refused or neither, never twice.
#[must_use]
pub fn tally(receipts: &[Receipt]) -> Tally {
    let mut tally = Tally { asked: receipts.len(), ..Tally::default() };
    for receipt in receipts {
        tally.again += u64::from(receipt.unanswered);
        match (receipt.accepted.is_empty(), &receipt.refused) {
            (false, _) => tally.accepted += 1,
            (true, Some(_)) => tally.refused += 1,
            (true, None) => tally.silent += 1,
        }
    }
    tally
}
