//! The way to the PSP and back: where ambiguity comes from.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use gateway_domain::PaymentId;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId, ChargeOutcome, Inquiry};
use gateway_domain::money::Cents;
use gateway_ports::PortError;
use gateway_ports::provider::{CancelOutcome, ChargeRequest, PaymentProvider};
use receive_psp_webhook::VerifyWebhook;

use crate::actor::Actor;
use crate::chance::{Fault, Lot};
use crate::env::Port;
use crate::planted::Planted;
use crate::psp::{Arrival, Charge, Psp, Standing, Taken};

const CHARGE_FAULTS: [Fault; 13] = [
    Fault::NotConnected,
    Fault::TooMany,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::RequestLost,
    Fault::AnswerLost,
    Fault::DecidedLate,
    Fault::DecidedVeryLate,
    Fault::SentTwice,
    Fault::WrongAnswer,
    Fault::WrongAmount,
    Fault::CrashBefore,
    Fault::CrashAfter,
];
const INQUIRY_FAULTS: [Fault; 5] =
    [Fault::Unanswered, Fault::AnswerLost, Fault::CrashBefore, Fault::CrashAfter, Fault::ChargeDenied];
const CANCEL_FAULTS: [Fault; 5] =
    [Fault::NotConnected, Fault::CancelRefused, Fault::AnswerLost, Fault::CrashBefore, Fault::CrashAfter];

/// Up to here a decision is only late, in milliseconds: an inquiry within the grace period finds it.
pub(crate) const LATE_MS_MAX: i64 = 10_000;
/// Decisions that come after all have given up take up to one of these times, in milliseconds.
const VERY_LATE_MS_MAX: [i64; 4] = [120_000, 1_200_000, 7_200_000, 54_000_000];
/// Longer than any limit of a call.
const NEVER_MS: i64 = 600_000;

/// The question for a charge by its id: who asks it was told of that charge.
const BY_ID: &str = "find charge";

/// What the PSP says to an inquiry.
enum Said {
    /// There is this charge.
    Charge(Charge),
    /// There is none.
    None,
    /// That there is none, and there is.
    Denied,
}

impl PaymentProvider for Port {
    async fn charge(&self, request: ChargeRequest<'_>) -> ChargeOutcome {
        let outcome = self.limited(self.send_charge(request.payment_id, request.amount)).await;
        let outcome = outcome.unwrap_or_else(|| failed(Certainty::Unknown, "timeout"));
        self.tell_heard("charge", || charged(&outcome));
        match outcome {
            ChargeOutcome::Failed(failure)
                if failure.certainty == Certainty::Unknown
                    && self.0.world.has(Planted::TimeoutIsNoCharge) =>
            {
                failed(Certainty::NotCharged, "timeout")
            }
            outcome => outcome,
        }
    }

    async fn find_charge(&self, charge_id: &ChargeId, payment_id: PaymentId, amount: Cents) -> Inquiry {
        let look = || self.0.world.psp.by_id(charge_id);
        let answer = self.limited(self.inquire(BY_ID, look)).await.flatten();
        self.heard(self.read_inquiry(answer, payment_id, amount))
    }

    async fn find_by_payment(&self, payment_id: PaymentId, amount: Cents) -> Inquiry {
        let look = || self.0.world.psp.by_payment(payment_id);
        let answer = self.limited(self.inquire("find by payment", look)).await.flatten();
        self.heard(self.read_inquiry(answer, payment_id, amount))
    }

    async fn cancel(&self, charge_id: &ChargeId, _amount: Cents) -> CancelOutcome {
        let unanswered = || CancelOutcome::Unanswered { reason: "no answer".to_owned() };
        let outcome = self.limited(self.send_cancel(charge_id)).await.unwrap_or_else(unanswered);
        self.tell_heard("cancellation", || format!("{outcome:?}"));
        outcome
    }
}

impl VerifyWebhook for Port {
    async fn is_authentic(&self, _payload: &[u8], signature: &str) -> Result<bool, PortError> {
        Ok(signature == "simulated")
    }
}

