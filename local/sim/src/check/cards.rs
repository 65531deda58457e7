//! No card outlives its payment's verdict.

use crate::check::is_final;
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
}
