//! Fills a ledger from what an earlier process wrote.

use super::Ledger;
use crate::charge::Status;
use crate::journal::Line;
use crate::scenario::Scenario;

impl Ledger {
    /// Takes the journal's lines in order; a later state of an entry replaces an earlier one.
    pub(super) fn restore(&mut self, lines: Vec<Line>) {
        for Line { index, entry } in lines {
            match self.entries.get_mut(index) {
                Some(known) => *known = entry,
                None => drop(self.insert(entry)),
            }
        }
        for index in 0..self.entries.len() {
            self.restore_charge(index);
        }
    }

    fn restore_charge(&mut self, index: usize) {
        let Some(entry) = self.entries.get(index) else { return };
        let Some(charge) = &entry.charge else { return };
        self.by_charge_id.insert(charge.id.clone(), index);
        let analysed = matches!(entry.order.scenario, Scenario::Analysis(_));
        if analysed && charge.status == Status::InAnalysis {
            let end_ms = charge.created_at_ms.saturating_add(self.rules.analysis_ms);
            self.analyses.push_back((end_ms, index));
        }
    }
}
