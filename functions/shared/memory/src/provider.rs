//! A payment service provider (PSP) in memory that does what its script says, and remembers.
//!
//! Like the real one it has one charge for each idempotency key (the payment id), however often it is
//! asked; unlike it, tests can see every call and make answers get lost.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId, ChargeOutcome, Inquiry};
use gateway_domain::money::Cents;
use gateway_domain::{CardSecret, PaymentId, Verdict};
use gateway_ports::provider::{CancelOutcome, ChargeRequest, PaymentProvider};

/// What the PSP decides about a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// Authorized.
    Authorize,
    /// Declined with this code.
    Decline(&'static str),
    /// Put to the risk check; see [`MemoryProvider::resolve_analysis`].
    Analyse,
}

/// What becomes of one call to charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The PSP decides and answers.
    Answer(Decides),
    /// The PSP decides, and its answer is lost: unknown, and there is a charge.
    LoseAnswer(Decides),
    /// The request is lost on its way: unknown, and there is no charge.
    LoseRequest,
    /// The PSP says that it did nothing: retryable.
    Refuse,
    /// The PSP refuses the card's data, with this code, and makes no charge.
    RefuseCard(&'static str),
}

/// A call to charge, as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeCall {
    /// The idempotency key.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Cents,
    /// The card's last four digits; empty for an encrypted one.
    pub last4: String,
}

/// A charge that exists at the PSP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its id.
    pub id: ChargeId,
    /// How much.
    pub amount: Cents,
    /// What was decided.
    pub verdict: Verdict,
    /// Whether it has been cancelled since.
    pub cancelled: bool,
}

/// The scripted PSP. Without a script it authorizes.
#[derive(Debug, Default)]
pub struct MemoryProvider {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    scripts: HashMap<PaymentId, VecDeque<Step>>,
    charges: HashMap<PaymentId, Charge>,
    calls: Vec<ChargeCall>,
    silent: bool,
    refuses_to_cancel: bool,
}

impl MemoryProvider {
    /// What becomes of the next calls to charge this payment, in order; after them, authorized.
    pub fn script(&self, payment_id: PaymentId, steps: impl IntoIterator<Item = Step>) {
        self.lock().scripts.entry(payment_id).or_default().extend(steps);
    }

    /// Whether inquiries and cancellations stay unanswered from now on.
    pub fn set_silent(&self, silent: bool) {
        self.lock().silent = silent;
    }

    /// Whether cancellations are refused from now on.
    pub fn set_refuses_to_cancel(&self, refuses: bool) {
        self.lock().refuses_to_cancel = refuses;
    }

    /// Ends the risk check of a charge that is in analysis; nothing happens to any other.
    pub fn resolve_analysis(&self, payment_id: PaymentId, decides: Decides) {
        if let Some(charge) = self.lock().charges.get_mut(&payment_id).filter(|it| !it.verdict.is_final()) {
            charge.verdict = verdict(&charge.id, decides);
        }
    }

    /// From now on there is no charge of this payment, whatever was said before.
    pub fn forget(&self, payment_id: PaymentId) {
        self.lock().charges.remove(&payment_id);
    }

    /// The payment's one charge, if there is any.
    #[must_use]
    pub fn charge_of(&self, payment_id: PaymentId) -> Option<Charge> {
        self.lock().charges.get(&payment_id).cloned()
    }

