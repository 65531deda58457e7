//! The port's four operations: each within one limit of time.

use std::time::Duration;

use gateway_domain::PaymentId;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId, ChargeOutcome, Inquiry, Verdict};
use gateway_domain::decline;
use gateway_domain::money::Cents;
use gateway_ports::provider::{CancelOutcome, ChargeRequest, PaymentProvider};
use http::Method;

use crate::config::{PagBankConfig, PagBankError, Token};
use crate::integrity::{Expected, is_charge_id};
use crate::transport::{Answer, Call, NoAnswer, Transport};
use crate::{cancel, charge, inquiry, request};

/// PagBank's charge API.
pub struct PagBank {
    transport: Transport,
    limit: Duration,
    notification_url: Option<String>,
}

impl PagBank {
    /// A client with its own pool of connections. None is made yet.
    ///
    /// # Errors
    /// When the base URL cannot be used.
    pub fn new(config: PagBankConfig) -> Result<Self, PagBankError> {
        Ok(Self {
            transport: Transport::new(&config.base_url, config.token)?,
            limit: Duration::from_millis(config.timeout_ms),
            notification_url: config.notification_url,
        })
    }

    /// Reads the token while the function starts, so that the first call need not wait for it; what fails now is
    /// tried again by that call.
    pub async fn prepare(&self) {
        if let Err(error) = self.token().current().await {
            tracing::warn!(%error, "there is no token of PagBank yet");
        }
    }

    pub(crate) const fn token(&self) -> &Token {
        self.transport.token()
    }

    async fn post_charge(&self, request: &ChargeRequest<'_>) -> Result<Answer, NoAnswer> {
        let key = request.payment_id.to_string();
        let call = Call {
            method: Method::POST,
            path: &["charges"],
            query: None,
            idempotency_key: Some(&key),
            body: Some(request::charge_body(request, self.notification_url.as_deref())),
        };
        self.transport.send(call).await
    }

    async fn get_charge(&self, charge_id: &str) -> Result<Answer, NoAnswer> {
        self.transport.send(get(&["charges", charge_id], None)).await
    }

    async fn search(&self, expected: &Expected) -> Inquiry {
        let reference = expected.payment_id.to_string();
        let answer = self.transport.send(get(&["charges"], Some(("reference_id", &reference)))).await;
        inquiry::read_search(&answer, expected)
    }

    async fn charge_and_confirm(&self, request: &ChargeRequest<'_>, expected: &Expected) -> ChargeOutcome {
        let answer = self.post_charge(request).await;
        match charge::read(&answer, expected) {
            charge::Reading::Outcome(outcome) => outcome,
            charge::Reading::CardRefused { code, message } => {
                refused(code, message, self.search(expected).await)
            }
        }
    }

    /// The whole charge must go. Where it holds another amount than the payment's, that one is cancelled.
    async fn cancel_and_confirm(&self, charge_id: &str, amount: Cents) -> CancelOutcome {
        let reason = match self.post_cancel(charge_id, amount).await {
            cancel::Reading::Outcome(outcome) => return outcome,
            cancel::Reading::Refused(reason) => reason,
        };
        match cancel::after_refusal(reason, &self.get_charge(charge_id).await) {
            cancel::Now::Outcome(outcome) => outcome,
            cancel::Now::Holds(held, reason) if held == amount => CancelOutcome::Refused { reason },
            cancel::Now::Holds(held, _) => match self.post_cancel(charge_id, held).await {
                cancel::Reading::Outcome(outcome) => outcome,
                cancel::Reading::Refused(reason) => CancelOutcome::Refused { reason },
            },
        }
    }

    async fn post_cancel(&self, charge_id: &str, amount: Cents) -> cancel::Reading {
        let key = format!("cancel-{charge_id}-{}", amount.get());
        let call = Call {
            method: Method::POST,
            path: &["charges", charge_id, "cancel"],
            query: None,
            idempotency_key: Some(&key),
            body: Some(request::cancel_body(amount)),
        };
        cancel::read(&self.transport.send(call).await)
    }
}

fn get<'a>(path: &'a [&'a str], query: Option<(&'a str, &'a str)>) -> Call<'a> {
    Call { method: Method::GET, path, query, idempotency_key: None, body: None }
}

/// A refused card is a decline when PagBank holds no charge of an earlier attempt.
fn refused(code: String, message: String, inquiry: Inquiry) -> ChargeOutcome {
    match inquiry {
        Inquiry::Found(verdict) => ChargeOutcome::Verdict(verdict),
        Inquiry::None => {
            ChargeOutcome::Verdict(Verdict::Declined { charge_id: None, code, message, card: None })
        }
        Inquiry::Mismatch { reason, .. } | Inquiry::Unanswered { reason } => {
            ChargeOutcome::Failed(AttemptFailure {
                certainty: Certainty::Unknown,
                code: "refusal_not_confirmed".to_owned(),
                message: reason,
                retry_after_ms: None,
            })
        }
    }
}

impl PaymentProvider for PagBank {
    async fn charge(&self, request: ChargeRequest<'_>) -> ChargeOutcome {
        let expected = Expected { payment_id: request.payment_id, amount: request.amount };
        let outcome = tokio::time::timeout(self.limit, self.charge_and_confirm(&request, &expected))
            .await
            .unwrap_or_else(|_| ChargeOutcome::Failed(charge::unheard(&NoAnswer::TimedOut)));
        if let ChargeOutcome::Verdict(Verdict::Declined { code, message, .. }) = &outcome {
            let advice = decline::advice(code, message);
            tracing::info!(payment_id = %request.payment_id, code, ?advice, "declined");
        }
        outcome
    }

    async fn find_charge(&self, charge_id: &ChargeId, payment_id: PaymentId, amount: Cents) -> Inquiry {
        if !is_charge_id(&charge_id.0) {
            return Inquiry::Unanswered { reason: "this is no id of a charge".to_owned() };
        }
        let expected = Expected { payment_id, amount };
        let answer = tokio::time::timeout(self.limit, self.get_charge(&charge_id.0)).await;
        inquiry::read_one(&answer.unwrap_or(Err(NoAnswer::TimedOut)), &expected)
    }

    async fn find_by_payment(&self, payment_id: PaymentId, amount: Cents) -> Inquiry {
        let expected = Expected { payment_id, amount };
        let timed_out = || Inquiry::Unanswered { reason: "timeout: no answer in time".to_owned() };
        tokio::time::timeout(self.limit, self.search(&expected)).await.unwrap_or_else(|_| timed_out())
    }

    async fn cancel(&self, charge_id: &ChargeId, amount: Cents) -> CancelOutcome {
        if !is_charge_id(&charge_id.0) {
            return CancelOutcome::Refused { reason: "this is no id of a charge".to_owned() };
        }
        let timed_out = || CancelOutcome::Unanswered { reason: "no answer in time".to_owned() };
        tokio::time::timeout(self.limit, self.cancel_and_confirm(&charge_id.0, amount))
            .await
            .unwrap_or_else(|_| timed_out())
    }
}
