//! `POST /charges`: one charge a key, whatever happens to the answers.

use bytes::Bytes;

use super::{Attempt, Call, Entry, Ledger, Outcome};
use crate::charge::Charge;
use crate::order::Order;
use crate::scenario::{Delivery, Fault, Play, Scenario};

/// What the caller is to be answered.
#[derive(Debug)]
pub(crate) enum Posted {
    /// There is a charge: this is its JSON, and how it travels.
    Charge(Delivery, Bytes),
    /// There is none.
    Fault(Fault),
    /// The key belongs to another request.
    KeyReused,
    /// The ciphertext was used under another key.
    CiphertextUsed,
    /// No more requests are remembered.
    Full,
}

impl Ledger {
    /// Charges, or replays the charge that the key already has.
    pub(crate) fn post(&mut self, key: Option<&str>, order: Order, now_ms: i64) -> Posted {
        let (index, same_request) = match self.claim(key, order) {
            Ok(claimed) => claimed,
            Err(refusal) => return refusal,
        };
        let outcome = if same_request { self.settle(index, now_ms) } else { Outcome::KeyReused };
        self.note(index, key, outcome, now_ms);
        self.answer(index, outcome)
    }

    /// The entry of this key or a new one, and whether the key stands for this request.
    fn claim(&mut self, key: Option<&str>, order: Order) -> Result<(usize, bool), Posted> {
        if let Some(index) = key.and_then(|key| self.by_key.get(key).copied()) {
            let entry = self.entries.get(index);
            return Ok((index, entry.is_some_and(|entry| entry.fingerprint == order.fingerprint())));
        }
        let ciphertext = order.card.ciphertext_sha256.as_ref();
        if ciphertext.is_some_and(|ciphertext| self.by_ciphertext.contains_key(ciphertext)) {
            return Err(Posted::CiphertextUsed);
        }
        if self.entries.len() >= self.rules.entries_max {
            return Err(Posted::Full);
        }
        Ok((self.insert(Entry::new(key, order)), true))
    }

    fn settle(&mut self, index: usize, now_ms: i64) -> Outcome {
        let failures_max = self.rules.failures_max;
        let Some(entry) = self.entries.get_mut(index) else { return Outcome::Fault(Fault::Error) };
        if entry.charge.is_some() {
            return Outcome::Replayed(entry.order.scenario.replay());
        }
        let encrypted = entry.order.card.ciphertext_sha256.is_some();
        match entry.order.scenario.play(entry.faults, failures_max, encrypted) {
            Play::Refuse(fault) => {
                entry.faults = entry.faults.saturating_add(1);
                Outcome::Fault(fault)
            }
            Play::Commit(verdict, delivery) => {
                let charge = Charge::create(&entry.order, verdict, now_ms);
                self.by_charge_id.insert(charge.id.clone(), index);
                let analysed = matches!(entry.order.scenario, Scenario::Analysis(_));
                entry.charge = Some(charge);
                if analysed {
                    self.analyses.push_back((now_ms.saturating_add(self.rules.analysis_ms), index));
                }
                Outcome::Created(delivery)
            }
        }
    }

    fn note(&mut self, index: usize, key: Option<&str>, outcome: Outcome, now_ms: i64) {
        if let Some(entry) = self.entries.get_mut(index) {
            let amount_cents = Some(entry.order.amount_cents);
            let key = key.map(str::to_owned);
            entry.note(Attempt { call: Call::Charge, key, at_ms: now_ms, amount_cents, outcome });
        }
        self.write(index);
    }

    fn answer(&self, index: usize, outcome: Outcome) -> Posted {
        match outcome {
            Outcome::Created(delivery) | Outcome::Replayed(delivery) => {
                let amount_off_by = u64::from(delivery == Delivery::OtherAmount);
                let charge = self.render(index, amount_off_by);
                charge.map_or(Posted::Fault(Fault::Error), |json| Posted::Charge(delivery, json))
            }
            Outcome::Fault(fault) => Posted::Fault(fault),
            Outcome::KeyReused | Outcome::Changed | Outcome::Refused => Posted::KeyReused,
        }
    }
}
