//! Produce, complete: each may be repeated for the same payment id.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::{PaymentId, UserId};
use gateway_edge::TraceContext;
use gateway_edge::http::{HttpResponse, Problem};
use gateway_edge::kafka::{outgoing, produce_one};
use gateway_ports::claims::{ClaimKey, PaymentClaims};
use gateway_ports::log::MessageLog;
use gateway_ports::{Clock, PortError};
use gateway_wire::messages::WireCard;
use gateway_wire::money::WireMoney;
use gateway_wire::{PaymentRequested, topics};

use crate::request::Wish;
use crate::{EnqueuePayment, answer};

impl<L, D, K, C> EnqueuePayment<L, D, K, C>
where
    D: PaymentClaims,
    K: MessageLog,
    C: Clock,
{
    pub(crate) async fn queue(
        &self,
        wish: Wish,
        payment_id: PaymentId,
        trace: &TraceContext,
    ) -> Result<HttpResponse, Problem> {
        let Wish { order, card, key, .. } = wish;
        let request = order.to_request(payment_id, card.summary());
        // Wiped: it is in the vault.
        drop(card);
        self.produce(&request, trace).await.map_err(answer::unfinished(payment_id))?;
        if let Some(key) = key {
            self.complete(request.user_id.clone(), key, payment_id).await;
        }
        tracing::info!(%payment_id, reservation_id = %request.reservation_id, trace = %trace, "queued");
        Ok(answer::accepted(&request))
    }

    async fn produce(&self, request: &PaymentRequest, trace: &TraceContext) -> Result<(), PortError> {
        let message = PaymentRequested {
            payment_id: request.payment_id,
            reservation_id: request.reservation_id,
            product_id: request.product_id,
            user_id: request.user_id.clone(),
            quantity: request.quantity.get(),
            amount: WireMoney(request.amount),
            card: request.card.as_ref().map(WireCard::from),
            accepted_at_ms: request.accepted_at.as_millis(),
        };
        let record = outgoing(topics::ORDER_QUEUE, request.reservation_id, &message, trace, &self.clock);
        produce_one(&self.log, record).await.map(|_| ())
    }

    /// The payment is queued, so the buyer is told so whatever becomes of this mark: without it a
    /// repeated request finds the ledger's row, or queues the same payment again.
    async fn complete(&self, user: UserId, key: String, payment_id: PaymentId) {
        let completed = self.claims.complete(&ClaimKey::Idempotency { user, key }, payment_id).await;
        if let Err(error) = completed {
            tracing::warn!(%payment_id, %error, "claim not marked as completed");
        }
    }
}
