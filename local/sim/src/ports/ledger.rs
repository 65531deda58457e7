//! MySQL.

use gateway_domain::begin::BeginDecision;
use gateway_domain::reservation::{ReleaseDecision, ReserveCommand, ReserveRefusal};
use gateway_domain::retry::{RetryDecision, RetryPolicy};
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{
    Payment, PaymentId, PaymentStatus, ProductId, Reservation, ReservationId, ReservationStatus, Timestamp,
    Verdict,
};
use gateway_ports::PortError;
use gateway_ports::ledger::{
    Begin, BeginPayments, DispatchRetries, DueAttempt, Fail, ReadPayments, ScheduleRetries, Settle,
    SettlePayments,
};
use gateway_ports::reservations::{ExpireReservations, ReadReservations, Reservations};
use gateway_ports::stock::{AuditStock, StockAccount};
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::TraceContext;

use crate::actor::Actor;
use crate::env::Port;
use crate::planted::Planted;

impl Reservations for Port {
    async fn reserve(
        &self,
        command: &ReserveCommand,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Result<Reservation, ReserveRefusal>, PortError> {
        self.commit("reserve", self.0.world.ledger.reserve(command, expires_at, now)).await
    }

    async fn release(&self, id: ReservationId, now: Timestamp) -> Result<Option<ReleaseDecision>, PortError> {
        self.commit("release", self.0.world.ledger.release(id, now)).await
    }
}

impl ReadReservations for Port {
    async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, PortError> {
        self.call("read reservation", self.0.world.ledger.reservation(id)).await
    }

    async fn payment_status(&self, id: PaymentId) -> Result<Option<PaymentStatus>, PortError> {
        self.call("read status", self.0.world.ledger.payment_status(id)).await
    }
}

impl ExpireReservations for Port {
    async fn expire(&self, now: Timestamp, limit: u32) -> Result<Vec<ReservationId>, PortError> {
        let ledger = &self.0.world.ledger;
        let expire = async {
            if self.0.world.has(Planted::ExpirePaying) {
                self.expire_paying(now);
            }
            let released = ledger.expire(now, limit).await?;
            if self.0.world.has(Planted::ReleaseTwice) {
                self.release_again(&released);
            }
            Ok(released)
        };
        self.commit("expire", expire).await
    }
}

impl BeginPayments for Port {
    async fn begin(&self, batch: &[Begin], now: Timestamp) -> Result<Vec<BeginDecision>, PortError> {
        self.commit("begin", self.0.world.ledger.begin(batch, now)).await
    }
}

impl SettlePayments for Port {
    async fn settle(&self, batch: &[Settle], now: Timestamp) -> Result<Vec<SettleDecision>, PortError> {
        let settle = async {
            if let Some(pretended) = batch.first().and_then(|item| self.pretend(&item.settlement)) {
                return Ok(vec![pretended; batch.len()]);
            }
            let decisions = self.0.world.ledger.settle(batch, now).await;
            if self.0.world.has(Planted::SettleTwice) {
                batch.iter().for_each(|item| self.settle_again(item));
            }
            decisions
        };
        self.commit("settle", settle).await
    }
}

impl ScheduleRetries for Port {
    async fn schedule(
        &self,
        batch: &[Fail],
        policy: &RetryPolicy,
        now: Timestamp,
    ) -> Result<Vec<RetryDecision>, PortError> {
        self.commit("schedule", self.0.world.ledger.schedule(batch, policy, now)).await
    }
}

impl DispatchRetries for Port {
    async fn take_due(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        let take = async {
            let due = self.0.world.ledger.take_due(now, lease_ms, limit).await?;
            if self.0.world.has(Planted::LoseDispatch) {
                self.0.world.ledger.mark_dispatched(&due, now).await?;
                return Ok(Vec::new());
            }
            Ok(due)
        };
        self.commit("take due", take).await
    }

    async fn take_stuck(
        &self,
        unchanged_since: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        // Whoever loses a dispatch would find it again here: the bug is to have neither.
        let limit = if self.0.world.has(Planted::LoseDispatch) { 0 } else { limit };
        let take = self.0.world.ledger.take_stuck(unchanged_since, now, lease_ms, limit);
        self.commit("take stuck", take).await
    }

    async fn mark_dispatched(&self, batch: &[DueAttempt], now: Timestamp) -> Result<(), PortError> {
        self.commit("mark dispatched", self.0.world.ledger.mark_dispatched(batch, now)).await
    }
}

impl ReadPayments for Port {
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PortError> {
        let read = async {
            let payment = self.0.world.ledger.payment(id).await?;
            Ok(payment.map(|payment| self.without_charge(payment)))
        };
        self.call("read payment", read).await
    }

    async fn trace(&self, id: PaymentId) -> Result<Option<TraceContext>, PortError> {
        self.call("read trace", self.0.world.ledger.trace(id)).await
    }

    async fn timeline(&self, id: PaymentId) -> Result<Vec<TimelineEvent>, PortError> {
        self.call("read timeline", self.0.world.ledger.timeline(id)).await
    }
}

impl AuditStock for Port {
    async fn stock_account(&self, id: ProductId) -> Result<Option<StockAccount>, PortError> {
        self.call("read stock", self.0.world.ledger.stock_account(id)).await
    }

    async fn stock_check(&self, limit: u32) -> Result<Vec<StockAccount>, PortError> {
        self.call("check stock", self.0.world.ledger.stock_check(limit)).await
    }
}

/// Planted bugs.
impl Port {
    /// Who asks what became of a payment does not know the charge that the PSP has named.
    pub(super) fn without_charge(&self, payment: Payment) -> Payment {
        let asks = matches!(self.0.actor, Actor::HandleDlq | Actor::ReviewPayments);
        let forgets = asks && self.0.world.has(Planted::ForgetCharge);
        let charge_id = if forgets { None } else { payment.charge_id.clone() };
        Payment { charge_id, ..payment }
    }

    fn release_again(&self, released: &[ReservationId]) {
        let ledger = &self.0.world.ledger;
        let units: Vec<_> = ledger.inspect(|rows| {
            let rows = rows.reservations().filter(|row| released.contains(&row.id));
            rows.map(|row| (row.product_id, row.quantity.get())).collect()
        });
        units.into_iter().for_each(|(product, units)| ledger.force_stock(product, units));
    }

    fn expire_paying(&self, now: Timestamp) {
        let ledger = &self.0.world.ledger;
        let paying: Vec<_> = ledger.inspect(|rows| {
            let over = |row: &&Reservation| row.status == ReservationStatus::Paying && row.expires_at <= now;
            rows.reservations().filter(over).map(|row| row.id).collect()
        });
        paying.into_iter().for_each(|id| ledger.force_release(id));
    }

    fn settle_again(&self, item: &Settle) {
        let status = match &item.settlement {
            Settlement::Verdict(Verdict::Authorized { .. }) => PaymentStatus::Authorized,
            Settlement::Verdict(Verdict::Declined { .. }) => PaymentStatus::Declined,
            Settlement::Verdict(Verdict::InAnalysis { .. }) => PaymentStatus::InAnalysis,
            Settlement::Failed { .. } => PaymentStatus::Failed,
            Settlement::InReview { .. } | Settlement::VoidRequested { .. } => PaymentStatus::InReview,
            Settlement::Voided { .. } => PaymentStatus::Voided,
        };
        self.0.world.ledger.force_status(item.payment_id, status);
    }
}
