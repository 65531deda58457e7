//! The dead letters' table.

use gateway_domain::letter::LetterState;
use gateway_ports::PortError;
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters, Letter};

use super::MemoryLedger;
use super::state::KeptLetter;

impl DeadLetters for MemoryLedger {
    async fn record(&self, row: &DeadLetterRow) -> Result<(), PortError> {
        let mut state = self.lock();
        match state.dead_letters.iter_mut().find(|known| known.row.origin == row.origin) {
            Some(known) => known.fill_in(row.resolution.as_deref()),
            None => state.dead_letters.push(KeptLetter::new(row.clone())),
        }
        Ok(())
    }

    async fn list(&self, limit: u32) -> Result<Vec<DeadLetterRow>, PortError> {
        let mut rows: Vec<_> = self.lock().dead_letters.iter().map(|letter| letter.row.clone()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}

impl KeptLetter {
    fn new(row: DeadLetterRow) -> Self {
        let state = LetterState::after(row.resolution.as_deref());
        Self { row, state, act: None, redriven_to: None, lease_until: None }
    }

    /// Told again: only a resolution that was missing is taken.
    fn fill_in(&mut self, resolution: Option<&str>) {
        if self.row.resolution.is_none() {
            self.row.resolution = resolution.map(str::to_owned);
            if self.state == LetterState::Open {
                self.state = LetterState::after(resolution);
            }
        }
    }

    pub(super) fn to_letter(&self) -> Letter {
        Letter {
            row: self.row.clone(),
            state: self.state,
            act: self.act.clone(),
            redriven_to: self.redriven_to,
        }
    }
}
