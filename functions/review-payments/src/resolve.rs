//! `POST /payments/{id}/review`: a person says how a payment under review ended.

use gateway_domain::charge::{ChargeId, Inquiry, Verdict};
use gateway_domain::review::{Claim, ReviewDecision, ReviewRefusal, decide};
use gateway_domain::settle::Settlement;
use gateway_domain::{Payment, PaymentId, PaymentStatus};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem, require_admin};
use gateway_inquiry::{ByPerson, ByStep, ask, ask_doubting, holder_lives, with_named_charge};
use gateway_ports::Clock;
use gateway_ports::provider::PaymentProvider;
use gateway_ports::review::Reviewer;
use gateway_wire::http::{ReviewBody, SaidBy};

use crate::claim::read_claim;
use crate::sweep::resolution_of;
use crate::{Ledger, ReviewPayments, Vault, case};

/// A person waits for the answer: asked twice, the PSP has its time within API Gateway's.
pub(crate) const TIMES: usize = 2;
/// When to come again while it is too early to say, in seconds.
const AGAIN_S: u32 = 30;

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ReviewPayments<L, V, P, C> {
    pub(crate) async fn resolve(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let user = require_admin(request)?;
        let id = request.path_id("id", "payment_unknown")?;
        let (claim, reason) = read_claim(request)?;
        let payment = self.known(id).await?;
        if payment.status.is_final() {
            return replayed(&payment, &claim);
        }
        if payment.status != PaymentStatus::InReview {
            let detail = format!("the payment is {}: it ends by itself", payment.status);
            return Err(Problem::conflict("not_in_review", detail).about(id));
        }
        let (said, named) = self.said(&payment, &claim).await?;
        let by = Reviewer { user, reason };
        match decide(&claim, &said) {
            ReviewDecision::Believe { verdict, agrees } => {
                self.believe(&payment, verdict, agrees, &by).await?;
                self.answer(id, &claim, SaidBy::Psp).await
            }
            ReviewDecision::Settle(settlement) => {
                // A PSP that no longer knows the charge that it has named says nothing.
                let said_by = if said == Inquiry::None && !named { SaidBy::Psp } else { SaidBy::Person };
                self.take_word(&payment, settlement, &by).await?;
                self.answer(id, &claim, said_by).await
            }
            ReviewDecision::Cancel(charge_id) => {
                self.cancel(&payment, charge_id, &said, &by).await?;
                self.answer(id, &claim, SaidBy::Psp).await
            }
            ReviewDecision::Refuse(refusal) => Err(refused(refusal).about(id)),
        }
    }

    async fn known(&self, id: PaymentId) -> Result<Payment, Problem> {
        let payment = self.ledger.payment(id).await?;
        payment.ok_or_else(|| Problem::not_found("payment_unknown", "there is no such payment"))
    }

    /// What the PSP says, or said before, and whether it has ever named a charge; 409 while it cannot be believed.
    async fn said(&self, payment: &Payment, claim: &Claim) -> Result<(Inquiry, bool), Problem> {
        let erased = self.vault.erase(payment.id).await?;
        if let Some(verdict) = erased.verdict.clone().filter(Verdict::is_final) {
            return Ok((Inquiry::Found(verdict), true));
        }
        if holder_lives(&erased, self.clock.now()) {
            return Err(too_early("an attempt may still be at the PSP").about(payment.id));
        }
        let payment = &with_named_charge(payment, &erased);
        let named = payment.charge_id.is_some();
        let said = match (ask_doubting(&self.provider, payment, TIMES).await, claim.charge_id()) {
            (Inquiry::None, _) if self.too_early(payment, &erased) => {
                return Err(too_early("a charge may still be on its way").about(payment.id));
            }
            (Inquiry::Unanswered { .. }, Some(claimed)) => self.said_about(payment, claimed).await?,
            (said, _) => said,
        };
        Ok((said, named))
    }

    /// Where the PSP cannot be asked by payment, the charge that a person names can be asked about. One
    /// that is not the payment's own is no ground for anything.
    async fn said_about(&self, payment: &Payment, claimed: &ChargeId) -> Result<Inquiry, Problem> {
        let named = Payment { charge_id: Some(claimed.clone()), ..payment.clone() };
        match ask(&self.provider, &named, TIMES).await {
            Inquiry::Mismatch { .. } => Err(refused(ReviewRefusal::ChargeMismatch).about(payment.id)),
            // There is no such charge; whether there is another, nobody has said.
            Inquiry::None => Err(refused(ReviewRefusal::NoCharge).about(payment.id)),
            said => Ok(said),
        }
    }

    async fn believe(
        &self,
        payment: &Payment,
        verdict: Verdict,
        agrees: bool,
        by: &Reviewer,
    ) -> Result<(), Problem> {
        let (case, said) = (case(payment, "inquiry"), verdict.as_str());
        let resolution = if agrees {
            self.ending(ByPerson(&self.ledger, by)).learned(&case, verdict).await?
        } else {
            self.ending(ByStep(&self.ledger)).learned(&case, verdict).await?
        };
        self.ended(payment, resolution).await?;
        if agrees {
            return Ok(());
        }
        let detail = format!("the PSP says {said}, and that counts");
        Err(Problem::conflict("psp_says_otherwise", detail).about(payment.id))
    }

    /// The word is the person's and not the PSP's: the vault, which holds the PSP's, is not told of it, and
    /// where it comes too late no charge is cancelled for it.
    pub(crate) async fn take_word(
        &self,
        payment: &Payment,
        settlement: Settlement,
        by: &Reviewer,
    ) -> Result<(), Problem> {
        let (ending, case) = (self.ending(ByPerson(&self.ledger, by)), case(payment, "review"));
        let resolution = resolution_of(ending.settle(&case, settlement).await?);
        self.ended(payment, resolution).await?;
        Ok(())
    }

    /// What the payment is now; 409 where it ended otherwise while the claim was looked at.
    pub(crate) async fn answer(
        &self,
        id: PaymentId,
        claim: &Claim,
        said_by: SaidBy,
    ) -> Result<HttpResponse, Problem> {
        let payment = self.known(id).await?;
        if is_as_claimed(&payment, claim) {
            return Ok(HttpResponse::json(200, &ReviewBody::new(&payment, Some(said_by))));
        }
        Err(ended_otherwise(&payment))
    }
}

