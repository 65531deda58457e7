//! What a person should do about a letter: a table.

use gateway_domain::letter::{LetterState, Resolution};
use gateway_ports::dead_letters::Letter;

use crate::record;

/// The advice, in a sentence or two.
pub(crate) fn what_to_do(letter: &Letter) -> String {
    let advice = match letter.state {
        LetterState::Closed => "Nothing: what it tells of has ended.",
        LetterState::Redriven => "Nothing: its record was produced again; see redriven_to.",
        LetterState::Discarded => "Nothing: it was discarded; see act.",
        LetterState::Redriving => {
            "Somebody redrives it. If it stays so for longer than a minute, redrive it again, which is safe, \
             or discard it."
        }
        LetterState::Open => return open(letter),
    };
    advice.to_owned()
}

fn open(letter: &Letter) -> String {
    let resolution = letter.row.resolution.as_deref();
    let advice = match Resolution::ALL.into_iter().find(|known| Some(known.as_str()) == resolution) {
        Some(Resolution::InReview) => {
            "Nobody can say yet whether the payment is charged. The PSP is asked again by itself; who knows \
             from the PSP how it ended says so with POST /payments/{id}/review, which closes this letter too."
        }
        Some(Resolution::VoidRefused) => {
            "A charge must not be, and the PSP refuses to cancel it. It is asked again by itself, which closes \
             this letter too; else cancel it in the PSP's back office and discard this letter with what was done."
        }
        Some(Resolution::Unresolved) => {
            "The ledger can never take what the record says. Compare the record with its payment; mend what \
             contradicts, then redrive, or discard it."
        }
        _ if letter.row.cause_code == "undecodable" => {
            "No step can read the record. Find out who produced it at origin. Redrive it once a version that \
             reads it is deployed, else discard it."
        }
        _ => "Find out from the causes why it failed. When that is mended, redrive it; else discard it.",
    };
    match record::to_produce(letter) {
        Ok(_) => advice.to_owned(),
        Err(why) => format!("{advice} It cannot be redriven: {why}."),
    }
}
