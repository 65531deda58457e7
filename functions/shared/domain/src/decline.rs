//! What a decline tells the buyer to do. A decline is final for its payment in every case: under
//! the payment's idempotency key the PSP would only repeat it. This is about the next payment.
//!
//! The codes are those of ABECS norm 21, which the country's issuers and acquirers share, as PagBank
//! numbers them.

/// What the buyer may do after a decline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// The same card may be tried again at once: the issuer asks for it, or data was mistyped.
    TryAgain,
    /// The same card may be tried again later.
    TryLater,
    /// The buyer has to call the bank, or see to funds, before this card can be used.
    CallIssuer,
    /// This card will not be accepted for this purchase: trying it again may be punished.
    UseAnotherCard,
    /// The card may be tried again at once, encrypted anew: a ciphertext is good for one payment.
    EncryptAgain,
}

/// The code of a payment whose encrypted card the PSP refuses: used before, too old, or for another key.
/// Nothing is charged, and nothing ever will be with this ciphertext.
pub const ENCRYPTED_CARD_REFUSED: &str = "encrypted_card_refused";

impl Advice {
    /// The name used in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TryAgain => "try_again",
            Self::TryLater => "try_later",
            Self::CallIssuer => "call_issuer",
            Self::UseAnotherCard => "use_another_card",
            Self::EncryptAgain => "encrypt_again",
        }
    }

    /// Whether a new payment with the same card can succeed without the buyer's bank.
    #[must_use]
    pub const fn same_card_may_be_tried(self) -> bool {
        matches!(self, Self::TryAgain | Self::TryLater | Self::EncryptAgain)
    }
}

/// One row of PagBank's table.
#[derive(Debug, Clone, Copy)]
struct Decline {
    code: &'static str,
    advice: Advice,
}

const fn row(code: &'static str, advice: Advice) -> Decline {
    Decline { code, advice }
}

/// `payment_response.code` by PagBank's column "Retentável" (`docs/motivos-de-compra-negada`,
/// messages after ABECS norm 21), as open-source integrations of PagBank carry it.
#[rustfmt::skip]
const DECLINES: &[Decline] = &[
    row("10000", Advice::UseAnotherCard), // refused by PagBank's risk check
    row("10001", Advice::UseAnotherCard), // too many retries
    row("10002", Advice::CallIssuer),     // not authorised by the issuer
    row("10003", Advice::UseAnotherCard), // transaction not valid for this processing
    row("10004", Advice::UseAnotherCard), // restricted by the pattern of the transaction
    row("20001", Advice::CallIssuer),     // contact the card's call centre
    row("20003", Advice::TryLater),       // insufficient funds or limit
    row("20007", Advice::TryAgain),       // check the card's data
    row("20008", Advice::UseAnotherCard), // instalments not valid
    row("20012", Advice::UseAnotherCard), // amount not permitted
    row("20017", Advice::UseAnotherCard), // not permitted, do not try again
    row("20018", Advice::UseAnotherCard), // contact the card's call centre, do not try again
    row("20019", Advice::TryLater),       // issuer out of reach
    row("20039", Advice::UseAnotherCard), // not permitted for this card
    row("20101", Advice::CallIssuer),     // PIN not valid
    row("20102", Advice::CallIssuer),     // PIN not valid, use the new one
    row("20103", Advice::CallIssuer),     // too many wrong PINs
    row("20104", Advice::CallIssuer),     // amount over the issuer's limit
    row("20105", Advice::CallIssuer),     // too many withdrawals
    row("20110", Advice::UseAnotherCard), // account of destination not valid
    row("20111", Advice::UseAnotherCard), // account of origin not valid
    row("20112", Advice::UseAnotherCard), // amount differs from the pre-authorised one
    row("20113", Advice::UseAnotherCard), // to be used as a credit card
    row("20114", Advice::UseAnotherCard), // to be used as a debit card
    row("20115", Advice::UseAnotherCard), // withdrawal not available
    row("20116", Advice::UseAnotherCard), // card data not valid, do not try again
    row("20117", Advice::UseAnotherCard), // card error, do not try again
    row("20118", Advice::UseAnotherCard), // recurring payment suspended
    row("20119", Advice::TryAgain),       // the issuer asks to repeat the transaction
    row("20158", Advice::TryLater),       // not authorised, try later
    row("20159", Advice::UseAnotherCard), // authentication needed
    row("20301", Advice::CallIssuer),     // the card must be unlocked
];

/// What ABECS norm 21 has issuers say of a card that must not be tried again.
const NEVER_AGAIN: &str = "NAO TENTE NOVAMENTE";

/// The advice for a decline. For a code that PagBank adds one day the message decides.
#[must_use]
pub fn advice(code: &str, message: &str) -> Advice {
    match DECLINES.iter().find(|decline| decline.code == code) {
        Some(decline) => decline.advice,
        None if code == ENCRYPTED_CARD_REFUSED => Advice::EncryptAgain,
        None if message.contains(NEVER_AGAIN) => Advice::UseAnotherCard,
        // Errors of validation (40001, 40002) come of data that was typed in wrong.
        None if code.starts_with('4') => Advice::TryAgain,
        None => Advice::CallIssuer,
    }
}

/// Whether a code stands in the table: of those there are only so many.
#[must_use]
pub fn is_known(code: &str) -> bool {
    DECLINES.iter().any(|decline| decline.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_a_code_stands_once() {
        assert!(DECLINES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_message() {
        for (code, message, expected) in [
            ("20003", "", Advice::TryLater),
            ("29999", "ERRO NO CARTAO - NAO TENTE NOVAMENTE", Advice::UseAnotherCard),
            ("29999", "OUTRO MOTIVO", Advice::CallIssuer),
            ("40002", "invalid_parameter", Advice::TryAgain),
            (ENCRYPTED_CARD_REFUSED, "invalid_parameter", Advice::EncryptAgain),
        ] {
            assert_eq!(advice(code, message), expected, "{code} {message}");
        }
    }
}
