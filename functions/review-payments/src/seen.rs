//! What is done about a payment belongs to the payment's trace.

use gateway_domain::PaymentId;
use gateway_edge::span;
use gateway_ports::ledger::ReadPayments;
use tracing::Span;

use crate::ReviewPayments;

impl<L: ReadPayments, V, P, C> ReviewPayments<L, V, P, C> {
    /// The span of a payment's review; the ledger is only asked for its trace where somebody listens.
    pub(crate) async fn span_about(&self, id: Option<PaymentId>) -> Span {
        let Some(id) = id.filter(|_| span::is_listened_to()) else { return Span::none() };
        // Without its trace nobody sees the review; that is no reason not to review.
        let trace = self.ledger.trace(id).await.ok().flatten();
        span::about("review payment", id, trace.as_ref())
    }
}
