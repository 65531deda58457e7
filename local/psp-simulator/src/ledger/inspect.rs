//! Looking: PagBank's two inquiries, and what only a simulator can show.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Attempt, Entry, Ledger};
use crate::charge::{Status, at};

/// How many entries a listing holds unless told otherwise.
const LIST_LIMIT: usize = 1_000;
/// How many doubly charged references the summary names.
const DOUBLES_NAMED_MAX: usize = 100;

/// What to list.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    pub(crate) reference_id: Option<String>,
    pub(crate) offset: Option<usize>,
    pub(crate) limit: Option<usize>,
}

impl Ledger {
    /// `GET /charges/{id}`.
    pub(crate) fn find(&mut self, charge_id: &str) -> Option<Bytes> {
        let index = *self.by_charge_id.get(charge_id)?;
        self.count_inquiry(index);
        self.render(index, 0)
    }

    /// `GET /charges?reference_id=`: a JSON array, empty when there is no charge.
    pub(crate) fn search(&mut self, reference_id: &str) -> Bytes {
        let indexes = self.by_reference.get(reference_id).cloned().unwrap_or_default();
        let mut array = vec![b'['];
        for index in indexes {
            self.count_inquiry(index);
            let Some(charge) = self.render(index, 0) else { continue };
            if array.len() > 1 {
                array.push(b',');
            }
            array.extend_from_slice(&charge);
        }
        array.push(b']');
        array.into()
    }

    /// `GET /_simulator/charges`: entries with all their attempts.
    pub(crate) fn list(&self, query: &ListQuery) -> Value {
        let (offset, limit) = (query.offset.unwrap_or(0), query.limit.unwrap_or(LIST_LIMIT));
        let page: Vec<Value> = match &query.reference_id {
            Some(reference) => {
                self.by_reference.get(reference).into_iter().flatten().copied().collect::<Vec<_>>()
            }
            None => (0..self.entries.len()).skip(offset).take(limit).collect(),
        }
        .into_iter()
        .filter_map(|index| self.entries.get(index).map(|entry| self.entry_view(entry)))
        .collect();
        json!({ "total": self.entries.len(), "charges": page })
    }

    /// `GET /_simulator/summary`: counts, and the references that were charged twice.
    pub(crate) fn summary(&self) -> Value {
        let mut by_status: BTreeMap<Status, u64> = BTreeMap::new();
        for charge in self.entries.iter().filter_map(|entry| entry.charge.as_ref()) {
            *by_status.entry(charge.status).or_default() += 1;
        }
        let doubles: Vec<&String> = self
            .by_reference
            .iter()
            .filter(|(_, indexes)| indexes.iter().filter(|index| self.holds_money(**index)).count() > 1)
            .map(|(reference, _)| reference)
            .collect();
        json!({
            "requests": self.entries.len(),
            "charges": by_status.values().sum::<u64>(),
            "by_status": by_status,
            "references_charged_twice_total": doubles.len(),
            "references_charged_twice": &doubles[..doubles.len().min(DOUBLES_NAMED_MAX)],
        })
    }

    /// Forgets everything, the journal included.
    pub(crate) fn reset(&mut self) -> std::io::Result<()> {
        self.entries = Vec::new();
        self.by_key.clear();
        self.by_charge_id.clear();
        self.by_reference.clear();
        self.by_ciphertext.clear();
        self.analyses.clear();
        self.journal.as_mut().map_or(Ok(()), crate::journal::Journal::clear)
    }

    fn count_inquiry(&mut self, index: usize) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.inquiries = entry.inquiries.saturating_add(1);
        }
    }

    /// Whether the buyer's money is, or may come to be, held by this charge.
    fn holds_money(&self, index: usize) -> bool {
        let charge = self.entries.get(index).and_then(|entry| entry.charge.as_ref());
        charge.is_some_and(|charge| {
            matches!(charge.status, Status::Authorized | Status::Paid | Status::InAnalysis)
        })
    }

    fn entry_view(&self, entry: &Entry) -> Value {
        let charge = entry
            .charge
            .as_ref()
            .map(|charge| charge.view(&entry.order, entry.order.amount_cents, &self.rules.base_url));
        json!({
            "reference_id": entry.order.reference_id,
            "idempotency_key": entry.key,
            "scenario": entry.order.scenario,
            "charge": charge,
            "attempts": entry.attempts.iter().map(attempt_view).collect::<Vec<_>>(),
            "attempts_total": entry.attempts_total,
            "inquiries": entry.inquiries,
        })
    }
}

fn attempt_view(attempt: &Attempt) -> Value {
    json!({
        "call": attempt.call,
        "idempotency_key": attempt.key,
        "at": at(attempt.at_ms),
        "amount": attempt.amount_cents,
        "outcome": attempt.outcome,
    })
}
