//! Cards: secrets that cannot be printed, copied or serialised, and what may be known of one.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A primary account number that passed Luhn's check. Zeroed on drop; no `Debug`, `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pan(String);

/// A card verification code of 3 or 4 digits. Zeroed on drop; no `Debug`, `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Cvv(String);

/// A card as PagBank's browser SDK encrypted it: opaque here, usable once. Zeroed on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct EncryptedCard(String);

/// What a charge needs of a card.
pub enum CardSecret {
    /// Number and code in clear, held only between the request and the vault, and the vault and the PSP.
    Raw {
        /// The number.
        pan: Pan,
        /// The code.
        cvv: Cvv,
        /// When the card ends.
        expiry: CardExpiry,
    },
    /// The PSP's own ciphertext.
    Encrypted(EncryptedCard),
}

/// Month and year after which a card is no longer valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardExpiry {
    /// 1 to 12.
    pub month: u8,
    /// Four digits.
    pub year: u16,
}

/// A card scheme, as far as its number tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Brand {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// American Express.
    Amex,
    /// Elo.
    Elo,
    /// Hipercard.
    Hipercard,
    /// Any other, or encrypted and therefore unknown.
    Other,
}

impl Brand {
    /// Every brand.
    pub const ALL: [Self; 6] =
        [Self::Visa, Self::Mastercard, Self::Amex, Self::Elo, Self::Hipercard, Self::Other];

    /// The name used in messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Elo => "elo",
            Self::Hipercard => "hipercard",
            Self::Other => "other",
        }
    }

    /// The brand of that name; [`Brand::Other`] for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|brand| brand.as_str() == name).unwrap_or(Self::Other)
    }
}

/// All that may be shown of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSummary {
    /// The scheme.
    pub brand: Brand,
    /// First six digits; empty for an encrypted card.
    pub bin: String,
    /// Last four digits; empty for an encrypted card.
    pub last4: String,
}

/// Why card data is refused. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardError {
    /// Not 12 to 19 digits, or Luhn's check fails.
    Number,
    /// Not 3 digits (4 for American Express).
    SecurityCode,
    /// Not a month and year.
    Expiry,
    /// Expired.
    Expired,
    /// The ciphertext is empty, too long, or not base64.
    Encrypted,
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "the card number is not valid",
            Self::SecurityCode => "the security code has 3 digits (4 for American Express)",
            Self::Expiry => "the expiry is a month from 1 to 12 and a year of 4 digits",
            Self::Expired => "the card has expired",
            Self::Encrypted => "the encrypted card is base64 of at most 2,048 characters",
        })
    }
}

impl std::error::Error for CardError {}

impl Pan {
    /// A number of 12 to 19 digits with a right check digit; spaces and hyphens are taken out.
    ///
    /// # Errors
    /// [`CardError::Number`].
    pub fn new(mut text: String) -> Result<Self, CardError> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        text.zeroize();
        let pan = Self(digits);
        let valid = (12..=19).contains(&pan.0.len()) && passes_luhn(&pan.0);
        if valid { Ok(pan) } else { Err(CardError::Number) }
    }

    /// The digits themselves, for the vault and the PSP request only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown.
    #[must_use]
    pub fn summary(&self) -> CardSummary {
        CardSummary {
            brand: self.brand(),
            bin: self.0[..6].to_owned(),
            last4: self.0[self.0.len() - 4..].to_owned(),
        }
    }

    /// The scheme, by its number range.
    #[must_use]
    pub fn brand(&self) -> Brand {
        brand_of(&self.0)
    }
}

impl Cvv {
    /// A code fitting the card's brand.
    ///
    /// # Errors
    /// [`CardError::SecurityCode`].
    pub fn new(text: String, brand: Brand) -> Result<Self, CardError> {
        let cvv = Self(text);
        let length = if matches!(brand, Brand::Amex) { 4 } else { 3 };
        let valid = cvv.0.len() == length && cvv.0.bytes().all(|b| b.is_ascii_digit());
        if valid { Ok(cvv) } else { Err(CardError::SecurityCode) }
    }

    /// A code read back from the vault, where only checked ones were put.
    #[must_use]
    pub const fn from_vault(text: String) -> Self {
        Self(text)
    }

    /// The digits themselves, for the vault and the PSP request only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl EncryptedCard {
    /// Longest ciphertext: RSA-2048 in base64 is 344 characters; room for larger keys.
    pub const LEN_MAX: usize = 2048;