    /// Every call to charge so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<ChargeCall> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_step(&mut self, payment_id: PaymentId) -> Step {
        let scripted = self.scripts.get_mut(&payment_id).and_then(VecDeque::pop_front);
        scripted.unwrap_or(Step::Answer(Decides::Authorize))
    }

    /// The same key brings the same charge, whatever would be decided now.
    fn charge(&mut self, payment_id: PaymentId, amount: Cents, decides: Decides) -> Verdict {
        let charge = self.charges.entry(payment_id).or_insert_with(|| {
            let id = ChargeId(format!("CHAR_{payment_id}"));
            Charge { verdict: verdict(&id, decides), id, amount, cancelled: false }
        });
        charge.verdict.clone()
    }

    /// A charge that exists is replayed whatever the card is like now.
    fn refuse_card(&self, payment_id: PaymentId, code: &str) -> Verdict {
        let existing = self.charges.get(&payment_id).map(|charge| charge.verdict.clone());
        let message = "scripted refusal".to_owned();
        existing.unwrap_or_else(|| Verdict::Declined {
            charge_id: None,
            code: code.to_owned(),
            message,
            card: None,
        })
    }

    fn inquire(&self, payment_id: PaymentId, amount: Cents) -> Inquiry {
        if self.silent {
            return Inquiry::Unanswered { reason: "scripted silence".to_owned() };
        }
        match self.charges.get(&payment_id) {
            None => Inquiry::None,
            Some(charge) if charge.cancelled => Inquiry::Found(cancelled(&charge.id)),
            Some(charge) if charge.amount == amount => Inquiry::Found(charge.verdict.clone()),
            Some(charge) => {
                Inquiry::Mismatch { charge_id: charge.id.clone(), reason: "another amount".to_owned() }
            }
        }
    }
}

/// No money is held, as the real one tells it.
fn cancelled(id: &ChargeId) -> Verdict {
    Verdict::Declined {
        charge_id: Some(id.clone()),
        code: "CANCELED".to_owned(),
        message: String::new(),
        card: None,
    }
}

fn verdict(id: &ChargeId, decides: Decides) -> Verdict {
    let charge_id = id.clone();
    match decides {
        Decides::Authorize => {
            Verdict::Authorized { charge_id, authorization_code: Some("123456".to_owned()), card: None }
        }
        Decides::Decline(code) => Verdict::Declined {
            charge_id: Some(charge_id),
            code: code.to_owned(),
            message: "scripted decline".to_owned(),
            card: None,
        },
        Decides::Analyse => Verdict::InAnalysis { charge_id, card: None },
    }
}

fn failed(certainty: Certainty, code: &str) -> ChargeOutcome {
    let (code, message) = (code.to_owned(), "scripted failure".to_owned());
    ChargeOutcome::Failed(AttemptFailure { certainty, code, message, retry_after_ms: None })
}

fn last4(card: &CardSecret) -> String {
    card.summary().map(|card| card.last4).unwrap_or_default()
}

impl PaymentProvider for MemoryProvider {
    async fn charge(&self, request: ChargeRequest<'_>) -> ChargeOutcome {
        let ChargeRequest { payment_id, amount, card } = request;
        let mut state = self.lock();
        state.calls.push(ChargeCall { payment_id, amount, last4: last4(card) });
        match state.next_step(payment_id) {
            Step::Answer(decides) => ChargeOutcome::Verdict(state.charge(payment_id, amount, decides)),
            Step::LoseAnswer(decides) => {
                state.charge(payment_id, amount, decides);
                failed(Certainty::Unknown, "timeout")
            }
            Step::LoseRequest => failed(Certainty::Unknown, "timeout"),
            Step::Refuse => failed(Certainty::NotCharged, "http_503"),
            Step::RefuseCard(code) => ChargeOutcome::Verdict(state.refuse_card(payment_id, code)),
        }
    }

    async fn find_charge(&self, charge_id: &ChargeId, payment_id: PaymentId, amount: Cents) -> Inquiry {
        let state = self.lock();
        let known = state.charges.get(&payment_id).is_some_and(|charge| charge.id == *charge_id);
        if known || state.silent { state.inquire(payment_id, amount) } else { Inquiry::None }
    }

    async fn find_by_payment(&self, payment_id: PaymentId, amount: Cents) -> Inquiry {
        self.lock().inquire(payment_id, amount)
    }