impl Port {
    /// `None` when the adapter's own limit of time is over.
    async fn limited<T>(&self, work: impl Future<Output = T> + Send) -> Option<T> {
        let mut work = Box::pin(work);
        let mut limit = self.0.world.sleep(self.0.world.setting.psp_timeout_ms);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Pin::new(&mut limit).poll(context).map(|()| None),
        })
        .await
    }

    fn heard(&self, inquiry: Inquiry) -> Inquiry {
        self.tell_heard("inquiry", || inquired(&inquiry));
        inquiry
    }

    fn tell_heard(&self, what: &str, heard: impl FnOnce() -> String) {
        self.0.world.tell(|| format!("{} hears of its {what}: {}", self.0.actor.name(), heard()));
    }

    async fn travel(&self, lot: &Lot, salt: u64) {
        self.0.world.sleep(lot.millis(5, 250, salt)).await;
    }

    async fn send_charge(&self, payment_id: PaymentId, amount: Cents) -> ChargeOutcome {
        let env = &self.0;
        let lot = env.world.draw(env.actor, "charge");
        let fault = env.world.fault(&lot, &CHARGE_FAULTS);
        let fault = if env.world.is_out(Actor::Psp) { Some(Fault::NotConnected) } else { fault };
        match fault {
            Some(Fault::NotConnected) => return failed(Certainty::NotCharged, "not_connected"),
            Some(Fault::CrashBefore) => env.crash().await,
            Some(Fault::RequestLost) => env.world.sleep(NEVER_MS).await,
            _ => self.travel(&lot, 50).await,
        }
        match fault {
            Some(Fault::TooMany) => return too_many(&lot),
            Some(Fault::ErrorBefore) => return failed(Certainty::Unknown, "http_500"),
            _ => {}
        }
        let key = self.key(payment_id);
        let charge = self.arrive(&lot, fault, &key, payment_id, amount).await;
        match fault {
            Some(Fault::CrashAfter) => env.crash().await,
            Some(Fault::AnswerLost) => env.world.sleep(NEVER_MS).await,
            _ => self.travel(&lot, 51).await,
        }
        match charge {
            _ if fault == Some(Fault::ErrorAfter) => failed(Certainty::Unknown, "http_500"),
            None => failed(Certainty::Unknown, "http_409"),
            Some(charge) => {
                let shown = charge.amount + i64::from(fault == Some(Fault::WrongAnswer));
                self.read_charge(&charge, shown, amount)
            }
        }
    }

    /// The request arrives: once, or twice by a proxy's doing. `None` if the key is being worked on.
    async fn arrive(
        &self,
        lot: &Lot,
        fault: Option<Fault>,
        key: &str,
        payment_id: PaymentId,
        amount: Cents,
    ) -> Option<Charge> {
        let world = &self.0.world;
        let takes_ms = match fault {
            Some(Fault::DecidedVeryLate) => {
                let longest = VERY_LATE_MS_MAX[lot.below(VERY_LATE_MS_MAX.len() as u64, 61) as usize];
                lot.millis(LATE_MS_MAX, longest, 60)
            }
            Some(Fault::DecidedLate) => lot.millis(world.setting.psp_timeout_ms, LATE_MS_MAX, 52),
            _ => lot.millis(10, 900, 53),
        };
        let amount = amount.get() + i64::from(fault == Some(Fault::WrongAmount));
        let arrivals = if fault == Some(Fault::SentTwice) { 2 } else { 1 };
        let mut answer = None;
        for _ in 0..arrivals {
            match world.psp.arrive(key, payment_id) {
                Arrival::Known(charge) => return Some(charge),
                Arrival::Busy => {}
                Arrival::Taken => {
                    let taken = Taken { key: key.to_owned(), payment_id, amount, takes_ms };
                    Psp::decide_later(world, taken);
                    answer = Some(());
                }
            }
        }
        answer?;
        world.sleep(takes_ms + 1).await;
        world.psp.by_key(key)
    }

    fn key(&self, payment_id: PaymentId) -> String {
        if self.0.world.has(Planted::NewKeyOnRetry) {
            return format!("{payment_id}-{}", self.0.world.unique());
        }
        payment_id.to_string()
    }

    /// What the gateway's adapter makes of a charge: a verdict only if it is the one asked for.
    fn read_charge(&self, charge: &Charge, shown: i64, asked: Cents) -> ChargeOutcome {
        if shown == asked.get() || self.0.world.has(Planted::SkipAmountCheck) {
            ChargeOutcome::Verdict(charge.verdict())
        } else {
            failed(Certainty::Unknown, "answer_mismatch")
        }
    }

    /// `None`: no answer.
    async fn inquire(&self, what: &'static str, look: impl Fn() -> Option<Charge> + Send) -> Option<Said> {
        let env = &self.0;
        let lot = env.world.draw(env.actor, what);
        let fault = env.world.fault(&lot, &INQUIRY_FAULTS);
        let fault = if env.world.is_out(Actor::Psp) { Some(Fault::Unanswered) } else { fault };
        self.travel(&lot, 54).await;
        match fault {
            Some(Fault::CrashBefore) => env.crash().await,
            Some(Fault::Unanswered) => return None,
            _ => {}
        }
        let found = look();
        let at_check = found.as_ref().is_some_and(|charge| charge.standing == Standing::InAnalysis);
        match fault {
            Some(Fault::ChargeDenied) if at_check && what == BY_ID => return Some(Said::Denied),
            Some(Fault::CrashAfter) => env.crash().await,
            Some(Fault::AnswerLost) => env.world.sleep(NEVER_MS).await,
            _ => self.travel(&lot, 55).await,
        }
        Some(found.map_or(Said::None, Said::Charge))
    }

    fn read_inquiry(&self, answer: Option<Said>, payment_id: PaymentId, asked: Cents) -> Inquiry {
        let world = &self.0.world;
        match answer {
            None if self.guesses() => Inquiry::None,
            None => Inquiry::Unanswered { reason: "no answer".to_owned() },
            Some(Said::Denied) => Inquiry::None,
            Some(Said::None) => {
                world.psp.says_none(payment_id);
                Inquiry::None
            }
            Some(Said::Charge(charge))
                if charge.amount == asked.get() || world.has(Planted::SkipAmountCheck) =>
            {
                Inquiry::Found(charge.verdict())
            }
            Some(Said::Charge(charge)) if !charge.holds_money() => Inquiry::Found(charge.verdict()),
            Some(Said::Charge(charge)) => {
                Inquiry::Mismatch { charge_id: charge.id, reason: "another amount".to_owned() }
            }
        }
    }

    /// A planted bug: what was not heard counts as "no".
    fn guesses(&self) -> bool {
        let world = &self.0.world;
        world.has(Planted::SilenceIsNoCharge)
            || world.has(Planted::GuessInReview) && self.0.actor == Actor::ReviewPayments
    }

    async fn send_cancel(&self, charge_id: &ChargeId) -> CancelOutcome {
        let env = &self.0;
        let lot = env.world.draw(env.actor, "cancel");
        let fault = env.world.fault(&lot, &CANCEL_FAULTS);
        let fault = if env.world.is_out(Actor::Psp) { Some(Fault::NotConnected) } else { fault };
        self.travel(&lot, 56).await;
        match fault {
            Some(Fault::NotConnected) => {
                return CancelOutcome::Unanswered { reason: "not connected".to_owned() };
            }
            Some(Fault::CancelRefused) => return refused("not now"),
            Some(Fault::CrashBefore) => env.crash().await,
            _ => {}
        }
        let known = if env.world.has(Planted::PretendCancel) {
            env.world.psp.by_id(charge_id)
        } else {
            env.world.psp.cancel(charge_id)
        };
        match fault {
            Some(Fault::CrashAfter) => env.crash().await,
            Some(Fault::AnswerLost) => env.world.sleep(NEVER_MS).await,
            _ => self.travel(&lot, 57).await,
        }
        match known {
            Some(charge) if charge.standing == Standing::InAnalysis => refused("at the risk check"),
            Some(_) => CancelOutcome::Cancelled,
            None => refused("no such charge"),
        }
    }
}

