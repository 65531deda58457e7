//! One attempt: claim, charge, record, tell.

use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId, ChargeOutcome, Inquiry};
use gateway_domain::limits::ATTEMPT_LEASE_MS;
use gateway_domain::review::{CHARGE_MISMATCH, CHARGE_MISSING};
use gateway_domain::{Timestamp, Verdict};
use gateway_edge::kafka::{Outcome, Record};
use gateway_edge::metrics::{self, Unit};
use gateway_ports::attempts::{AttemptClaim, ChargeAttempts, ClaimedAttempt, Recorded};
use gateway_ports::log::MessageLog;
use gateway_ports::provider::{ChargeRequest, PaymentProvider};
use gateway_ports::{Clock, PortError};
use gateway_wire::DeadLetterCause;
use gateway_wire::messages::LearnedBy;

use crate::{Attempt, ProcessPayment, doubt};

/// What is to be told of an attempt.
pub(crate) enum News {
    /// The PSP has decided.
    Verdict(Verdict, LearnedBy),
    /// It has not, or we did not hear.
    Failure(AttemptFailure),
    /// Nothing: a newer attempt's holder will tell.
    Nothing,
    /// Only the dead-letter step can find out.
    Dead(DeadLetterCause),
}

impl<A, P, K, C> ProcessPayment<A, P, K, C>
where
    A: ChargeAttempts,
    P: PaymentProvider,
    K: MessageLog,
    C: Clock,
{
    /// Makes the attempt and tells its outcome.
    pub(crate) async fn make(&self, record: Record<Attempt>) -> Outcome {
        match self.news(&record.message).await {
            Ok(news) => self.tell(&record, news).await,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    async fn news(&self, attempt: &Attempt) -> Result<News, PortError> {
        let now = self.clock.now();
        let claim =
            self.attempts.claim_attempt(attempt.payment_id, attempt.number, now, ATTEMPT_LEASE_MS).await?;
        match claim {
            AttemptClaim::Claimed(claimed) => self.charge(attempt, claimed).await,
            AttemptClaim::Decided(verdict @ Verdict::InAnalysis { .. }) => {
                self.ask_again(attempt, verdict).await
            }
            AttemptClaim::Decided(verdict) => Ok(News::Verdict(verdict, LearnedBy::Charge)),
            AttemptClaim::Failed(failure) => Ok(failed(failure)),
            AttemptClaim::Busy { until } => Ok(News::Failure(busy(until, now))),
            AttemptClaim::Superseded => Ok(News::Nothing),
            AttemptClaim::CardGone { may_be_charged } => Ok(News::Dead(card_gone(may_be_charged))),
        }
    }

    async fn charge(&self, attempt: &Attempt, claimed: ClaimedAttempt) -> Result<News, PortError> {
        let ClaimedAttempt { fence, card, may_be_charged } = claimed;
        let request = ChargeRequest { payment_id: attempt.payment_id, amount: attempt.amount, card: &card };
        let outcome = self.provider.charge(request).await;
        drop(card);
        match doubt::in_doubt(outcome, may_be_charged) {
            ChargeOutcome::Verdict(verdict) => {
                let recorded = self.attempts.record_verdict(attempt.payment_id, fence, &verdict).await?;
                Ok(after_recording(recorded, News::Verdict(verdict, LearnedBy::Charge)))
            }
            ChargeOutcome::Failed(failure) => {
                if failure.certainty == Certainty::Unknown {
                    metrics::put("process-payment", metrics::OUTCOMES_UNKNOWN, Unit::Count, 1);
                }
                let recorded = self.attempts.record_failure(attempt.payment_id, fence, &failure).await?;
                Ok(after_recording(recorded, failed(failure)))
            }
        }
    }

    /// A charge at the risk check is asked about, never made again. One that the PSP no longer knows, or knows
    /// otherwise, nobody here can judge: whoever reads the dead letters asks once more, and puts it under review.
    async fn ask_again(&self, attempt: &Attempt, standing: Verdict) -> Result<News, PortError> {
        let Some(charge_id) = standing.charge_id().cloned() else {
            return Ok(News::Verdict(standing, LearnedBy::Inquiry));
        };
        match self.provider.find_charge(&charge_id, attempt.payment_id, attempt.amount).await {
            Inquiry::Found(verdict) => {
                let recorded = self.attempts.record_learned(attempt.payment_id, &verdict).await?;
                Ok(after_recording(recorded, News::Verdict(verdict, LearnedBy::Inquiry)))
            }
            Inquiry::Unanswered { reason } => {
                tracing::info!(payment_id = %attempt.payment_id, reason, "still in analysis");
                Ok(News::Verdict(standing, LearnedBy::Inquiry))
            }
            Inquiry::None => {
                Ok(self.contradicted(attempt, &charge_id, CHARGE_MISSING, "the PSP no longer knows it"))
            }
            Inquiry::Mismatch { reason, .. } => {
                Ok(self.contradicted(attempt, &charge_id, CHARGE_MISMATCH, &reason))
            }
        }
    }

    /// The PSP contradicts what it said of a charge.
    fn contradicted(&self, attempt: &Attempt, charge_id: &ChargeId, code: &str, what: &str) -> News {
        tracing::error!(payment_id = %attempt.payment_id, charge_id = charge_id.0, what,
            "the PSP contradicts itself about a charge at its risk check");
        metrics::put("process-payment", metrics::OUTCOMES_UNKNOWN, Unit::Count, 1);
        let message = format!("the charge was at the PSP's risk check: {what}");
        News::Dead(DeadLetterCause { code: code.to_owned(), message })
    }
}

/// What is to be told of an attempt without a verdict.
fn failed(failure: AttemptFailure) -> News {
    match doubt::needs_inquiry(&failure) {
        Some(cause) => News::Dead(cause),
        None => News::Failure(failure),
    }
}

fn after_recording(recorded: Recorded, news: News) -> News {
    match recorded {
        Recorded::Stands => news,
        Recorded::Other(verdict) => News::Verdict(verdict, LearnedBy::Charge),
        Recorded::Fenced => News::Nothing,
    }
}

/// Another holder may still be at the PSP: come back when its lease has ended, without holding up the
/// partition until then.
fn busy(until: Timestamp, now: Timestamp) -> AttemptFailure {
    AttemptFailure {
        certainty: Certainty::Unknown,
        code: "attempt_in_progress".to_owned(),
        message: "another delivery of this attempt holds its claim".to_owned(),
        retry_after_ms: Some(until.since(now).max(0)),
    }
}

fn card_gone(may_be_charged: bool) -> DeadLetterCause {
    let message = if may_be_charged {
        "the vaulted card is gone and an attempt may have reached the PSP"
    } else {
        "the vaulted card is gone and no attempt reached the PSP"
    };
    DeadLetterCause { code: "card_gone".to_owned(), message: message.to_owned() }
}