    /// A ciphertext in base64.
    ///
    /// # Errors
    /// [`CardError::Encrypted`].
    pub fn new(text: String) -> Result<Self, CardError> {
        let card = Self(text);
        let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_');
        let valid = (1..=Self::LEN_MAX).contains(&card.0.len()) && card.0.bytes().all(base64);
        if valid { Ok(card) } else { Err(CardError::Encrypted) }
    }

    /// The ciphertext itself, for the vault and the PSP request only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl CardSecret {
    /// What may be shown of it.
    #[must_use]
    pub fn summary(&self) -> CardSummary {
        match self {
            Self::Raw { pan, .. } => pan.summary(),
            Self::Encrypted(_) => {
                CardSummary { brand: Brand::Other, bin: String::new(), last4: String::new() }
            }
        }
    }
}

impl CardExpiry {
    /// An expiry that is not past in the month `now_month` of `now_year`.
    ///
    /// # Errors
    /// [`CardError::Expiry`] and [`CardError::Expired`].
    pub const fn new(month: u8, year: u16, now_month: u8, now_year: u16) -> Result<Self, CardError> {
        if month < 1 || month > 12 || year < 2000 || year > 2099 {
            return Err(CardError::Expiry);
        }
        if year < now_year || (year == now_year && month < now_month) {
            return Err(CardError::Expired);
        }
        Ok(Self { month, year })
    }
}

pub(crate) fn passes_luhn(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().try_fold(0u32, |sum, (index, byte)| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        let doubled = if index % 2 == 1 { digit * 2 } else { digit };
        Some(sum + if doubled > 9 { doubled - 9 } else { doubled })
    });
    sum.is_some_and(|sum| sum.is_multiple_of(10))
}

/// Ranges of ISO/IEC 7812 as the schemes publish them; Elo and Hipercard before Visa's plain 4.
fn brand_of(digits: &str) -> Brand {
    const ELO: [&str; 10] =
        ["401178", "401179", "431274", "438935", "451416", "457393", "457631", "457632", "504175", "636368"];
    let prefix = |len: usize| digits[..len].parse::<u32>().unwrap_or(0);
    if ELO.iter().any(|bin| digits.starts_with(bin)) || (650_485..=655_058).contains(&prefix(6)) {
        return Brand::Elo;
    }
    if digits.starts_with("606282") || digits.starts_with("3841") {
        return Brand::Hipercard;
    }
    match (prefix(2), prefix(4)) {
        (34 | 37, _) => Brand::Amex,
        (51..=55, _) | (_, 2221..=2720) => Brand::Mastercard,
        (40..=49, _) => Brand::Visa,
        _ => Brand::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_psp_test_cards_have_their_brands() {
        for (number, brand) in [
            ("4539620659922097", Brand::Visa),
            ("4929291898380766", Brand::Visa),
            ("5240082975622454", Brand::Mastercard),
            ("345817690311361", Brand::Amex),
            ("4514161122113757", Brand::Elo),
            ("6062828598919021", Brand::Hipercard),
        ] {
            let pan = Pan::new(number.to_owned()).ok().unwrap();
            assert_eq!(pan.brand(), brand, "{number}");
        }
    }

    #[test]
    fn a_summary_shows_six_and_four_digits() {
        let summary = Pan::new("4539 6206 5992 2097".to_owned()).ok().unwrap().summary();
        assert_eq!((summary.bin.as_str(), summary.last4.as_str()), ("453962", "2097"));
    }

    #[test]
    fn numbers_that_cannot_be_cards_are_refused() {
        for number in ["", "4539620659922098", "453962065992209x", "0", "45396206599220974539620659922097"] {
            assert_eq!(Pan::new(number.to_owned()).err(), Some(CardError::Number), "{number}");
        }
    }

    #[test]
    fn codes_fit_their_brand() {
        for (code, brand, ok) in [
            ("123", Brand::Visa, true),
            ("1234", Brand::Visa, false),
            ("1234", Brand::Amex, true),
            ("12a", Brand::Visa, false),
        ] {
            assert_eq!(Cvv::new(code.to_owned(), brand).is_ok(), ok, "{code}");
        }
    }

    #[test]
    fn a_card_is_good_through_its_last_month() {
        for (month, year, expected) in [
            (11, 2026, Ok(())),
            (10, 2026, Err(CardError::Expired)),
            (12, 2030, Ok(())),
            (13, 2030, Err(CardError::Expiry)),
            (1, 26, Err(CardError::Expiry)),
        ] {
            assert_eq!(CardExpiry::new(month, year, 11, 2026).map(|_| ()), expected, "{month}/{year}");
        }
    }
}
