//! The record of a letter, as it is produced again.

use std::fmt;

use gateway_ports::dead_letters::Letter;
use gateway_ports::log::OutgoingRecord;
use gateway_wire::topics;
use ulid::Ulid;

/// The header that names the letter a record was redriven from.
const REDRIVEN_FROM: &str = "redriven-from";

/// Why a record cannot be produced again as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotRedrivable {
    /// Its origin is not one of the topics that steps read.
    Topic,
    /// It had no value, or a longer one than a letter holds.
    NoValue,
    /// Its key is no text.
    Key,
    /// It held a card's number, and is not kept as it was.
    Masked,
}

impl fmt::Display for NotRedrivable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Topic => "it does not come from a topic that a step reads",
            Self::NoValue => {
                "no value is kept of it: it had none, or one longer than a dead letter holds, which is only \
                 at its origin, as the cause says; if that is so, discard this letter"
            }
            Self::Key => "its key is no text",
            Self::Masked => {
                "it held a card number, which was masked before it was kept; discard this letter, and have \
                 whoever produced the record produce another one without the number"
            }
        })
    }
}

/// The record with its own key, so that it stands behind the others of its key, and its own value. The dead-letter queue is no topic to go back to: that would be a circle.
pub(crate) fn to_produce(letter: &Letter) -> Result<OutgoingRecord, NotRedrivable> {
    let row = &letter.row;
    if row.masked {
        return Err(NotRedrivable::Masked);
    }
    let known = topics::ALL.into_iter().find(|topic| *topic == row.origin.topic);
    let topic = known.filter(|topic| *topic != topics::PAYMENT_DLQ).ok_or(NotRedrivable::Topic)?;
    let value = row.value.clone().ok_or(NotRedrivable::NoValue)?;
    let key = String::from_utf8(row.key.clone().unwrap_or_default()).map_err(|_| NotRedrivable::Key)?;
    let headers = vec![(REDRIVEN_FROM.to_owned(), Ulid(row.id).to_string())];
    Ok(OutgoingRecord { topic, key, value, headers })
}