fn charged(outcome: &ChargeOutcome) -> String {
    match outcome {
        ChargeOutcome::Verdict(verdict) => verdict.as_str().to_owned(),
        ChargeOutcome::Failed(failure) => format!("{} ({})", failure.certainty.as_str(), failure.code),
    }
}

fn inquired(inquiry: &Inquiry) -> String {
    match inquiry {
        Inquiry::Found(verdict) => format!("{:?} is {}", verdict.charge_id(), verdict.as_str()),
        Inquiry::None => "there is no charge".to_owned(),
        other => format!("{other:?}"),
    }
}

fn refused(reason: &str) -> CancelOutcome {
    CancelOutcome::Refused { reason: reason.to_owned() }
}

fn failed(certainty: Certainty, code: &str) -> ChargeOutcome {
    let (code, message) = (code.to_owned(), "simulated".to_owned());
    ChargeOutcome::Failed(AttemptFailure { certainty, code, message, retry_after_ms: None })
}

fn too_many(lot: &Lot) -> ChargeOutcome {
    let retry_after_ms = lot.happens(500, 58).then(|| lot.millis(1_000, 120_000, 59));
    ChargeOutcome::Failed(AttemptFailure {
        certainty: Certainty::NotCharged,
        code: "http_429".to_owned(),
        message: "simulated".to_owned(),
        retry_after_ms,
    })
}
