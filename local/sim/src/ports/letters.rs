//! The dead letters' table.

use gateway_domain::letter::{DiscardDecision, RedriveDecision, Resolution};
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::dead_letters::{AdministerDeadLetters, DeadLetterRow, DeadLetters, Letter, LetterQuery};
use gateway_ports::log::Delivered;
use gateway_ports::review::Reviewer;

use crate::env::Port;
use crate::planted::Planted;

impl DeadLetters for Port {
    async fn record(&self, row: &DeadLetterRow) -> Result<(), PortError> {
        self.commit("record dead letter", self.0.world.ledger.record(row)).await
    }

    async fn list(&self, limit: u32) -> Result<Vec<DeadLetterRow>, PortError> {
        self.call("list dead letters", self.0.world.ledger.list(limit)).await
    }
}

impl AdministerDeadLetters for Port {
    async fn page(&self, query: &LetterQuery) -> Result<Vec<Letter>, PortError> {
        self.call("page of dead letters", self.0.world.ledger.page(query)).await
    }

    async fn letter(&self, id: u128) -> Result<Option<Letter>, PortError> {
        self.call("read dead letter", self.0.world.ledger.letter(id)).await
    }

    async fn claim_redrive(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<RedriveDecision>, PortError> {
        let claim = async {
            let decision = self.0.world.ledger.claim_redrive(id, by, now, lease_ms).await?;
            Ok(decision.map(|decision| self.spoil_claim(decision)))
        };
        self.call("claim dead letter", claim).await
    }

    async fn mark_redriven(&self, id: u128, to: Delivered, now: Timestamp) -> Result<(), PortError> {
        self.call("mark redriven", self.0.world.ledger.mark_redriven(id, to, now)).await
    }

    async fn discard(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<Option<DiscardDecision>, PortError> {
        self.call("discard", self.0.world.ledger.discard(id, by, now)).await
    }

    async fn close_ended(&self, now: Timestamp, limit: u32) -> Result<u64, PortError> {
        self.call("close letters", self.0.world.ledger.close_ended(now, limit)).await
    }

    async fn close_waiting(
        &self,
        payment_id: PaymentId,
        waiting: Resolution,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let close = self.0.world.ledger.close_waiting(payment_id, waiting, resolution, now);
        self.call("close waiting letters", close).await
    }
}

/// Planted bugs.
impl Port {
    fn spoil_claim(&self, decision: RedriveDecision) -> RedriveDecision {
        match decision {
            RedriveDecision::AlreadyRedriven if self.0.world.has(Planted::RedriveTwice) => {
                RedriveDecision::Claimed
            }
            RedriveDecision::Behind { .. } if self.0.world.has(Planted::RedriveOutOfOrder) => {
                RedriveDecision::Claimed
            }
            other => other,
        }
    }
}