    async fn cancel(&self, charge_id: &ChargeId, _amount: Cents) -> CancelOutcome {
        let mut state = self.lock();
        if state.silent {
            return CancelOutcome::Unanswered { reason: "scripted silence".to_owned() };
        }
        let refuses = state.refuses_to_cancel;
        match state.charges.values_mut().find(|charge| charge.id == *charge_id) {
            Some(charge) if charge.cancelled || !refuses => {
                charge.cancelled = true;
                CancelOutcome::Cancelled
            }
            Some(_) => CancelOutcome::Refused { reason: "scripted refusal".to_owned() },
            None => CancelOutcome::Refused { reason: "no such charge".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use gateway_conformance::attempts::raw_card;

    use super::*;

    const PAYMENT: PaymentId = PaymentId::from_u128(7);

    fn cents(amount: i64) -> Cents {
        Cents::new(amount).ok().unwrap()
    }

    async fn charge(psp: &MemoryProvider) -> ChargeOutcome {
        psp.charge(ChargeRequest { payment_id: PAYMENT, amount: cents(100), card: &raw_card() }).await
    }

    fn certainty(outcome: &ChargeOutcome) -> Option<Certainty> {
        match outcome {
            ChargeOutcome::Verdict(_) => None,
            ChargeOutcome::Failed(failure) => Some(failure.certainty),
        }
    }

    #[tokio::test]
    async fn the_script_is_followed_and_then_it_authorizes() {
        for (step, doubt, exists) in [
            (Step::Refuse, Some(Certainty::NotCharged), false),
            (Step::LoseRequest, Some(Certainty::Unknown), false),
            (Step::LoseAnswer(Decides::Authorize), Some(Certainty::Unknown), true),
            (Step::Answer(Decides::Analyse), None, true),
        ] {
            let psp = MemoryProvider::default();
            psp.script(PAYMENT, [step]);
            assert_eq!(certainty(&charge(&psp).await), doubt, "{step:?}");
            assert_eq!(psp.charge_of(PAYMENT).is_some(), exists, "{step:?}");
            assert!(matches!(charge(&psp).await, ChargeOutcome::Verdict(_)), "{step:?}");
        }
    }

    #[tokio::test]
    async fn the_same_key_brings_the_same_charge() {
        let psp = MemoryProvider::default();
        psp.script(PAYMENT, [Step::LoseAnswer(Decides::Decline("10002")), Step::Answer(Decides::Authorize)]);
        charge(&psp).await;
        let ChargeOutcome::Verdict(again) = charge(&psp).await else { panic!("no verdict") };
        assert_eq!(again.as_str(), "DECLINED");
        assert_eq!(psp.calls().len(), 2);
        assert_eq!(psp.calls()[0].last4, "2097");
    }

    #[tokio::test]
    async fn inquiries_tell_what_is_there() {
        let psp = MemoryProvider::default();
        assert_eq!(psp.find_by_payment(PAYMENT, cents(100)).await, Inquiry::None);
        psp.script(PAYMENT, [Step::Answer(Decides::Analyse)]);
        charge(&psp).await;
        psp.resolve_analysis(PAYMENT, Decides::Authorize);
        let known = psp.charge_of(PAYMENT).unwrap();
        assert_eq!(
            psp.find_charge(&known.id, PAYMENT, cents(100)).await,
            Inquiry::Found(known.verdict.clone())
        );
        assert!(matches!(psp.find_by_payment(PAYMENT, cents(99)).await, Inquiry::Mismatch { .. }));
        psp.set_silent(true);
        assert!(matches!(psp.find_by_payment(PAYMENT, cents(100)).await, Inquiry::Unanswered { .. }));
    }

    #[tokio::test]
    async fn a_charge_is_cancelled_once_and_for_all() {
        let psp = MemoryProvider::default();
        charge(&psp).await;
        let id = psp.charge_of(PAYMENT).unwrap().id;
        psp.set_refuses_to_cancel(true);
        assert!(matches!(psp.cancel(&id, cents(100)).await, CancelOutcome::Refused { .. }));
        psp.set_refuses_to_cancel(false);
        assert_eq!(psp.cancel(&id, cents(100)).await, CancelOutcome::Cancelled);
        psp.set_refuses_to_cancel(true);
        assert_eq!(psp.cancel(&id, cents(100)).await, CancelOutcome::Cancelled, "it is cancelled already");
    }
}
