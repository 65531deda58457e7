//! A simulator, an adapter that talks to it, and words for what they come to.

use gateway_domain::card::{CardExpiry, CardSecret, Cvv, EncryptedCard, Holder, Pan};
use gateway_domain::charge::{ChargeId, ChargeOutcome, Inquiry};
use gateway_domain::{Cents, PaymentId};
use gateway_pagbank::{PagBank, PagBankConfig, Token};
use gateway_ports::provider::{ChargeRequest, PaymentProvider as _};
use psp_simulator::{Options, Running};

pub struct World {
    pub psp: Running,
    pub pagbank: PagBank,
}

/// Long enough for a busy machine: only the cards `slow` and silence wait for it.
const TIMEOUT_MS: u64 = 2_000;

pub async fn world() -> World {
    world_with(Options { slow_ms: 60_000, analysis_ms: 20, ..Options::default() }).await
}

pub async fn world_with(options: Options) -> World {
    let token = options.token.clone();
    let psp = Running::start(options).await.unwrap();
    World { pagbank: pagbank(&psp.url(), token), psp }
}

pub fn pagbank(base_url: &str, token: String) -> PagBank {
    PagBank::new(PagBankConfig {
        base_url: base_url.to_owned(),
        token: Token::new(token),
        timeout_ms: TIMEOUT_MS,
        notification_url: None,
    })
    .unwrap()
}

pub fn amount() -> Cents {
    Cents::new(15_000).unwrap()
}

/// The test card of this alias, in clear.
pub fn card(alias: &str) -> CardSecret {
    let pan = Pan::new(psp_simulator::cards::by_alias(alias).unwrap().number.to_owned()).ok().unwrap();
    let code = if alias.starts_with("amex") { "1234" } else { "123" };
    let cvv = Cvv::new(code.to_owned(), pan.brand()).ok().unwrap();
    CardSecret::Raw { pan, cvv, expiry: CardExpiry { month: 12, year: 2030 } }
}

pub fn encrypted(ciphertext: &str) -> CardSecret {
    let holder = Holder::new("Jose da Silva".to_owned(), "52998224725".to_owned()).ok().unwrap();
    CardSecret::Encrypted(EncryptedCard::new(ciphertext.to_owned()).ok().unwrap().held_by(holder))
}

impl World {
    pub async fn charge(&self, number: u128, card: &CardSecret) -> ChargeOutcome {
        charge_with(&self.pagbank, number, card).await
    }

    /// What the simulator counted.
    pub async fn charges(&self) -> u64 {
        let summary = reqwest::get(format!("{}/_simulator/summary", self.psp.url())).await.unwrap();
        summary.json::<serde_json::Value>().await.unwrap()["charges"].as_u64().unwrap()
    }
}

pub async fn charge_with(pagbank: &PagBank, number: u128, card: &CardSecret) -> ChargeOutcome {
    pagbank.charge(ChargeRequest { payment_id: PaymentId::from_u128(number), amount: amount(), card }).await
}

/// An outcome in two words.
pub fn words(outcome: &ChargeOutcome) -> String {
    match outcome {
        ChargeOutcome::Verdict(verdict) => verdict.as_str().to_owned(),
        ChargeOutcome::Failed(failure) => format!("{} {}", failure.certainty.as_str(), failure.code),
    }
}

pub fn inquiry_words(inquiry: &Inquiry) -> String {
    match inquiry {
        Inquiry::Found(verdict) => verdict.as_str().to_owned(),
        Inquiry::Mismatch { reason, .. } => format!("mismatch: {reason}"),
        Inquiry::None => "none".to_owned(),
        Inquiry::Unanswered { reason } => format!("unanswered: {reason}"),
    }
}

pub fn charge_id(outcome: &ChargeOutcome) -> ChargeId {
    match outcome {
        ChargeOutcome::Verdict(verdict) => verdict.charge_id().cloned().unwrap(),
        ChargeOutcome::Failed(failure) => panic!("no verdict: {failure:?}"),
    }
}
