//! Turns an accepted payment into a first charge attempt.
//!
//! Reads `order_queue`. In one transaction for the whole batch the ledger takes each reservation from
//! HELD to PAYING and the payment to PROCESSING; then the attempts go to `process-purchases`. A
//! payment that cannot begin is REJECTED and its card erased. It never talks to the PSP.

use gateway_domain::PaymentStatus;
use gateway_domain::begin::{BeginDecision, PaymentRequest};
use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_edge::metrics;
use gateway_ports::Clock;
use gateway_ports::attempts::CardVault;
use gateway_ports::ledger::{Begin, BeginPayments};
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptRequested, DeadLetterCause, PaymentRequested, topics};

const STEP: &str = "orchestrate-payment";

/// The step with the ports it needs.
pub struct OrchestratePayment<L, V, K, C> {
    /// Where payments begin.
    pub ledger: L,
    /// Where the card of a rejected payment is erased.
    pub vault: V,
    /// Where attempts are asked for.
    pub log: K,
    /// Time.
    pub clock: C,
}

impl<L, V, K, C> Step for OrchestratePayment<L, V, K, C>
where
    L: BeginPayments,
    V: CardVault,
    K: MessageLog,
    C: Clock,
{
    const NAME: &'static str = STEP;
    type Message = PaymentRequest;

    fn decode(record: &RawRecord) -> Result<PaymentRequest, DeadLetterCause> {
        let message: PaymentRequested = kafka::decode_json(record)?;
        message
            .to_request()
            .map_err(|error| DeadLetterCause { code: "invalid".to_owned(), message: error.to_string() })
    }

    async fn handle(&self, batch: Vec<Record<PaymentRequest>>) -> Vec<Outcome> {
        let commands: Vec<_> = batch
            .iter()
            .map(|record| Begin {
                request: record.message.clone(),
                origin: record.origin.clone(),
                trace: Some(record.trace.clone()),
            })
            .collect();
        let decisions = match self.ledger.begin(&commands, self.clock.now()).await {
            Ok(decisions) => decisions,
            Err(error) => return vec![Outcome::of_error("not begun", &error); batch.len()],
        };
        let mut results = Vec::with_capacity(batch.len());
        for (record, decision) in batch.iter().zip(decisions) {
            results.push(self.follow_up(record, decision).await);
        }
        kafka::emit(&self.log, results).await
    }
}

impl<L, V: CardVault, K, C: Clock> OrchestratePayment<L, V, K, C> {
    /// A payment found PROCESSING is asked for again: the earlier delivery may have died before it
    /// produced, and a second record of the same attempt changes nothing.
    async fn follow_up(
        &self,
        record: &Record<PaymentRequest>,
        decision: BeginDecision,
    ) -> Result<Vec<OutgoingRecord>, Outcome> {
        let payment_id = record.message.payment_id;
        match decision {
            BeginDecision::Begin | BeginDecision::AlreadyBegun(PaymentStatus::Processing) => {
                Ok(vec![self.first_attempt(record)])
            }
            BeginDecision::Reject(_) | BeginDecision::AlreadyBegun(PaymentStatus::Rejected) => {
                tracing::info!(%payment_id, ?decision, topic = record.origin.topic,
                    partition = record.origin.partition, offset = record.origin.offset, "rejected");
                if let BeginDecision::Reject(reason) = decision {
                    let (status, now) = (PaymentStatus::Rejected, self.clock.now());
                    metrics::ended(STEP, payment_id, status, Some(reason.as_str()), now);
                }
                let erased = self.vault.erase(payment_id).await;
                erased
                    .map(|_| Vec::new())
                    .map_err(|error| Outcome::Retry(format!("card not erased: {error}")))
            }
            BeginDecision::AlreadyBegun(_) => Ok(Vec::new()),
        }
    }

    fn first_attempt(&self, record: &Record<PaymentRequest>) -> OutgoingRecord {
        let request = &record.message;
        let message = AttemptRequested {
            payment_id: request.payment_id,
            reservation_id: request.reservation_id,
            amount: WireMoney(request.amount),
            attempt: 1,
            accepted_at_ms: request.accepted_at.as_millis(),
        };
        kafka::outgoing(
            topics::PROCESS_PURCHASES,
            request.reservation_id,
            &message,
            &record.trace,
            &self.clock,
        )
    }
}
