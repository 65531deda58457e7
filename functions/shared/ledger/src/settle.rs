//! Settling a payment.

use gateway_domain::charge::Verdict;
use gateway_domain::review::VOID_REQUESTED;
use gateway_domain::settle::{self, ReservationEffect, SettleDecision, Settlement};
use gateway_domain::{Payment, PaymentId, PaymentStatus, ReservationStatus, Timestamp};
use gateway_ports::ledger::Settle;
use gateway_ports::review::Reviewer;

use crate::book::{Book, Inconsistent, ReservationMove};
use crate::event;
use crate::note::Note;
use crate::text::{REASON_LEN_MAX, clip};

impl Book {
    /// Those of the batch's payments whose [`event::ONCE`] events must be recalled before it is
    /// settled: what ended may be told of twice.
    #[must_use]
    pub fn recalled_by_settle(&self, batch: &[Settle]) -> Vec<PaymentId> {
        let ended = |id: &PaymentId| {
            let payment = self.payment(*id);
            payment.is_some_and(|it| it.status.is_final() || settle::is_void_requested(it))
        };
        batch.iter().map(|item| item.payment_id).filter(ended).collect()
    }

    /// Settles a payment as far as it can be settled.
    ///
    /// # Errors
    /// [`Inconsistent`] if its reservation is not held by it.
    pub fn settle(&mut self, item: &Settle, now: Timestamp) -> Result<SettleDecision, Inconsistent> {
        self.settle_by(item, None, now)
    }

    /// The same by a person's word: the story tells who, and why.
    ///
    /// # Errors
    /// [`Inconsistent`] if its reservation is not held by it.
    pub fn review(
        &mut self,
        item: &Settle,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<SettleDecision, Inconsistent> {
        self.settle_by(item, Some(by), now)
    }

    fn settle_by(
        &mut self,
        item: &Settle,
        by: Option<&Reviewer>,
        now: Timestamp,
    ) -> Result<SettleDecision, Inconsistent> {
        let decision = settle::decide(&item.settlement, self.payment(item.payment_id));
        let told = |event| told(item, by, event, now);
        match (decision, &item.settlement) {
            (SettleDecision::Apply(status, effect), _) => {
                self.apply(item, status, effect, told(status.as_str()), now)?;
            }
            (SettleDecision::LateAuthorization(_), _) => {
                self.tell_once(item, told(event::LATE_AUTHORIZATION), now);
                self.watch_until_void(item.payment_id, now);
            }
            (
                SettleDecision::Ignored(status) | SettleDecision::AlreadySettled(status),
                Settlement::Voided { .. },
            ) if status.is_final() => {
                self.tell_once(item, told(event::VOIDED), now);
                self.end_watch(item.payment_id);
            }
            _ => {}
        }
        Ok(decision)
    }

    fn apply(
        &mut self,
        item: &Settle,
        status: PaymentStatus,
        effect: ReservationEffect,
        note: Note,
        now: Timestamp,
    ) -> Result<(), Inconsistent> {
        if let Some(moved) = self.check_effect(item.payment_id, effect)? {
            self.move_reservation(moved);
        }
        self.overtake_dispatch(item.payment_id, item.attempt, now);
        self.update(item.payment_id, now, |payment| settled(payment, item, status));
        self.begin_watch(item.payment_id, now);
        self.note(item.payment_id, note);
        Ok(())
    }

    /// What the effect means for the reservation, which must be held by this payment.
    fn check_effect(
        &self,
        payment_id: PaymentId,
        effect: ReservationEffect,
    ) -> Result<Option<ReservationMove>, Inconsistent> {
        let Some(payment) = self.payment(payment_id) else { return Ok(None) };
        let reservation_id = payment.reservation_id;
        let moved = match effect {
            ReservationEffect::Keep => return Ok(None),
            ReservationEffect::Confirm => ReservationMove::Confirm(reservation_id),
            ReservationEffect::HoldAgain => ReservationMove::HoldAgain(reservation_id),
        };
        let held_by_it = self.reservation(reservation_id).is_some_and(|reservation| {
            reservation.status == ReservationStatus::Paying && reservation.payment_id == Some(payment_id)
        });
        if held_by_it { Ok(Some(moved)) } else { Err(Inconsistent { payment_id, reservation_id }) }
    }

    fn tell_once(&mut self, item: &Settle, note: Note, now: Timestamp) {
        if !self.tells(item.payment_id, &note) {
            self.update(item.payment_id, now, |_| {});
            self.note(item.payment_id, note);
        }
    }
}

/// A verdict may come from an attempt newer than the row's: its dispatcher died before it wrote.
fn settled(payment: &mut Payment, item: &Settle, status: PaymentStatus) {
    payment.status = status;
    payment.attempt = payment.attempt.max(item.attempt);
    payment.next_attempt_at = None;
    match &item.settlement {
        Settlement::Verdict(verdict) => {
            payment.charge_id = verdict.charge_id().cloned().or(payment.charge_id.take());
            // What the buyer gave is known better; of an encrypted card only the PSP can tell.
            payment.card = payment.card.take().or_else(|| verdict.card().cloned());
            payment.reason = match verdict {
                Verdict::Declined { code, .. } => Some(clip(code, REASON_LEN_MAX)),
                Verdict::Authorized { .. } | Verdict::InAnalysis { .. } => None,
            };
        }
        Settlement::Failed { reason } => payment.reason = Some(clip(reason, REASON_LEN_MAX)),
        Settlement::InReview { reason, charge_id } => {
            payment.charge_id = payment.charge_id.take().or_else(|| charge_id.clone());
            payment.reason = Some(clip(reason, REASON_LEN_MAX));
        }
        Settlement::VoidRequested { charge_id } => {
            payment.charge_id = Some(charge_id.clone());
            payment.reason = Some(VOID_REQUESTED.to_owned());
        }
        Settlement::Voided { charge_id } => payment.charge_id = Some(charge_id.clone()),
    }
}

fn told(item: &Settle, by: Option<&Reviewer>, event: &str, now: Timestamp) -> Note {
    let mut note = Note::new(now, item.step, event)
        .attempt(item.attempt)
        .caused_by(item.origin.as_ref())
        .detail("learned_by", item.learned_by);
    if let Some(by) = by {
        note = note.detail("reviewed_by", &by.user).detail("review_reason", &by.reason);
    }
    match &item.settlement {
        Settlement::Verdict(verdict) => note.verdict(verdict),
        Settlement::Failed { reason } => note.reason(reason).not_retried(reason),
        Settlement::InReview { reason, charge_id: None } => note.reason(reason),
        Settlement::InReview { reason, charge_id: Some(charge_id) } => note.reason(reason).charge(charge_id),
        Settlement::VoidRequested { charge_id } => note.detail("reason", VOID_REQUESTED).charge(charge_id),
        Settlement::Voided { charge_id } => note.charge(charge_id),
    }
}
