//! What the mutex guards, and how a book is opened on it and written back.

use std::collections::BTreeMap;

use gateway_domain::letter::LetterState;
use gateway_domain::{
    PaymentId, Product, ProductId, Reservation, ReservationId, ReservationStatus, Timestamp,
};
use gateway_ledger::{Book, Changes, PaymentRow, ReservationMove};
use gateway_ports::PortError;
use gateway_ports::dead_letters::{Act, DeadLetterRow};
use gateway_ports::log::Delivered;
use gateway_ports::timeline::TimelineEvent;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) products: BTreeMap<ProductId, StockedProduct>,
    pub(super) reservations: BTreeMap<ReservationId, Reservation>,
    pub(super) payments: BTreeMap<PaymentId, PaymentRow>,
    pub(super) timelines: BTreeMap<PaymentId, Vec<TimelineEvent>>,
    pub(super) dead_letters: Vec<KeptLetter>,
}

/// A dead letter with its bookkeeping.
#[derive(Debug, Clone)]
pub(super) struct KeptLetter {
    pub(super) row: DeadLetterRow,
    pub(super) state: LetterState,
    pub(super) act: Option<Act>,
    pub(super) redriven_to: Option<Delivered>,
    /// Until when whoever redrives it may be at work.
    pub(super) lease_until: Option<Timestamp>,
}

/// A product and the units it was ever stocked with.
#[derive(Debug, Clone)]
pub(super) struct StockedProduct {
    pub(super) product: Product,
    pub(super) stocked_total: i64,
}

impl State {
    /// A book of these payments, their stories and reservations, and of these reservations too.
    pub(super) fn open(
        &self,
        payments: impl IntoIterator<Item = PaymentId>,
        reservations: impl IntoIterator<Item = ReservationId>,
    ) -> Book {
        let rows: Vec<&PaymentRow> = payments.into_iter().filter_map(|id| self.payments.get(&id)).collect();
        let wanted = reservations.into_iter().chain(rows.iter().map(|row| row.payment.reservation_id));
        let reservations: Vec<_> = wanted.filter_map(|id| self.reservations.get(&id)).cloned().collect();
        let mut book = Book::open(rows.iter().copied().cloned(), reservations);
        for row in rows {
            for event in self.timelines.get(&row.payment.id).into_iter().flatten() {
                book.recall(row.payment.id, event.clone());
            }
        }
        book
    }

    /// Writes all of the changes, or none.
    pub(super) fn write(&mut self, changes: Changes) -> Result<(), PortError> {
        self.check_unique(&changes)?;
        for moved in &changes.moves {
            self.move_reservation(moved);
        }
        for row in changes.inserted.into_iter().chain(changes.updated) {
            self.payments.insert(row.payment.id, row);
        }
        for (id, event) in changes.events {
            self.timelines.entry(id).or_default().push(event);
        }
        Ok(())
    }

    /// The real ledger's unique key on the live payment of a reservation.
    fn check_unique(&self, changes: &Changes) -> Result<(), PortError> {
        for row in changes.inserted.iter().filter(|row| row.payment.status.is_live()) {
            let reservation_id = row.payment.reservation_id;
            let taken = self.payments.values().any(|other| {
                other.payment.reservation_id == reservation_id && other.payment.status.is_live()
            });
            if taken {
                return Err(PortError::permanent(format!("a second live payment for {reservation_id}")));
            }
        }
        Ok(())
    }

    fn move_reservation(&mut self, moved: &ReservationMove) {
        let Some(reservation) = self.reservations.get_mut(&moved.reservation_id()) else { return };
        (reservation.status, reservation.payment_id) = match moved {
            ReservationMove::Pay(_, payment) => (ReservationStatus::Paying, Some(*payment)),
            ReservationMove::Confirm(_) => (ReservationStatus::Confirmed, reservation.payment_id),
            ReservationMove::HoldAgain(_) => (ReservationStatus::Held, None),
        };
    }

    /// Gives the units of a reservation back to its product and releases it.
    pub(super) fn release(&mut self, id: ReservationId) {
        let Some(reservation) = self.reservations.get_mut(&id) else { return };
        reservation.status = ReservationStatus::Released;
        reservation.payment_id = None;
        if let Some(stocked) = self.products.get_mut(&reservation.product_id) {
            stocked.product.available += reservation.quantity.get();
            stocked.product.version += 1;
        }
    }
}
