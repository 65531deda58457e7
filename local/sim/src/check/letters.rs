//! Dead letters are redriven once, in the order of their key, and are not left open for what has ended.

use gateway_domain::letter::LetterState;
use gateway_ports::dead_letters::DeadLetterRow;
use gateway_ports::log::OutgoingRecord;

use super::{Judge, is_final};
use crate::runtime::lock;
use crate::world::World;

impl Judge {
    /// A person has heard that this letter is redriven.
    pub(crate) fn heard_redriven(&mut self, letter: &str) {
        self.redriven.insert(letter.to_owned());
    }
}

impl World {
    /// Looks at a record that is about to be appended.
    pub(crate) fn look_at_redrive(&self, record: &OutgoingRecord) {
        let header = record.headers.iter().find(|(name, _)| name == "redriven-from");
        let Some((_, letter)) = header else { return };
        if lock(&self.judge).redriven.contains(letter) {
            self.accuse("a letter is redriven once", || format!("{letter} once more"));
        }
        self.ledger.inspect(|rows| {
            let id = |row: &DeadLetterRow| gateway_domain::PaymentId::from_u128(row.id).to_string();
            let Some((this, _)) = rows.letters().find(|(row, _)| id(row) == *letter) else { return };
            let earlier = rows.letters().find(|(row, state)| {
                matches!(state, LetterState::Open | LetterState::Redriving)
                    && (&row.origin.topic, row.origin.partition)
                        == (&this.origin.topic, this.origin.partition)
                    && row.origin.offset < this.origin.offset
                    && row.key == this.key
            });
            if let Some((earlier, _)) = earlier {
                let what = || format!("{:?} overtakes {:?}", this.origin, earlier.origin);
                self.accuse("letters of a key are redriven in order", what);
            }
        });
    }

    /// Nobody is asked to see to what has ended.
    pub(super) fn look_at_open_letters(&self) {
        let open = self.ledger.inspect(|rows| {
            let stale = |(row, state): &(&DeadLetterRow, LetterState)| {
                let payment = row.payment_id.and_then(|id| rows.payment(id));
                *state == LetterState::Open
                    && row.resolution.as_deref() == Some("in_review")
                    && payment.is_some_and(|payment| is_final(payment.status))
            };
            rows.letters().find(stale).map(|(row, _)| format!("{:?} of {:?}", row.origin, row.payment_id))
        });
        if let Some(open) = open {
            self.accuse("no letter waits for a review that is over", || open);
        }
    }

    /// The index says what the table says.
    pub(super) fn look_at_index(&self) {
        let differing = self.ledger.inspect(|rows| {
            let differs = |(product, _): &(&gateway_domain::Product, i64)| {
                self.index.document(product.id).as_ref() != Some(*product)
            };
            rows.products().find(differs).map(|(product, _)| product.clone())
        });
        if let Some(product) = differing {
            let indexed = self.index.document(product.id);
            self.accuse("the index converges", || format!("{product:?} is indexed as {indexed:?}"));
        }
    }
}
