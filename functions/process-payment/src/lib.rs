//! Charges at the PSP, at most once for each payment.
//!
//! Reads `process-purchases`. Each attempt is claimed under a fence before the call, and its outcome
//! recorded after it; then the outcome goes to `purchases-processed` (the PSP has decided) or
//! `payment_retry` (it has not, or we did not hear). Whoever takes over after a crash asks the PSP
//! with the payment's one idempotency key, so a second call is never a second charge. Payments of
//! different reservations are charged side by side. It never touches MySQL.

mod attempt;
mod doubt;
mod tell;

use gateway_domain::money::Cents;
use gateway_domain::{PaymentId, ReservationId};
use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_ports::Clock;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::log::MessageLog;
use gateway_ports::provider::PaymentProvider;
use gateway_wire::{AttemptRequested, DeadLetterCause};

/// Calls to the PSP under way at the same time, in one function environment. With the batch size and
/// the PSP time-out it bounds a batch's duration: see `infra/template.yaml`.
pub const PSP_CALLS_MAX: usize = 16;

/// The step with the ports it needs.
pub struct ProcessPayment<A, P, K, C> {
    /// The attempts' fence and the vaulted card.
    pub attempts: A,
    /// The PSP.
    pub provider: P,
    /// Where outcomes are told.
    pub log: K,
    /// Time.
    pub clock: C,
}

/// An attempt to make.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The payment.
    pub payment_id: PaymentId,
    /// The records' key.
    pub reservation_id: ReservationId,
    /// How much.
    pub amount: Cents,
    /// Its number; the first is 1.
    pub number: u32,
}

impl<A, P, K, C> Step for ProcessPayment<A, P, K, C>
where
    A: ChargeAttempts,
    P: PaymentProvider,
    K: MessageLog,
    C: Clock,
{
    const NAME: &'static str = "process-payment";
    type Message = Attempt;

    fn decode(record: &RawRecord) -> Result<Attempt, DeadLetterCause> {
        let message: AttemptRequested = kafka::decode_json(record)?;
        let amount = message
            .amount
            .0
            .to_cents()
            .map_err(|error| DeadLetterCause { code: "invalid".to_owned(), message: error.to_string() })?;
        Ok(Attempt {
            payment_id: message.payment_id,
            reservation_id: message.reservation_id,
            amount,
            number: message.attempt,
        })
    }

    async fn handle(&self, batch: Vec<Record<Attempt>>) -> Vec<Outcome> {
        kafka::each_by_key(batch, PSP_CALLS_MAX, |record| self.make(record)).await
    }
}
