//! Looking for charges that turn up late: until when, and when next.

use gateway_domain::limits::WATCH_MS_MIN;
use gateway_domain::{PaymentId, PaymentStatus, Timestamp, watch};
use gateway_ports::watch::{Looked, LookedFor};

use crate::book::Book;
use crate::row::UNLEASED;

impl Book {
    /// Begins to look for a charge, where the payment ended for want of one.
    pub(crate) fn begin_watch(&mut self, id: PaymentId, now: Timestamp) {
        self.update_row(id, |row| {
            let payment = &row.payment;
            row.watch_at =
                watch::rests_on_no_charge(payment).then(|| watch::next_ask(payment.accepted_at, now));
        });
    }

    /// A charge has turned up for a payment that ended without it: looked for until it is cancelled. Of
    /// one that is authorized by another charge the PSP would name that one.
    pub(crate) fn watch_until_void(&mut self, id: PaymentId, now: Timestamp) {
        self.update_row(id, |row| {
            let status = row.payment.status;
            if status.is_final() && status != PaymentStatus::Authorized {
                row.watch_at = Some(now.plus_millis(WATCH_MS_MIN));
            }
        });
    }

    /// The charge that turned up is cancelled.
    pub(crate) fn end_watch(&mut self, id: PaymentId) {
        self.update_row(id, |row| row.watch_at = None);
    }

    /// Notes what the PSP said. One that was voided meanwhile stays as it is.
    pub fn mark_looked_after(&mut self, looked: &LookedFor, now: Timestamp) {
        if self.row(looked.payment_id).is_none_or(|row| row.watch_at.is_none()) {
            return;
        }
        self.update_row(looked.payment_id, |row| {
            let accepted_at = row.payment.accepted_at;
            row.lease_until = UNLEASED;
            row.watch_at = match looked.found {
                Looked::NoCharge if watch::is_over(accepted_at, now) => None,
                Looked::NoCharge => Some(watch::next_ask(accepted_at, now)),
                Looked::Unsettled => Some(now.plus_millis(WATCH_MS_MIN)),
            };
        });
    }
}
