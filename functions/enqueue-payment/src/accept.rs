//! Check, claim, queue.

use gateway_domain::PaymentId;
use gateway_domain::begin::{self, RejectReason};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_edge::trace;
use gateway_ports::claims::PaymentClaims;
use gateway_ports::log::MessageLog;
use gateway_ports::reservations::ReadReservations;
use gateway_ports::{Clock, PortError};

use crate::claim::Turn;
use crate::request::{self, Wish};
use crate::{EnqueuePayment, answer};

impl<L, D, K, C> EnqueuePayment<L, D, K, C>
where
    L: ReadReservations,
    D: PaymentClaims,
    K: MessageLog,
    C: Clock,
{
    pub(crate) async fn accept(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        let trace = request.trace.clone().unwrap_or_else(|| trace::start(&self.clock));
        let wish = request::read(&request, self.clock.now())?;
        // The body holds the card: it is wiped before anything is awaited.
        drop(request);
        let claim = self.claim_request(&wish);
        let payable = self.check(&wish, claim.payment_id).await?;
        match self.claim(&wish, claim, payable).await? {
            Turn::Queue(payment_id) => self.queue(wish, payment_id, &trace).await,
            Turn::Replay(payment_id, status) => {
                let request = wish.order.to_request(payment_id, wish.card.summary());
                Ok(answer::replayed(&request, status))
            }
        }
    }

    /// Whether the reservation can be paid as asked.
    async fn check(&self, wish: &Wish, payment_id: PaymentId) -> Result<Result<(), RejectReason>, PortError> {
        let reservation = self.ledger.reservation(wish.order.reservation_id).await?;
        let request = wish.order.to_request(payment_id, wish.card.summary());
        Ok(begin::check(&request, reservation.as_ref()))
    }
}
