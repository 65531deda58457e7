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
    /// Makes the claim, or decides by the one that is there.
    ///
    /// A reservation that is not `payable` may be so because of an equal earlier request: that is
    /// looked up before the reservation's state counts, so that a retry is answered as a retry.
    pub(crate) async fn claim(
        &self,
        wish: &Wish,
        mut request: ClaimRequest,
        payable: Result<(), RejectReason>,
    ) -> Result<Turn, Problem> {
        let mut outcome = match payable {
            Ok(()) => {
                let item = item(&wish.order, request.payment_id);
                let claiming = self.claims.claim(&request, NewPayment { item: &item, card: &wish.card });
                claiming.await.map_err(answer::unfinished(request.payment_id))?
            }
            Err(reason) => ClaimOutcome::Taken(self.find_earlier(&request, reason).await?),
        };
        for _ in 0..ROUNDS_MAX {
            let ClaimOutcome::Taken(earlier) = outcome else { break };
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
                    // The key's own id may be the earlier payment's.
                    request.payment_id = PaymentId::from_u128(self.clock.ulid());
                    let item = item(&wish.order, request.payment_id);
                    let payment = NewPayment { item: &item, card: &wish.card };
                    let replacing = self.claims.replace(&earlier, &request, payment);
                    replacing.await.map_err(answer::unfinished(request.payment_id))?
                }
            };
        }
        match outcome {
            ClaimOutcome::Claimed => Ok(Turn::Queue(request.payment_id)),
            ClaimOutcome::Taken(claim) => {
                Err(answer::in_flight(claim.payment_id, claim.lease_until, request.now))
            }
        }
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
            | RejectReason::PaymentInProgress => self.claims.find(&request.key).await?.ok_or_else(refused),
        }
    }

    /// For the first payment of its key.
    pub(crate) fn claim_request(&self, wish: &Wish) -> ClaimRequest {
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
            payment_id: key.payment_id(now),
            key,
            fingerprint: wish.fingerprint,
            now,
            lease_until: now.plus_millis(CLAIM_LEASE_MS),
            expires_at: now.plus_millis(window_ms),
        }
    }
}

fn item(order: &Order, payment_id: PaymentId) -> NewPaymentItem {
    NewPaymentItem {
        payment_id,
        reservation_id: order.reservation_id,
        user_id: order.user_id.clone(),
        amount: order.amount,
        card_expires_at: payment_id.accepted_at().plus_millis(CARD_LIFE_MS),
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
