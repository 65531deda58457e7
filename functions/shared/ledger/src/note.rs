//! Writing one event of a payment's story.

use gateway_domain::charge::{AttemptFailure, ChargeId};
use gateway_domain::{Timestamp, Verdict, decline};
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::RecordOrigin;

use crate::text::{DETAIL_LEN_MAX, clip};

/// An event about to be written; its sequence is given by the book.
pub(crate) struct Note(TimelineEvent);

/// The detail that names a charge.
const CHARGE_ID: &str = "charge_id";

impl Note {
    /// `event` as `step` saw it at `at`.
    pub(crate) fn new(at: Timestamp, step: &str, event: &str) -> Self {
        Self(TimelineEvent {
            sequence: 0,
            at,
            step: step.to_owned(),
            event: event.to_owned(),
            attempt: 0,
            detail: Vec::new(),
            origin: None,
        })
    }

    /// The attempt it belongs to.
    pub(crate) fn attempt(mut self, attempt: u32) -> Self {
        self.0.attempt = attempt;
        self
    }

    /// The record that caused it.
    pub(crate) fn caused_by(mut self, origin: Option<&RecordOrigin>) -> Self {
        self.0.origin = origin.cloned();
        self
    }

    /// One detail.
    pub(crate) fn detail(mut self, name: &str, text: &str) -> Self {
        self.0.detail.push((name.to_owned(), clip(text, DETAIL_LEN_MAX)));
        self
    }

    /// The charge it is about.
    pub(crate) fn charge(self, charge_id: &ChargeId) -> Self {
        self.detail(CHARGE_ID, &charge_id.0)
    }

    /// What the PSP decided.
    pub(crate) fn verdict(mut self, verdict: &Verdict) -> Self {
        if let Some(charge_id) = verdict.charge_id() {
            self = self.charge(charge_id);
        }
        match verdict {
            Verdict::Authorized { authorization_code: Some(code), .. } => {
                self.detail("authorization_code", code)
            }
            Verdict::Declined { code, message, .. } => {
                self.detail("code", code).detail("message", message).declined(code, message)
            }
            Verdict::Authorized { .. } | Verdict::InAnalysis { .. } => self,
        }
    }

    /// Why there is no further attempt.
    pub(crate) fn not_retried(self, why: &str) -> Self {
        self.detail("why_not_retried", why)
    }

    /// A decline is final for its payment; what the buyer may do with another one.
    fn declined(self, code: &str, message: &str) -> Self {
        let advice = decline::advice(code, message);
        let retryable = if advice.same_card_may_be_tried() { "true" } else { "false" };
        self.not_retried("declined").detail("retryable", retryable).detail("advice", advice.as_str())
    }

    /// Why a payment failed or nobody can say, and what the buyer may do about it where it is the card's fault.
    pub(crate) fn reason(self, reason: &str) -> Self {
        let note = self.detail("reason", reason);
        if reason == decline::ENCRYPTED_CARD_REFUSED {
            return note.detail("advice", decline::advice(reason, "").as_str());
        }
        note
    }

    /// Why an attempt ended without a verdict.
    pub(crate) fn failure(self, failure: &AttemptFailure) -> Self {
        let note = self
            .detail("certainty", failure.certainty.as_str())
            .detail("code", &failure.code)
            .detail("message", &failure.message);
        match failure.retry_after_ms {
            Some(millis) => note.detail("retry_after_ms", &millis.to_string()),
            None => note,
        }
    }

    /// The event, with its place in the story.
    pub(crate) fn numbered(mut self, sequence: u32) -> TimelineEvent {
        self.0.sequence = sequence;
        self.0
    }

    /// Whether `earlier` already tells this: the same event about the same charge.
    pub(crate) fn repeats(&self, earlier: &TimelineEvent) -> bool {
        earlier.event == self.0.event && charge_of(earlier) == charge_of(&self.0)
    }
}

fn charge_of(event: &TimelineEvent) -> Option<&str> {
    event.detail.iter().find(|(name, _)| name == CHARGE_ID).map(|(_, text)| text.as_str())
}
