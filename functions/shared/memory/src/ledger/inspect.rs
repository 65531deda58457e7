//! Looking at the rows from outside, and damaging them: for checkers, and for bugs planted to see
//! whether checkers notice.

use gateway_domain::letter::LetterState;
use gateway_domain::{
    Payment, PaymentId, PaymentStatus, Product, ProductId, Reservation, ReservationId, ReservationStatus,
};
use gateway_ports::dead_letters::DeadLetterRow;
use gateway_ports::timeline::TimelineEvent;

use super::MemoryLedger;
use super::state::State;

/// The rows as of one moment.
pub struct Rows<'a>(&'a State);

impl Rows<'_> {
    /// Every product with the units it was ever stocked with.
    pub fn products(&self) -> impl Iterator<Item = (&Product, i64)> {
        self.0.products.values().map(|stocked| (&stocked.product, stocked.stocked_total))
    }

    /// Every reservation.
    pub fn reservations(&self) -> impl Iterator<Item = &Reservation> {
        self.0.reservations.values()
    }

    /// Every payment.
    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.0.payments.values().map(|row| &row.payment)
    }

    /// One payment.
    #[must_use]
    pub fn payment(&self, id: PaymentId) -> Option<&Payment> {
        self.0.payments.get(&id).map(|row| &row.payment)
    }

    /// Every dead letter, oldest first.
    pub fn dead_letters(&self) -> impl Iterator<Item = &DeadLetterRow> {
        self.letters().map(|(row, _)| row)
    }

    /// Every dead letter with where it stands, oldest first.
    pub fn letters(&self) -> impl Iterator<Item = (&DeadLetterRow, LetterState)> {
        self.0.dead_letters.iter().map(|kept| (&kept.row, kept.state))
    }

    /// A payment's story.
    #[must_use]
    pub fn timeline(&self, id: PaymentId) -> &[TimelineEvent] {
        self.0.timelines.get(&id).map_or(&[], Vec::as_slice)
    }
}

impl MemoryLedger {
    /// Looks at all rows, as of one moment and without a copy.
    pub fn inspect<T>(&self, look: impl FnOnce(&Rows<'_>) -> T) -> T {
        look(&Rows(&self.lock()))
    }

    /// Damage: another status, whatever the graph says.
    pub fn force_status(&self, id: PaymentId, status: PaymentStatus) {
        if let Some(row) = self.lock().payments.get_mut(&id) {
            row.payment.status = status;
        }
    }

    /// Damage: units out of nowhere.
    pub fn force_stock(&self, id: ProductId, units: u32) {
        if let Some(stocked) = self.lock().products.get_mut(&id) {
            stocked.product.available += units;
        }
    }

    /// Damage: a reservation released whatever its state, its stock given back.
    pub fn force_release(&self, id: ReservationId) {
        let mut state = self.lock();
        if state.reservations.get(&id).is_some_and(|row| row.status != ReservationStatus::Released) {
            state.release(id);
        }
    }
}
