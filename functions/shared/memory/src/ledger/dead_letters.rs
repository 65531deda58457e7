//! The dead letters' table.

use gateway_ports::PortError;
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters};

use super::MemoryLedger;

impl DeadLetters for MemoryLedger {
    async fn record(&self, row: &DeadLetterRow) -> Result<(), PortError> {
        let mut state = self.lock();
        match state.dead_letters.iter_mut().find(|known| known.origin == row.origin) {
            Some(known) => known.resolution = known.resolution.take().or_else(|| row.resolution.clone()),
            None => state.dead_letters.push(row.clone()),
        }
        Ok(())
    }

    async fn list(&self, limit: u32) -> Result<Vec<DeadLetterRow>, PortError> {
        let mut rows = self.lock().dead_letters.clone();
        rows.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}
