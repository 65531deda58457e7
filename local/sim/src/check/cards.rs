//! No card outlives its payment's verdict.

use crate::check::is_final;
use crate::workload::VANDALS_CARD as CARD;
use crate::world::World;

impl World {
    /// No card is there beside a verdict, nor beside a payment that is final.
    pub(super) fn look_at_cards(&self) {
        self.vault.inspect(|payment_id, state, has_card| {
            if !has_card {
                return;
            }
            let status = self.ledger.inspect(|rows| rows.payment(payment_id).map(|payment| payment.status));
            if state.verdict.is_some() || status.is_some_and(is_final) {
                self.accuse("no card outlives the verdict", || {
                    format!("{payment_id} is {status:?} and its card is there")
                });
            }
        });
    }

    /// What somebody wrote into a record is kept without the card's number in it.
    pub(super) fn look_at_kept_records(&self) {
        let card = CARD.as_bytes();
        let holds = |bytes: &[u8]| bytes.windows(card.len()).any(|part| part == card);
        let clear = self.ledger.inspect(|rows| {
            let mut clear = rows.dead_letters().filter(|row| row.value.as_deref().is_some_and(holds));
            clear.next().map(|row| row.origin.clone())
        });
        if let Some(origin) = clear {
            self.accuse("no card number is kept", || format!("the letter about {origin:?} has one"));
        }
    }
}
