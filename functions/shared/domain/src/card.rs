//! Cards: secrets that cannot be printed, copied or serialised, and what may be known of one.

mod brand;
mod encrypted;
mod expiry;
mod holder;

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub use brand::Brand;
pub use encrypted::EncryptedCard;
pub use expiry::CardExpiry;
pub use holder::Holder;

/// A primary account number that passed Luhn's check. Zeroed on drop; no `Debug`, `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pan(String);

/// A card verification code of 3 or 4 digits. Zeroed on drop; no `Debug`, `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Cvv(String);

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

/// All that may be shown of a card whose number was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSummary {
    /// The scheme.
    pub brand: Brand,
    /// First six digits.
    pub bin: String,
    /// Last four digits.
    pub last4: String,
}

impl CardSummary {
    /// What somebody else tells of a card; `None` where it is not that, or is more than may be known.
    #[must_use]
    pub fn told(brand: &str, first_digits: &str, last_digits: &str) -> Option<Self> {
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = matches!(first_digits.len(), 6..=8) && last_digits.len() == 4;
        (fits && are_digits(first_digits) && are_digits(last_digits)).then(|| Self {
            brand: Brand::from_name(&brand.to_ascii_lowercase()),
            bin: first_digits[..6].to_owned(),
            last4: last_digits.to_owned(),
        })
    }
}

/// Why card data is refused. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardError {
    /// Luhn's check fails, or no number of its brand has so many digits.
    Number,
    /// Not 3 digits (4 for American Express).
    SecurityCode,
    /// Not a month and year, or too far ahead.
    Expiry,
    /// Expired.
    Expired,
    /// The ciphertext is empty, too long, or not base64.
    Encrypted,
    /// The holder's name is empty, too long, or no name.
    HolderName,
    /// Neither a CPF nor a CNPJ.
    TaxId,
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "the card number is not valid",
            Self::SecurityCode => "the security code has 3 digits (4 for American Express)",
            Self::Expiry => {
                "the expiry is a month from 1 to 12 and a year of 2 or 4 digits, at most 20 years ahead"
            }
            Self::Expired => "the card has expired",
            Self::Encrypted => "the encrypted card is base64, with padding, of at most 2,048 characters",
            Self::HolderName => "the holder's name has 1 to 64 characters and holds no card number",
            Self::TaxId => "the holder's tax_id is a CPF or a CNPJ",
        })
    }
}

impl std::error::Error for CardError {}

impl Pan {
    /// A number with a right check digit and as many digits as its brand's have; spaces and hyphens are
    /// taken out.
    ///
    /// # Errors
    /// [`CardError::Number`].
    pub fn new(mut text: String) -> Result<Self, CardError> {
        // Its final size from the start: growing would leave copies of the first digits behind.
        let mut digits = String::with_capacity(text.len());
        digits.extend(text.chars().filter(|c| !matches!(c, ' ' | '-')));
        text.zeroize();
        let pan = Self(digits);
        let digits = pan.0.bytes().all(|byte| byte.is_ascii_digit()) && (12..=19).contains(&pan.0.len());
        let valid = digits && passes_luhn(&pan.0) && pan.brand().number_lengths().contains(&pan.0.len());
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
        Brand::of(&self.0)
    }
}

impl Cvv {
    /// A code fitting the card's brand.
    ///
    /// # Errors
    /// [`CardError::SecurityCode`].
    pub fn new(text: String, brand: Brand) -> Result<Self, CardError> {
        let cvv = Self(text);
        let valid = cvv.0.len() == brand.code_length() && cvv.0.bytes().all(|b| b.is_ascii_digit());
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

impl CardSecret {
    /// What may be shown of it; nothing is known of an encrypted one.
    #[must_use]
    pub fn summary(&self) -> Option<CardSummary> {
        match self {
            Self::Raw { pan, .. } => Some(pan.summary()),
            Self::Encrypted(_) => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_psps_test_cards_are_accepted_with_the_code_of_their_brand() {
        for (number, code, brand) in [
            ("4539620659922097", "123", Brand::Visa),
            ("4929291898380766", "123", Brand::Visa),
            ("5240082975622454", "123", Brand::Mastercard),
            ("5530062640663264", "123", Brand::Mastercard),
            ("345817690311361", "1234", Brand::Amex),
            ("4514161122113757", "123", Brand::Elo),
            ("6062828598919021", "123", Brand::Hipercard),
        ] {
            let pan = Pan::new(number.to_owned()).ok().unwrap();
            assert_eq!(pan.brand(), brand, "{number}");
            assert!(Cvv::new(code.to_owned(), brand).is_ok(), "{number} {code}");
        }
    }

    #[test]
    fn a_summary_shows_six_and_four_digits() {
        let summary = Pan::new("4539 6206-5992 2097".to_owned()).ok().unwrap().summary();
        assert_eq!((summary.bin.as_str(), summary.last4.as_str()), ("453962", "2097"));
    }

    #[test]
    fn what_is_told_of_a_card_is_no_more_than_may_be_known() {
        let summary = Pan::new("4539620659922097".to_owned()).ok().unwrap().summary();
        for (brand, first, last, known) in [
            ("visa", "453962", "2097", true),
            ("VISA", "45396206", "2097", true),
            ("visa", "453962065", "2097", false),
            ("visa", "45396", "2097", false),
            ("visa", "453962", "22097", false),
            ("visa", "45396a", "2097", false),
            ("visa", "", "", false),
        ] {
            let told = CardSummary::told(brand, first, last);
            assert_eq!(told, known.then(|| summary.clone()), "{brand} {first} {last}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_cards_are_refused() {
        for number in [
            "",
            "4539620659922098",
            "453962065992209x",
            "٤٥٣٩٦٢٠٦٥٩٩٢٢٠٩٧",
            "0",
            "45396206599220974539620659922097",
            // They pass Luhn's check, but Visa, Mastercard and American Express have none so long.
            "400000000000006",
            "55555555555555552",
            "34000000000000009",
        ] {
            assert_eq!(Pan::new(number.to_owned()).err(), Some(CardError::Number), "{number}");
        }
    }

    #[test]
    fn codes_fit_their_brand() {
        for (code, brand, ok) in [
            ("123", Brand::Visa, true),
            ("1234", Brand::Visa, false),
            ("1234", Brand::Amex, true),
            ("123", Brand::Amex, false),
            ("123", Brand::Elo, true),
            ("12a", Brand::Visa, false),
            ("", Brand::Visa, false),
        ] {
            assert_eq!(Cvv::new(code.to_owned(), brand).is_ok(), ok, "{code}");
        }
    }
}
