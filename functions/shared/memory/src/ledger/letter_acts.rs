//! What people do about dead letters.

use gateway_domain::letter::{
    DiscardDecision, LetterState, RedriveDecision, Resolution, decide_discard, decide_redrive,
};
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::dead_letters::{Act, AdministerDeadLetters, Letter, LetterQuery};
use gateway_ports::log::Delivered;
use gateway_ports::review::Reviewer;

use super::MemoryLedger;
use super::state::{KeptLetter, State};

impl AdministerDeadLetters for MemoryLedger {
    async fn page(&self, query: &LetterQuery) -> Result<Vec<Letter>, PortError> {
        let state = self.lock();
        let fits = |letter: &&KeptLetter| {
            query.state.is_none_or(|wanted| wanted == letter.state)
                && query.before.is_none_or(|before| letter.row.id < before)
        };
        let mut letters: Vec<_> = state.dead_letters.iter().filter(fits).map(KeptLetter::to_letter).collect();
        letters.sort_by_key(|letter| std::cmp::Reverse(letter.row.id));
        letters.truncate(query.limit as usize);
        Ok(letters)
    }

    async fn letter(&self, id: u128) -> Result<Option<Letter>, PortError> {
        Ok(self.lock().letter(id).map(|letter| letter.to_letter()))
    }

    async fn claim_redrive(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<RedriveDecision>, PortError> {
        let mut state = self.lock();
        let earlier = state.undecided_before(id);
        let Some(letter) = state.letter(id) else { return Ok(None) };
        let decision = decide_redrive(letter.state, letter.leased_until(), earlier, now);
        if decision == RedriveDecision::Claimed {
            letter.state = LetterState::Redriving;
            letter.lease_until = Some(now.plus_millis(lease_ms));
            letter.act = Some(Act { by: by.clone(), at: now });
        }
        Ok(Some(decision))
    }

    async fn mark_redriven(&self, id: u128, to: Delivered, _now: Timestamp) -> Result<(), PortError> {
        let mut state = self.lock();
        if let Some(letter) = state.letter(id).filter(|letter| letter.state == LetterState::Redriving) {
            letter.state = LetterState::Redriven;
            letter.redriven_to = Some(to);
        }
        Ok(())
    }

    async fn discard(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<Option<DiscardDecision>, PortError> {
        let mut state = self.lock();
        let Some(letter) = state.letter(id) else { return Ok(None) };
        let decision = decide_discard(letter.state, letter.leased_until(), now);
        if decision == DiscardDecision::Discarded {
            letter.state = LetterState::Discarded;
            letter.act = Some(Act { by: by.clone(), at: now });
        }
        Ok(Some(decision))
    }

    async fn close_ended(&self, now: Timestamp, limit: u32) -> Result<u64, PortError> {
        let State { payments, dead_letters, .. } = &mut *self.lock();
        let ended = dead_letters.iter_mut().filter_map(|letter| {
            let status = payments.get(&letter.row.payment_id?)?.payment.status;
            let waits = letter.waits_for(Resolution::InReview, now);
            let resolution = Resolution::of_end(status).filter(|_| waits)?;
            Some((letter, resolution))
        });
        let mut closed = 0;
        for (letter, resolution) in ended.take(limit as usize) {
            letter.close(resolution);
            closed += 1;
        }
        Ok(closed)
    }

    async fn close_waiting(
        &self,
        payment_id: PaymentId,
        waiting: Resolution,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let mut state = self.lock();
        let waits = |letter: &&mut KeptLetter| {
            letter.row.payment_id == Some(payment_id) && letter.waits_for(waiting, now)
        };
        state.dead_letters.iter_mut().filter(waits).for_each(|letter| letter.close(resolution));
        Ok(())
    }
}

impl KeptLetter {
    /// Until when whoever redrives it may be at work.
    fn leased_until(&self) -> Timestamp {
        self.lease_until.unwrap_or(Timestamp::from_millis(0))
    }

    pub(super) fn is_open_at(&self, now: Timestamp) -> bool {
        self.state.is_open_at(self.leased_until(), now)
    }

    fn waits_for(&self, waiting: Resolution, now: Timestamp) -> bool {
        self.is_open_at(now) && self.row.resolution.as_deref() == Some(waiting.as_str())
    }

    fn close(&mut self, resolution: Resolution) {
        self.state = LetterState::Closed;
        self.row.resolution = Some(resolution.as_str().to_owned());
    }
}

impl State {
    fn letter(&mut self, id: u128) -> Option<&mut KeptLetter> {
        self.dead_letters.iter_mut().find(|letter| letter.row.id == id)
    }

    /// The last undecided letter of the same key before this one, if there is any.
    fn undecided_before(&self, id: u128) -> Option<u128> {
        let this = &self.dead_letters.iter().find(|letter| letter.row.id == id)?.row;
        let earlier = self.dead_letters.iter().filter(|other| {
            let (origin, mine) = (&other.row.origin, &this.origin);
            other.state.is_undecided()
                && (&origin.topic, origin.partition) == (&mine.topic, mine.partition)
                && origin.offset < mine.offset
                && other.row.key == this.key
        });
        earlier.max_by_key(|other| other.row.origin.offset).map(|other| other.row.id)
    }
}
