//! The rows a transaction has in hand, kept up to date item by item.

use std::collections::BTreeMap;
use std::fmt;

use gateway_domain::reservation::ReservationStatus;
use gateway_domain::{Payment, PaymentId, Reservation, ReservationId, Timestamp};
use gateway_ports::timeline::TimelineEvent;

use crate::note::Note;
use crate::row::PaymentRow;

/// The rows in hand and what has become of them so far.
#[derive(Debug)]
pub struct Book {
    payments: BTreeMap<PaymentId, Entry>,
    reservations: BTreeMap<ReservationId, Reservation>,
    moves: Vec<ReservationMove>,
}

#[derive(Debug)]
struct Entry {
    row: PaymentRow,
    state: EntryState,
    /// Of the events written before, those that were recalled.
    recalled: Vec<TimelineEvent>,
    added: Vec<TimelineEvent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryState {
    Untouched,
    Updated,
    Inserted,
}

/// What happened to a reservation. At most one a reservation and batch: from HELD it can only be
/// taken, from PAYING only be confirmed or held again, and no method does both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationMove {
    /// HELD → PAYING, by this payment.
    Pay(ReservationId, PaymentId),
    /// PAYING → CONFIRMED.
    Confirm(ReservationId),
    /// PAYING → HELD.
    HoldAgain(ReservationId),
}

/// What to write, each list ordered by id.
#[derive(Debug, Default)]
pub struct Changes {
    /// New payments.
    pub inserted: Vec<PaymentRow>,
    /// Changed payments, as they are now.
    pub updated: Vec<PaymentRow>,
    /// Moved reservations.
    pub moves: Vec<ReservationMove>,
    /// New events, numbered.
    pub events: Vec<(PaymentId, TimelineEvent)>,
}

/// The rows contradict each other: a bug or a hand in the tables. A person must look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistent {
    /// The payment that does not hold its reservation.
    pub payment_id: PaymentId,
    /// The reservation.
    pub reservation_id: ReservationId,
}

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "payment {} is not the one that holds reservation {}", self.payment_id, self.reservation_id)
    }
}

impl std::error::Error for Inconsistent {}

impl Book {
    /// A book of these rows; ids that are not among them do not exist.
    pub fn open(
        payments: impl IntoIterator<Item = PaymentRow>,
        reservations: impl IntoIterator<Item = Reservation>,
    ) -> Self {
        Self {
            payments: payments.into_iter().map(|row| (row.payment.id, Entry::loaded(row))).collect(),
            reservations: reservations.into_iter().map(|row| (row.id, row)).collect(),
            moves: Vec::new(),
        }
    }

    /// Hands in an event that was written before, so that it is not written twice.
    pub fn recall(&mut self, payment_id: PaymentId, event: TimelineEvent) {
        if let Some(entry) = self.payments.get_mut(&payment_id) {
            entry.recalled.push(event);
        }
    }

    /// What is to be written.
    #[must_use]
    pub fn close(self) -> Changes {
        let mut changes = Changes { moves: self.moves, ..Changes::default() };
        for (id, entry) in self.payments {
            changes.events.extend(entry.added.into_iter().map(|event| (id, event)));
            match entry.state {
                EntryState::Untouched => {}
                EntryState::Updated => changes.updated.push(entry.row),
                EntryState::Inserted => changes.inserted.push(entry.row),
            }
        }
        changes.moves.sort_by_key(|moved| moved.reservation_id());
        changes
    }

    pub(crate) fn row(&self, id: PaymentId) -> Option<&PaymentRow> {
        self.payments.get(&id).map(|entry| &entry.row)
    }

    pub(crate) fn payment(&self, id: PaymentId) -> Option<&Payment> {
        self.row(id).map(|row| &row.payment)
    }

    pub(crate) fn reservation(&self, id: ReservationId) -> Option<&Reservation> {
        self.reservations.get(&id)
    }

    /// Inserts a payment that is not there.
    pub(crate) fn insert(&mut self, payment: Payment) {
        let entry = Entry { state: EntryState::Inserted, ..Entry::loaded(PaymentRow::new(payment)) };
        self.payments.insert(entry.row.payment.id, entry);
    }

    /// Changes a payment that is there.
    pub(crate) fn update(&mut self, id: PaymentId, now: Timestamp, change: impl FnOnce(&mut Payment)) {
        self.update_row(id, |row| {
            change(&mut row.payment);
            row.touch(now);
        });
    }

    /// Changes a payment's bookkeeping without a change of the payment.
    pub(crate) fn update_row(&mut self, id: PaymentId, change: impl FnOnce(&mut PaymentRow)) {
        if let Some(entry) = self.payments.get_mut(&id) {
            change(&mut entry.row);
            if entry.state == EntryState::Untouched {
                entry.state = EntryState::Updated;
            }
        }
    }

    /// Adds to the story of a payment that is changed or inserted by the same item.
    pub(crate) fn note(&mut self, id: PaymentId, note: Note) {
        if let Some(entry) = self.payments.get_mut(&id) {
            entry.row.event_count += 1;
            entry.added.push(note.numbered(entry.row.event_count));
        }
    }

    /// Whether the story already tells this.
    pub(crate) fn tells(&self, id: PaymentId, note: &Note) -> bool {
        self.payments.get(&id).is_some_and(|entry| {
            entry.recalled.iter().chain(&entry.added).any(|earlier| note.repeats(earlier))
        })
    }

    /// Moves a reservation that the domain has found to be movable.
    pub(crate) fn move_reservation(&mut self, moved: ReservationMove) {
        if let Some(reservation) = self.reservations.get_mut(&moved.reservation_id()) {
            (reservation.status, reservation.payment_id) = match moved {
                ReservationMove::Pay(_, payment) => (ReservationStatus::Paying, Some(payment)),
                ReservationMove::Confirm(_) => (ReservationStatus::Confirmed, reservation.payment_id),
                ReservationMove::HoldAgain(_) => (ReservationStatus::Held, None),
            };
            self.moves.push(moved);
        }
    }
}

impl Entry {
    fn loaded(row: PaymentRow) -> Self {
        Self { row, state: EntryState::Untouched, recalled: Vec::new(), added: Vec::new() }
    }
}

impl ReservationMove {
    /// The reservation that moved.
    #[must_use]
    pub const fn reservation_id(&self) -> ReservationId {
        match self {
            Self::Pay(id, _) | Self::Confirm(id) | Self::HoldAgain(id) => *id,
        }
    }
}

impl Changes {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inserted.is_empty() && self.updated.is_empty() && self.moves.is_empty() && self.events.is_empty()
    }
}
