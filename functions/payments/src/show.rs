//! `GET /payments/{id}`.

use gateway_domain::limits::WAIT_MAX_S;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::attempts::PendingPayments;
use gateway_ports::ledger::ReadPayments;

use crate::wait::Wait;
use crate::{Payments, etag};

impl<L: ReadPayments, P: PendingPayments> Payments<L, P> {
    pub(crate) async fn show(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let if_none_match = request.header("if-none-match");
        let wait = Wait::new(request.query_number("wait", 0, 0, WAIT_MAX_S)?, if_none_match);
        let known = self.own_payment(request).await?;
        let known = self.wait(wait, known).await?;
        let events = self.story(known.id()).await?;
        let etag = etag::of(known.version(), events.len());
        if etag::matches(if_none_match, &etag) {
            return Ok(HttpResponse::empty(304).header("etag", etag));
        }
        let response = HttpResponse::json(200, &known.body(events)).header("etag", etag);
        Ok(if known.is_final() { response } else { response.header("retry-after", "1") })
    }
}
