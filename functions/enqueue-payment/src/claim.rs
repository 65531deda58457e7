//! Who was first: claiming the request, or finding out what an earlier one left.

use gateway_domain::begin::RejectReason;
use gateway_domain::claim::{Claim, ClaimDecision, decide_with_key, decide_without_key};
use gateway_domain::limits::{CARD_LIFE_MS, CLAIM_LEASE_MS, DUPLICATE_WINDOW_MS, IDEMPOTENCY_WINDOW_MS};
use gateway_domain::{PaymentId, PaymentStatus};
use gateway_edge::http::Problem;
use gateway_edge::metrics::{self, Unit};
use gateway_ports::Clock;
use gateway_ports::attempts::NewPaymentItem;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};
use gateway_ports::reservations::ReadReservations;

use crate::order::Order;
use crate::request::Wish;
use crate::{EnqueuePayment, answer};

/// How often a claim that changed under us is looked at again.
const ROUNDS_MAX: usize = 3;

/// Whose turn it is.
pub(crate) enum Turn {
    /// Ours: queue this payment.
    Queue(PaymentId),
    /// An earlier request's: answer as it was answered, with the payment's current state.
    Replay(PaymentId, PaymentStatus),
}

impl<L, D, K, C> EnqueuePayment<L, D, K, C>
where
    L: ReadReservations,
    D: PaymentClaims,
    C: Clock,
{
    /// Claims the wish for `payment_id`, or decides by the claim that is there.
    ///
    /// A reservation that is not `payable` may be so because of an equal earlier request: that is
    /// looked up before the reservation's state counts, so that a retry is answered as a retry.
    pub(crate) async fn claim(
        &self,
        wish: &Wish,
        payment_id: PaymentId,
        payable: Result<(), RejectReason>,
    ) -> Result<Turn, Problem> {
        let mut request = self.claim_request(wish, payment_id);
        let item = item(&wish.order, payment_id);
        let payment = NewPayment { item: &item, card: &wish.card };
        let mut outcome = match payable {
            Ok(()) => self.claims.claim(&request, payment).await.map_err(answer::unfinished(payment_id))?,
            Err(reason) => ClaimOutcome::Taken(self.find_earlier(&request, reason).await?),
        };
        for _ in 0..ROUNDS_MAX {
            let ClaimOutcome::Taken(earlier) = outcome else { return Ok(Turn::Queue(request.payment_id)) };
            let status = self.ledger.payment_status(earlier.payment_id).await?;
            outcome = match decide(&earlier, &request, status) {
                ClaimDecision::Replay(id) => {
                    count(metrics::REQUESTS_REPLAYED);
                    return Ok(Turn::Replay(id, status.unwrap_or(PaymentStatus::Pending)));
                }
                ClaimDecision::Duplicate(id) => {
                    count(metrics::DUPLICATES_REFUSED);
                    return Err(answer::duplicate(id));
                }
                ClaimDecision::InFlight(id) => {
                    count(metrics::DUPLICATES_REFUSED);
                    return Err(answer::in_flight(id, earlier.lease_until, request.now));
                }
                ClaimDecision::KeyReused(_) => return Err(answer::key_reused()),
                // Whether the earlier request queued its payment is not known, so it is queued (again)
                // even if the reservation cannot be paid any more: then it will be REJECTED.
                ClaimDecision::TakeOver(id) => {
                    request.payment_id = id;
                    let taking = self.claims.take_over(&earlier, &request);
                    taking.await.map_err(answer::unfinished(id))?
                }
                ClaimDecision::Replace(_) => {
                    payable.map_err(answer::refused)?;
                    request.payment_id = payment_id;
                    let replacing = self.claims.replace(&earlier, &request, payment);
                    replacing.await.map_err(answer::unfinished(payment_id))?
                }
            };
        }
        Err(answer::in_flight(request.payment_id, request.lease_until, request.now))
    }

    /// The claim of an equal earlier request, for a reservation that cannot be paid now.
    async fn find_earlier(&self, request: &ClaimRequest, reason: RejectReason) -> Result<Claim, Problem> {
        let refused = || answer::refused(reason);
        match reason {
            RejectReason::ReservationUnknown | RejectReason::NotYours | RejectReason::Mismatch => {
                Err(refused())
            }
            RejectReason::ReservationReleased
            | RejectReason::ReservationExpired
            | RejectReason::AlreadyPaid
            | RejectReason::PaymentInProgress => {
                self.claims.find(&request.key, request.now).await?.ok_or_else(refused)
            }
        }
    }

    fn claim_request(&self, wish: &Wish, payment_id: PaymentId) -> ClaimRequest {
        let now = self.clock.now();
        let user = wish.order.user_id.clone();
        let (key, window_ms) = match &wish.key {
            Some(key) => (ClaimKey::Idempotency { user, key: key.clone() }, IDEMPOTENCY_WINDOW_MS),
            None => {
                let (reservation, amount) = (wish.order.reservation_id, wish.order.amount);
                (ClaimKey::Payment { user, reservation, amount }, DUPLICATE_WINDOW_MS)
            }
        };
        ClaimRequest {
            key,
            payment_id,
            fingerprint: wish.fingerprint,
            now,
            lease_until: now.plus_millis(CLAIM_LEASE_MS),
            expires_at: now.plus_millis(window_ms),
        }
    }
}

fn item(order: &Order, payment_id: PaymentId) -> NewPaymentItem {
    let accepted_at = payment_id.accepted_at();
    NewPaymentItem {
        payment_id,
        reservation_id: order.reservation_id,
        user_id: order.user_id.clone(),
        amount: order.amount,
        accepted_at,
        card_expires_at: accepted_at.plus_millis(CARD_LIFE_MS),
    }
}

fn count(name: &'static str) {
    metrics::put("enqueue-payment", name, Unit::Count, 1);
}

/// Without a key two requests may differ in their card. The vault keeps the card of the payment id it
/// first saw, so another card needs another payment id; should the earlier one have been queued after
/// all, the ledger lets one of the two pay.
fn decide(earlier: &Claim, request: &ClaimRequest, status: Option<PaymentStatus>) -> ClaimDecision {
    match request.key {
        ClaimKey::Idempotency { .. } => decide_with_key(earlier, &request.fingerprint, status, request.now),
        ClaimKey::Payment { .. } => match decide_without_key(earlier, status, request.now) {
            ClaimDecision::TakeOver(id) if earlier.fingerprint != request.fingerprint => {
                ClaimDecision::Replace(id)
            }
            decision => decision,
        },
    }
}
