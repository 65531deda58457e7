//! `GET /payments/{id}/events`: the payment's story alone.

use gateway_domain::PaymentId;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::PortError;
use gateway_ports::attempts::PendingPayments;
use gateway_ports::ledger::ReadPayments;
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::http::{EventBody, EventsBody};
use gateway_wire::time::WireTime;

use crate::Payments;

impl<L: ReadPayments, P: PendingPayments> Payments<L, P> {
    pub(crate) async fn events(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let payment_id = self.own_payment(request).await?.id();
        let items = self.story(payment_id).await?;
        Ok(HttpResponse::json(200, &EventsBody { payment_id, items }))
    }
}

impl<L: ReadPayments, P> Payments<L, P> {
    pub(crate) async fn story(&self, id: PaymentId) -> Result<Vec<EventBody>, PortError> {
        Ok(self.ledger.timeline(id).await?.into_iter().map(body).collect())
    }
}

fn body(event: TimelineEvent) -> EventBody {
    EventBody {
        sequence: event.sequence,
        at: WireTime(event.at),
        step: event.step,
        event: event.event,
        attempt: event.attempt,
        detail: event.detail.into_iter().collect(),
        origin: event.origin,
    }
}
