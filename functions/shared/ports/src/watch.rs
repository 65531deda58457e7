//! Payments that ended because the PSP knew of no charge: it is asked again for a day, since a request may
//! still have been at work there.

use std::future::Future;

use gateway_domain::{Payment, PaymentId, Timestamp};

use crate::PortError;

/// What became of a look for a payment's charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedFor {
    /// The payment.
    pub payment_id: PaymentId,
    /// What the PSP said.
    pub found: Looked,
}

/// What the PSP said about a charge that may have turned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// None holds money.
    NoCharge,
    /// One does, or the PSP did not say: it is asked again.
    Unsettled,
}

/// Takes payments whose charge may have turned up. Which these are, and until when, is
/// [`gateway_domain::watch`]'s; a charge that is found is told by
/// [`SettlePayments`](crate::ledger::SettlePayments), and once it is voided nothing is looked for any more.
pub trait WatchPayments: Send + Sync {
    /// Those that are to be asked about at `now`, longest due first, under a lease as with
    /// [`DispatchRetries`](crate::ledger::DispatchRetries).
    fn take_watched(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Payment>, PortError>> + Send;

    /// The PSP was asked at `now`: the lease ends, and the next question is put off or was the last.
    fn mark_looked_after(
        &self,
        looked: &[LookedFor],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
