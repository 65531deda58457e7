//! At every commit of the ledger: stock, statuses, one live payment a reservation.

use std::collections::BTreeMap;

use gateway_domain::{Payment, PaymentStatus, Reservation, ReservationStatus};
use gateway_memory::ledger::Rows;

use super::{Judge, is_final};
use crate::history::History;

impl Judge {
    /// Looks at the rows as they were just committed.
    pub(crate) fn ledger(&mut self, rows: &Rows<'_>, at_ms: i64, history: &History) {
        self.stock(rows, at_ms);
        for reservation in rows.reservations() {
            self.reservation(reservation, at_ms, history);
        }
        for payment in rows.payments() {
            self.payment(payment, at_ms, history);
        }
        self.live(rows, at_ms);
    }

    fn stock(&mut self, rows: &Rows<'_>, at_ms: i64) {
        for (product, stocked) in rows.products() {
            let bound = rows
                .reservations()
                .filter(|it| it.product_id == product.id && it.status != ReservationStatus::Released);
            let bound: i64 = bound.map(|it| i64::from(it.quantity.get())).sum();
            let there = i64::from(product.available) + bound;
            if there != stocked {
                let what = || format!("{there} units of {} where {stocked} were stocked", product.id);
                self.find("stock is conserved", at_ms, what);
            }
        }
    }

    fn reservation(&mut self, row: &Reservation, at_ms: i64, history: &History) {
        use ReservationStatus::{Confirmed, Held, Paying, Released};
        let before = self.reservations.insert(row.id, row.status);
        if before == Some(row.status) {
            return;
        }
        history.tell(at_ms, || format!("reservation {} is {}", row.id, row.status));
        let allowed = matches!(
            (before, row.status),
            (None, Held) | (Some(Held), Paying | Released) | (Some(Paying), Held | Confirmed)
        );
        if !allowed {
            let what = || format!("{} went from {before:?} to {}", row.id, row.status);
            self.find("reservations move along their graph", at_ms, what);
        }
    }

    fn payment(&mut self, row: &Payment, at_ms: i64, history: &History) {
        let before = self.payments.insert(row.id, row.status);
        if before == Some(row.status) {
            return;
        }
        history.tell(at_ms, || format!("payment {} of {} is {}", row.id, row.reservation_id, row.status));
        if row.status == PaymentStatus::Failed {
            self.failed.push(row.id);
        }
        if let Some(before) = before
            && !may_follow(before, row.status)
        {
            let what = || format!("{} went from {before} to {}", row.id, row.status);
            self.find("payments move along their graph and final statuses absorb", at_ms, what);
        }
    }

    fn live(&mut self, rows: &Rows<'_>, at_ms: i64) {
        let mut live = BTreeMap::new();
        for payment in rows.payments() {
            if !is_final(payment.status) || payment.status == PaymentStatus::Authorized {
                let earlier = live.insert(payment.reservation_id, payment.id);
                if let Some(earlier) = earlier {
                    let what = || format!("{earlier} and {} for {}", payment.id, payment.reservation_id);
                    self.find("one live payment a reservation", at_ms, what);
                }
            }
        }
        for reservation in rows.reservations().filter(|it| it.status == ReservationStatus::Paying) {
            if live.get(&reservation.id).copied() != reservation.payment_id {
                let what = || format!("{} is paid by {:?}", reservation.id, reservation.payment_id);
                self.find("what is being paid has a live payment", at_ms, what);
            }
        }
    }
}

/// Which status may follow which; not the gateway's own graph.
const fn may_follow(before: PaymentStatus, after: PaymentStatus) -> bool {
    use PaymentStatus::{InAnalysis, InReview, Pending, Processing, Rejected, RetryScheduled};
    match before {
        Processing | RetryScheduled => !matches!(after, Pending | Rejected),
        InAnalysis => is_final(after) && !matches!(after, Rejected) || matches!(after, InReview),
        InReview => is_final(after) && !matches!(after, Rejected) || matches!(after, InAnalysis),
        _ => false,
    }
}
