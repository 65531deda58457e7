//! Recording a learned verdict, then telling it.

use gateway_domain::{Payment, Verdict};
use gateway_edge::TraceContext;
use gateway_edge::http::Problem;
use gateway_edge::kafka::{outgoing, produce_one};
use gateway_edge::trace;
use gateway_ports::Clock;
use gateway_ports::attempts::{ChargeAttempts, Recorded};
use gateway_ports::log::MessageLog;
use gateway_wire::messages::{LearnedBy, WireVerdict};
use gateway_wire::{AttemptCompleted, topics};

use crate::{Heard, ReceivePspWebhook};

impl<L, A, P, K, C> ReceivePspWebhook<L, A, P, K, C>
where
    A: ChargeAttempts,
    K: MessageLog,
    C: Clock,
{
    /// Recorded first, so that no attempt charges any more; produced second: a failure in between is
    /// answered 503, and the PSP's next delivery produces.
    pub(crate) async fn publish(
        &self,
        payment: &Payment,
        learned: Verdict,
        trace: Option<TraceContext>,
    ) -> Result<Heard, Problem> {
        let recorded = self.attempts.record_learned(payment.id, &learned).await?;
        let Some(verdict) = to_tell(recorded, learned) else {
            return Ok(Heard::Ignored { reason: "overtaken" });
        };
        let message = AttemptCompleted {
            payment_id: payment.id,
            reservation_id: payment.reservation_id,
            attempt: payment.attempt,
            verdict: WireVerdict::from(verdict),
            learned_by: LearnedBy::Webhook,
            decided_at_ms: self.clock.now().as_millis(),
        };
        let cause = trace.unwrap_or_else(|| trace::start(&self.clock));
        let record =
            outgoing(topics::PURCHASES_PROCESSED, payment.reservation_id, &message, &cause, &self.clock);
        produce_one(&self.log, record).await?;
        Ok(Heard::Published)
    }
}

/// What stands is told again. An authorization is told even beside another verdict: the ledger knows
/// a charge too many from a repetition, and has it cancelled.
fn to_tell(recorded: Recorded, learned: Verdict) -> Option<Verdict> {
    match (recorded, learned) {
        (Recorded::Stands, learned) | (Recorded::Other(_), learned @ Verdict::Authorized { .. }) => {
            Some(learned)
        }
        (Recorded::Other(standing), _) => Some(standing),
        (Recorded::Fenced, _) => None,
    }
}
