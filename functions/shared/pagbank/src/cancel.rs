//! What the answer to `POST /charges/{id}/cancel` comes to.

use gateway_domain::money::Cents;
use gateway_ports::provider::CancelOutcome;

use crate::charge::{unheard, words};
use crate::inquiry::holds_money;
use crate::response::ChargeAnswer;
use crate::transport::{Answer, NoAnswer};

/// What one call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// This.
    Outcome(CancelOutcome),
    /// PagBank refuses, for this reason: perhaps since it is cancelled already.
    Refused(String),
}

/// Reads the answer to a cancellation.
pub(crate) fn read(answer: &Result<Answer, NoAnswer>) -> Reading {
    match answer {
        Ok(answer) if (200..300).contains(&answer.status) => match ChargeAnswer::read(&answer.body) {
            Some(charge) if holds_nothing(&charge) => Reading::Outcome(CancelOutcome::Cancelled),
            Some(charge) => Reading::Refused(format!("the charge stays {:?}", charge.status)),
            None => unanswered("the answer holds no legible charge".to_owned()),
        },
        // 401 is about the token, 408, 425 and 429 about the moment: neither is about the charge.
        Ok(answer)
            if (400..500).contains(&answer.status) && !matches!(answer.status, 401 | 408 | 425 | 429) =>
        {
            Reading::Refused(words(answer))
        }
        Ok(answer) => unanswered(words(answer)),
        Err(no_answer) => unanswered(unheard(no_answer).message),
    }
}

/// What a charge whose cancellation was refused is now.
pub(crate) enum Now {
    /// That settles it.
    Outcome(CancelOutcome),
    /// It still holds so much; with the reason of the refusal.
    Holds(Cents, String),
}

/// Settles a refusal by what the charge is now.
pub(crate) fn after_refusal(reason: String, now: &Result<Answer, NoAnswer>) -> Now {
    match now {
        Ok(answer) if answer.status == 200 => match ChargeAnswer::read(&answer.body) {
            Some(charge) if holds_nothing(&charge) => Now::Outcome(CancelOutcome::Cancelled),
            Some(charge) => match held(&charge) {
                Some(held) => Now::Holds(held, reason),
                None => Now::Outcome(CancelOutcome::Refused { reason }),
            },
            None => Now::Outcome(CancelOutcome::Unanswered { reason }),
        },
        Ok(answer) if answer.status == 404 => Now::Outcome(CancelOutcome::Refused { reason }),
        _ => Now::Outcome(CancelOutcome::Unanswered { reason }),
    }
}

/// The money a charge holds: of one that is paid, what was not given back.
fn held(charge: &ChargeAnswer) -> Option<Cents> {
    let given_back = charge.amount.summary.map_or(0, |sums| sums.refunded);
    Cents::new(charge.amount.value - given_back).ok()
}

/// Cancelled or declined, or paid and given back as a whole.
fn holds_nothing(charge: &ChargeAnswer) -> bool {
    let given_back = charge.amount.summary.is_some_and(|sums| sums.paid > 0 && sums.refunded >= sums.paid);
    given_back || !holds_money(charge.status)
}

fn unanswered(reason: String) -> Reading {
    Reading::Outcome(CancelOutcome::Unanswered { reason })
}
