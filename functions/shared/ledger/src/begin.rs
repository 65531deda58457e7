//! Beginning a payment.

use gateway_domain::begin::{self, BeginDecision, PaymentRequest, RejectReason};
use gateway_domain::{Payment, PaymentStatus, Timestamp};
use gateway_ports::ledger::Begin;

use crate::book::{Book, ReservationMove};
use crate::event;
use crate::note::Note;

const STEP: &str = "orchestrate-payment";

impl Book {
    /// Begins or rejects a payment, or finds that it began before.
    pub fn begin(&mut self, item: &Begin, now: Timestamp) -> BeginDecision {
        let request = &item.request;
        let (existing, reservation) =
            (self.payment(request.payment_id), self.reservation(request.reservation_id));
        let decision = begin::decide(request, existing, reservation);
        match decision {
            BeginDecision::Begin => {
                self.insert(new_payment(request, None, now));
                self.move_reservation(ReservationMove::Pay(request.reservation_id, request.payment_id));
                self.tell_beginning(item, None, now);
            }
            BeginDecision::Reject(reason) => {
                self.insert(new_payment(request, Some(reason), now));
                self.tell_beginning(item, Some(reason), now);
            }
            BeginDecision::AlreadyBegun(_) => {}
        }
        decision
    }

    /// The first of its story, and where its trace goes on.
    fn tell_beginning(&mut self, item: &Begin, rejected: Option<RejectReason>, now: Timestamp) {
        let (id, origin) = (item.request.payment_id, Some(&item.origin));
        self.update_row(id, |row| row.trace.clone_from(&item.trace));
        let mut accepted = Note::new(item.request.accepted_at, STEP, event::ACCEPTED)
            .detail("amount", &item.request.amount.to_string());
        accepted = match &item.request.card {
            Some(card) => {
                accepted.detail("card_brand", card.brand.as_str()).detail("card_last4", &card.last4)
            }
            None => accepted.detail("card", "encrypted"),
        };
        self.note(id, accepted.caused_by(origin));
        let next = match rejected {
            None => Note::new(now, STEP, PaymentStatus::Processing.as_str()).attempt(1),
            Some(reason) => {
                Note::new(now, STEP, PaymentStatus::Rejected.as_str()).detail("reason", reason.as_str())
            }
        };
        self.note(id, next.caused_by(origin));
    }
}

/// A rejected payment was never attempted: its attempt is 0.
fn new_payment(request: &PaymentRequest, rejected: Option<RejectReason>, now: Timestamp) -> Payment {
    let status = if rejected.is_some() { PaymentStatus::Rejected } else { PaymentStatus::Processing };
    Payment {
        id: request.payment_id,
        reservation_id: request.reservation_id,
        user_id: request.user_id.clone(),
        amount: request.amount,
        card: request.card.clone(),
        status,
        attempt: u32::from(rejected.is_none()),
        next_attempt_at: None,
        charge_id: None,
        reason: rejected.map(|reason| reason.as_str().to_owned()),
        accepted_at: request.accepted_at,
        updated_at: now,
        version: 1,
    }
}
