//! Noting that the PSP was asked about a payment under review.

use gateway_domain::{PaymentId, Timestamp};

use crate::book::Book;
use crate::row::UNLEASED;

impl Book {
    /// Asked in vain: the silence is counted anew. One that has ended meanwhile stays as it is.
    pub fn mark_asked(&mut self, payment_id: PaymentId, now: Timestamp) {
        if self.row(payment_id).is_some_and(|row| row.asked_at.is_some()) {
            self.update_row(payment_id, |row| {
                row.lease_until = UNLEASED;
                row.asked_at = Some(now);
            });
        }
    }
}
