//! Shapes of requests that are read field by field, so that a refusal names everything at fault. No
//! value of these types is ever made: they describe, and hold no card.

use schemars::JsonSchema;

use crate::schema::{Amount, ChargeIdText, Digits, Note, Ulid, UserId};

/// `POST /reserve`.
#[derive(JsonSchema)]
pub struct ReserveRequest {
    /// What to hold.
    pub product_id: Ulid,
    /// For whom; the token's user if absent.
    pub user_id: Option<UserId>,
    /// How many.
    #[schemars(range(min = 1, max = 100))]
    pub quantity: u32,
    /// Price of one, as the catalogue says it.
    pub price: Amount,
    /// Price times quantity.
    pub total_price: Amount,
}

/// `POST /payment`.
#[derive(JsonSchema)]
pub struct PaymentRequest {
    /// What to pay.
    pub produto: OrderRequest,
    /// With what.
    pub card: CardRequest,
}

/// What to pay: a reservation, as it was made.
#[derive(JsonSchema)]
pub struct OrderRequest {
    /// The reservation.
    pub reserve_id: Ulid,
    /// Its product.
    pub product_id: Ulid,
    /// Whose it is; the token's user if absent.
    pub user_id: Option<UserId>,
    /// Price of one.
    pub price: Amount,
    /// How many.
    #[schemars(range(min = 1, max = 100))]
    pub quantity: u32,
    /// Price times quantity.
    pub total_price: Amount,
}

/// A card: in clear, or encrypted by PagBank's browser SDK.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum CardRequest {
    /// In clear; kept in the vault only, until the PSP has decided.
    Raw(RawCardRequest),
    /// Encrypted for PagBank: the gateway never sees it.
    Encrypted(EncryptedCardRequest),
}

/// A card in clear.
#[derive(JsonSchema)]
pub struct RawCardRequest {
    /// Its number, with a right check digit and the length of its brand; blanks and dashes are passed over.
    pub card_number: Digits,
    /// 1 to 12.
    pub card_exp_month: Digits,
    /// Four digits, or two as cards print it; at most 20 years ahead.
    pub card_exp_year: Digits,
    /// Three digits, four for American Express.
    pub card_security_code: Digits,
}

/// A card as PagBank's browser SDK encrypts it. Nothing of a card in clear may stand beside it.
#[derive(JsonSchema)]
pub struct EncryptedCardRequest {
    /// The ciphertext, in padded base64; good for one payment, whatever its outcome, and for 48 hours. A
    /// payment that ends with `encrypted_card_refused` needs another one.
    #[schemars(length(min = 4, max = 2048), regex(pattern = r"^[A-Za-z0-9+/]+={0,2}$"))]
    pub encrypted: String,
    /// Whose card it is.
    pub holder: HolderRequest,
}

/// A card's holder.
#[derive(JsonSchema)]
pub struct HolderRequest {
    /// As on the card.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// A CPF or CNPJ, with or without punctuation.
    #[schemars(length(min = 11, max = 18))]
    pub tax_id: String,
}

/// `POST /payments/{id}/review`.
#[derive(JsonSchema)]
pub struct ReviewRequest {
    /// How the payment ended.
    pub resolution: ReviewResolution,
    /// The PSP's charge; needed for `authorized` where the PSP cannot say.
    pub charge_id: Option<ChargeIdText>,
    /// Why; recorded in the timeline with the admin's name.
    pub reason: Note,
}

/// How a payment under review ended.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum ReviewResolution {
    /// The PSP holds the money.
    Authorized,
    /// The PSP declined.
    Declined,
    /// There is no charge.
    Failed,
    /// There is a charge that shall not be: it is cancelled.
    Voided,
}

/// `POST /dead-letters/{id}/discard`.
#[derive(JsonSchema)]
pub struct DiscardRequest {
    /// Why nothing is to be done.
    pub reason: Note,
}

/// `POST /webhooks/pagbank`: the charge as PagBank sends it. Nothing in it is believed but which charge to
/// ask for.
#[derive(JsonSchema)]
pub struct WebhookRequest {
    /// The charge.
    pub id: String,
    /// The payment.
    pub reference_id: Option<String>,
}
