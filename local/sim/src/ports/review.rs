//! Payments under review, and those whose charge may have turned up.

use gateway_domain::settle::{ReservationEffect, SettleDecision, Settlement};
use gateway_domain::{Payment, PaymentId, PaymentStatus, Timestamp};
use gateway_ports::PortError;
use gateway_ports::ledger::Settle;
use gateway_ports::review::{Backlog, ReviewPayments, Reviewer};
use gateway_ports::watch::{LookedFor, WatchPayments};

use crate::env::Port;
use crate::planted::Planted;

impl ReviewPayments for Port {
    async fn take_in_review(
        &self,
        asked_before: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let take = async {
            let taken = self.0.world.ledger.take_in_review(asked_before, now, lease_ms, limit).await?;
            Ok(taken.into_iter().map(|payment| self.without_charge(payment)).collect())
        };
        self.call("take in review", take).await
    }

    async fn mark_asked(&self, ids: &[PaymentId], now: Timestamp) -> Result<(), PortError> {
        self.call("mark asked", self.0.world.ledger.mark_asked(ids, now)).await
    }

    async fn review(
        &self,
        settle: &Settle,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<SettleDecision, PortError> {
        let review = async {
            if let Some(pretended) = self.pretend(&settle.settlement) {
                return Ok(pretended);
            }
            self.0.world.ledger.review(settle, by, now).await
        };
        self.commit("review", review).await
    }

    async fn backlog(&self, now: Timestamp) -> Result<Backlog, PortError> {
        self.call("read backlog", self.0.world.ledger.backlog(now)).await
    }
}

impl WatchPayments for Port {
    async fn take_watched(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let limit = if self.0.world.has(Planted::MissLateCharges) { 0 } else { limit };
        self.call("take watched", self.0.world.ledger.take_watched(now, lease_ms, limit)).await
    }

    async fn mark_looked_after(&self, looked: &[LookedFor], now: Timestamp) -> Result<(), PortError> {
        self.call("mark looked after", self.0.world.ledger.mark_looked_after(looked, now)).await
    }
}

/// Planted bugs.
impl Port {
    /// What is said to be written and is not.
    pub(super) fn pretend(&self, settlement: &Settlement) -> Option<SettleDecision> {
        let keep = ReservationEffect::Keep;
        match settlement {
            Settlement::Voided { .. } if self.0.world.has(Planted::LoseVoid) => {
                Some(SettleDecision::Apply(PaymentStatus::Voided, keep))
            }
            Settlement::VoidRequested { .. } if self.0.world.has(Planted::CancelBeforeDeciding) => {
                Some(SettleDecision::Apply(PaymentStatus::InReview, keep))
            }
            _ => None,
        }
    }
}
