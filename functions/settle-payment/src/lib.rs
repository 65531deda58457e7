//! Writes the PSP's verdict into the ledger: the payment's final status and what becomes of its
//! reservation, in one transaction for the whole batch.
//!
//! Reads `purchases-processed`. A verdict that comes too late (the payment ended otherwise, yet the
//! PSP authorized) is dead-lettered: handle-dlq cancels the charge. It never talks to the PSP.

use gateway_domain::Verdict;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_edge::metrics;
use gateway_ports::Clock;
use gateway_ports::ledger::{Settle, SettlePayments};
use gateway_wire::messages::WireVerdict;
use gateway_wire::{AttemptCompleted, DeadLetterCause};

const STEP: &str = "settle-payment";

/// The step with the ports it needs.
pub struct SettlePayment<L, C> {
    /// Where payments are settled.
    pub ledger: L,
    /// Time.
    pub clock: C,
}

impl<L: SettlePayments, C: Clock> Step for SettlePayment<L, C> {
    const NAME: &'static str = STEP;
    type Message = AttemptCompleted;

    fn decode(record: &RawRecord) -> Result<AttemptCompleted, DeadLetterCause> {
        kafka::decode_json(record)
    }

    async fn handle(&self, batch: Vec<Record<AttemptCompleted>>) -> Vec<Outcome> {
        let commands: Vec<_> = batch.iter().map(command).collect();
        match self.ledger.settle(&commands, self.clock.now()).await {
            Ok(decisions) => batch.iter().zip(decisions).map(|settled| self.outcome(settled)).collect(),
            Err(error) => vec![Outcome::of_error("not settled", &error); batch.len()],
        }
    }
}

impl<L, C: Clock> SettlePayment<L, C> {
    fn outcome(&self, (record, decision): (&Record<AttemptCompleted>, SettleDecision)) -> Outcome {
        if let SettleDecision::Apply(status, _) = decision {
            let reason = match &record.message.verdict {
                WireVerdict::Declined { code, .. } => Some(code.as_str()),
                _ => None,
            };
            if status.is_final() {
                metrics::ended(STEP, record.message.payment_id, status, reason, self.clock.now());
            }
        }
        outcome(record, decision)
    }
}

fn command(record: &Record<AttemptCompleted>) -> Settle {
    Settle {
        payment_id: record.message.payment_id,
        attempt: record.message.attempt,
        settlement: Settlement::Verdict(Verdict::from(record.message.verdict.clone())),
        step: STEP,
        learned_by: record.message.learned_by.as_str(),
        origin: Some(record.origin.clone()),
    }
}

fn outcome(record: &Record<AttemptCompleted>, decision: SettleDecision) -> Outcome {
    let (payment_id, origin) = (record.message.payment_id, &record.origin);
    tracing::info!(%payment_id, ?decision, topic = origin.topic, partition = origin.partition,
        offset = origin.offset, "settled");
    let dead =
        |code: &str, message: String| Outcome::Dead(DeadLetterCause { code: code.to_owned(), message });
    match decision {
        SettleDecision::Apply(..) | SettleDecision::AlreadySettled(_) | SettleDecision::Ignored(_) => {
            Outcome::Done
        }
        SettleDecision::LateAuthorization(status) => {
            dead("late_authorization", format!("authorized after the payment had ended as {status}"))
        }
        SettleDecision::UnknownPayment => {
            dead("unknown_payment", "a verdict for a payment that the ledger does not know".to_owned())
        }
    }
}
