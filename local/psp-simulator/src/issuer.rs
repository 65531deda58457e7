//! What an issuer, or PagBank's own risk check, says of a charge.

use serde::{Deserialize, Serialize};

/// One reason for a refusal; the variants are named after what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// PagBank's own risk check said no.
    Risk,
    /// Too many attempts with this card.
    TooManyRetries,
    /// The issuer said no without a reason; what PagBank's declining test cards get.
    Generic,
    /// The buyer should call the bank.
    CallIssuer,
    /// Not enough funds or limit.
    InsufficientFunds,
    /// A card number, date or code that the issuer does not know.
    CheckCardData,
    /// Not permitted: do not try again.
    NotPermitted,
    /// The issuer could not be reached.
    IssuerUnavailable,
    /// Not now: try later.
    TryLater,
}

/// The fields of PagBank's `payment_response` that depend on the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuerAnswer {
    /// `payment_response.code`.
    pub code: &'static str,
    /// `payment_response.message`: upper case, without accents, as PagBank sends it.
    pub message: &'static str,
    /// `payment_response.raw_data.reason_code`: the network's code.
    pub reason_code: &'static str,
    /// `payment_response.raw_data.merchant_advice_code`, where the network gives one.
    pub merchant_advice_code: Option<&'static str>,
}

/// What an approved charge is answered with.
pub const APPROVED: IssuerAnswer = answer("20000", "SUCESSO", "00");

const fn answer(code: &'static str, message: &'static str, reason_code: &'static str) -> IssuerAnswer {
    IssuerAnswer { code, message, reason_code, merchant_advice_code: None }
}

const fn never_again(mut answer: IssuerAnswer) -> IssuerAnswer {
    answer.merchant_advice_code = Some("03");
    answer
}

impl Refusal {
    /// PagBank's codes for this refusal (`docs/motivos-de-compra-negada`).
    #[must_use]
    pub const fn answer(self) -> IssuerAnswer {
        match self {
            Self::Risk => answer("10000", "NAO AUTORIZADO PELO PAGSEGURO", "59"),
            Self::TooManyRetries => never_again(answer("10001", "EXCESSO DE RETENTATIVAS", "05")),
            Self::Generic => answer("10002", "NAO AUTORIZADO PELO EMISSOR DO CARTAO", "05"),
            Self::CallIssuer => answer("20001", "CONTATE A CENTRAL DO SEU CARTAO", "05"),
            Self::InsufficientFunds => answer("20003", "NAO AUTORIZADA", "51"),
            Self::CheckCardData => answer("20007", "VERIFIQUE OS DADOS DO CARTAO", "14"),
            Self::NotPermitted => {
                never_again(answer("20017", "TRANSACAO NAO PERMITIDA - NAO TENTE NOVAMENTE", "83"))
            }
            Self::IssuerUnavailable => answer("20019", "FALHA DE COMUNICACAO - TENTE MAIS TARDE", "91"),
            Self::TryLater => answer("20158", "NAO AUTORIZADA - TENTE NOVAMENTE MAIS TARDE", "82"),
        }
    }
}