/// A repeated request finds what it asked for; another one cannot change it.
fn replayed(payment: &Payment, claim: &Claim) -> Result<HttpResponse, Problem> {
    if is_as_claimed(payment, claim) {
        let response = HttpResponse::json(200, &ReviewBody::new(payment, None));
        return Ok(response.header("idempotent-replayed", "true"));
    }
    Err(ended_otherwise(payment))
}

fn is_as_claimed(payment: &Payment, claim: &Claim) -> bool {
    let same_charge = claim.charge_id().is_none_or(|claimed| payment.charge_id.as_ref() == Some(claimed));
    match (claim, payment.status) {
        (Claim::Authorized(_), PaymentStatus::Authorized)
        | (Claim::Declined(_), PaymentStatus::Declined)
        | (Claim::Voided(_), PaymentStatus::Voided) => same_charge,
        (Claim::Failed, PaymentStatus::Failed | PaymentStatus::Declined) => true,
        _ => false,
    }
}

fn ended_otherwise(payment: &Payment) -> Problem {
    if payment.status.is_final() {
        let detail = format!("the payment is {}: nothing leaves a final status", payment.status);
        return Problem::conflict("already_final", detail).about(payment.id);
    }
    let detail = format!("the payment is {}: ask again", payment.status);
    Problem::conflict("not_ended", detail).about(payment.id)
}

fn too_early(why: &str) -> Problem {
    Problem::conflict("too_early", format!("{why}: ask again")).retry_after(AGAIN_S)
}

fn refused(refusal: ReviewRefusal) -> Problem {
    let conflict = |detail: &str| Problem::conflict(refusal.as_str(), detail);
    match refusal {
        ReviewRefusal::NoCharge => conflict("the PSP says that there is no such charge"),
        ReviewRefusal::ChargeMismatch => conflict(
            "the PSP holds a charge of another amount, currency or reference; if it is the payment's own it can be voided",
        ),
        ReviewRefusal::ChargeIdNeeded => {
            Problem::unprocessable(refusal.as_str(), "the PSP cannot say, so charge_id must name the charge")
        }
        ReviewRefusal::PspSilent => Problem::unavailable(),
    }
}
