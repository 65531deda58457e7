//! What is told of a letter. Texts that came from outside are masked, whatever they hold.

use gateway_domain::ReservationId;
use gateway_domain::mask::mask_card_numbers;
use gateway_ports::dead_letters::{Act, DeadLetterRow, Letter};
use gateway_wire::http::{
    DeadLetterActBody, DeadLetterBody, DeadLetterDetailBody, DeadLetterLinks, PaymentBody,
};
use gateway_wire::time::WireTime;
use gateway_wire::{DeadLetterCause, RecordOrigin, RetryRequested, topics};
use ulid::Ulid;

use crate::what_to_do::what_to_do;

/// What the list tells.
pub(crate) fn summary(letter: &Letter) -> DeadLetterBody {
    let row = &letter.row;
    let id = Ulid(row.id).to_string();
    DeadLetterBody {
        state: letter.state.as_str().to_owned(),
        origin: masked_origin(&row.origin),
        dlq: row.dlq.clone(),
        step: mask_card_numbers(&row.step),
        cause: masked(&row.cause_code, &row.cause_message),
        payment_id: row.payment_id.map(|id| id.to_string()),
        attempts: row.attempts,
        value_len: row.value.as_ref().map_or(0, Vec::len),
        resolution: row.resolution.clone(),
        created_at: WireTime(row.created_at),
        links: DeadLetterLinks {
            itself: format!("/dead-letters/{id}"),
            payment: row.payment_id.map(PaymentBody::path),
        },
        id,
    }
}

/// All that may be told.
pub(crate) fn detail(letter: &Letter) -> DeadLetterDetailBody {
    let row = &letter.row;
    let redriven_to = letter.redriven_to.map(|to| RecordOrigin {
        topic: row.origin.topic.clone(),
        partition: to.partition,
        offset: to.offset,
    });
    DeadLetterDetailBody {
        letter: summary(letter),
        causes: causes(row),
        what_to_do: what_to_do(letter),
        key: key(row),
        traceparent: row.trace.as_ref().map(ToString::to_string),
        redriven_to,
        act: letter.act.as_ref().map(act),
    }
}

/// The letter's own cause, and where its record tells of a failed attempt, that one's.
fn causes(row: &DeadLetterRow) -> Vec<DeadLetterCause> {
    let mut causes = vec![masked(&row.cause_code, &row.cause_message)];
    if row.origin.topic == topics::PAYMENT_RETRY {
        let value = row.value.as_deref().unwrap_or_default();
        if let Ok(retry) = serde_json::from_slice::<RetryRequested>(value) {
            causes.push(masked(&retry.failure.code, &retry.failure.message));
        }
    }
    causes
}

/// A key that is no id may be anything, and is not told.
fn key(row: &DeadLetterRow) -> Option<String> {
    let text = std::str::from_utf8(row.key.as_deref()?).ok()?;
    text.parse::<ReservationId>().ok().map(|id| id.to_string())
}

fn masked(code: &str, message: &str) -> DeadLetterCause {
    DeadLetterCause { code: mask_card_numbers(code), message: mask_card_numbers(message) }
}

/// A letter may claim to come from anywhere.
fn masked_origin(origin: &RecordOrigin) -> RecordOrigin {
    RecordOrigin { topic: mask_card_numbers(&origin.topic), ..origin.clone() }
}

fn act(act: &Act) -> DeadLetterActBody {
    DeadLetterActBody { by: act.by.user.clone(), reason: act.by.reason.clone(), at: WireTime(act.at) }
}
