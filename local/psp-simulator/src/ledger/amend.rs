//! Capture and cancel: what may follow on a charge.

use bytes::Bytes;

use super::{Attempt, Call, Entry, Ledger, Outcome};
use crate::charge::{Charge, Status};
use crate::errors::{ApiError, Problem};

/// What to change of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Take this much of what was authorised; the rest lapses.
    Capture,
    /// Void an authorisation as a whole, or give back this much of a payment.
    Cancel,
}

/// A wanted change.
#[derive(Debug)]
pub(crate) struct Amendment<'a> {
    pub(crate) charge_id: &'a str,
    pub(crate) change: Change,
    pub(crate) amount_cents: u64,
    pub(crate) key: Option<&'a str>,
}

impl Ledger {
    /// Changes a charge once for each key and answers with the charge.
    pub(crate) fn amend(&mut self, amendment: &Amendment<'_>, now_ms: i64) -> Result<Bytes, ApiError> {
        let index = *self.by_charge_id.get(amendment.charge_id).ok_or(ApiError::NotFound)?;
        let entry = self.entries.get_mut(index).ok_or(ApiError::NotFound)?;
        let changed = change_once(entry, amendment, now_ms);
        self.write(index);
        changed?;
        self.render(index, 0).ok_or(ApiError::Internal)
    }
}

fn change_once(entry: &mut Entry, amendment: &Amendment<'_>, now_ms: i64) -> Result<(), ApiError> {
    let call = match amendment.change {
        Change::Capture => Call::Capture,
        Change::Cancel => Call::Cancel,
    };
    if let Some(earlier) = entry.change_under(call, amendment.key) {
        let same = earlier.amount_cents == Some(amendment.amount_cents);
        return if same { Ok(()) } else { Err(ApiError::KeyReused) };
    }
    let authorised_cents = entry.order.amount_cents;
    let changed = entry.charge.as_mut().ok_or(ApiError::NotFound).and_then(|charge| {
        match amendment.change {
            Change::Capture => capture(charge, authorised_cents, amendment.amount_cents, now_ms),
            Change::Cancel => cancel(charge, authorised_cents, amendment.amount_cents),
        }
        .map_err(|problem| ApiError::Invalid(vec![problem]))
    });
    entry.note(Attempt {
        call,
        key: amendment.key.map(str::to_owned),
        at_ms: now_ms,
        amount_cents: Some(amendment.amount_cents),
        outcome: if changed.is_ok() { Outcome::Changed } else { Outcome::Refused },
    });
    changed
}

fn capture(charge: &mut Charge, authorised_cents: u64, cents: u64, now_ms: i64) -> Result<(), Problem> {
    match charge.status {
        Status::Authorized if cents <= authorised_cents => {
            charge.pay(cents, now_ms);
            Ok(())
        }
        Status::Authorized => Err(Problem::invalid("amount.value")),
        _ => Err(Problem::invalid("status")),
    }
}

fn cancel(charge: &mut Charge, authorised_cents: u64, cents: u64) -> Result<(), Problem> {
    let refundable_cents = charge.paid_cents - charge.refunded_cents;
    match charge.status {
        Status::Authorized if cents == authorised_cents => charge.status = Status::Canceled,
        Status::Paid if cents <= refundable_cents => refund(charge, cents),
        Status::Authorized | Status::Paid => return Err(Problem::invalid("amount.value")),
        Status::InAnalysis | Status::Declined | Status::Canceled => return Err(Problem::invalid("status")),
    }
    Ok(())
}

fn refund(charge: &mut Charge, cents: u64) {
    charge.refunded_cents += cents;
    if charge.refunded_cents == charge.paid_cents {
        charge.status = Status::Canceled;
    }
}
