//! Money as whole numbers: ten-thousandths in the shop (`DECIMAL(19,4)`), cents at the PSP.

use std::fmt;
use std::str::FromStr;

use crate::limits::CENTS_MAX;

const UNITS_PER_WHOLE: i64 = 10_000;
const UNITS_PER_CENT: i64 = 100;

/// An amount of Brazilian real in ten-thousandths, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// An amount in cents, as the PSP takes it: positive, at most nine digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i64);

/// Why something is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// Not a decimal number with at most four decimals that fits.
    NotDecimal,
    /// Has a fraction of a cent, so the PSP could not charge it exactly.
    FractionOfACent,
    /// Zero, negative, or over the PSP's nine digits of cents.
    OutOfRange,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDecimal => "not an amount: a decimal number with at most 4 decimals is expected",
            Self::FractionOfACent => "an amount with a fraction of a cent cannot be charged",
            Self::OutOfRange => "the amount must be above 0 and below 10,000,000.00",
        })
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// The largest amount that can be charged.
    pub const CHARGEABLE_MAX: Self = Self(CENTS_MAX * UNITS_PER_CENT);

    /// From ten-thousandths of the currency's unit.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// As ten-thousandths of the currency's unit.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// `quantity` times this amount; `None` when it does not fit.
    #[must_use]
    pub const fn times(self, quantity: u32) -> Option<Self> {
        match self.0.checked_mul(quantity as i64) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// Whether this amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The exact amount in cents.
    ///
    /// # Errors
    /// [`MoneyError::FractionOfACent`] and [`MoneyError::OutOfRange`]: amounts are never rounded.
    pub const fn to_cents(self) -> Result<Cents, MoneyError> {
        if self.0 % UNITS_PER_CENT != 0 {
            return Err(MoneyError::FractionOfACent);
        }
        Cents::new(self.0 / UNITS_PER_CENT)
    }
}

impl fmt::Display for Money {
    /// Two decimals where they say it all, else four: `4500.00`, `0.1250`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) =
            (self.0.unsigned_abs() / UNITS_PER_WHOLE as u64, self.0.unsigned_abs() % UNITS_PER_WHOLE as u64);
        if fraction.is_multiple_of(UNITS_PER_CENT as u64) {
            write!(f, "{sign}{whole}.{:02}", fraction / UNITS_PER_CENT as u64)
        } else {
            write!(f, "{sign}{whole}.{fraction:04}")
        }
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let units = whole_units(whole)
            .zip(fraction_units(fraction))
            .and_then(|(whole, fraction)| whole.checked_add(fraction))
            .ok_or(MoneyError::NotDecimal)?;
        Ok(Self(if negative { -units } else { units }))
    }
}

fn whole_units(digits: &str) -> Option<i64> {
    all_digits(digits).then(|| digits.parse::<i64>().ok()?.checked_mul(UNITS_PER_WHOLE)).flatten()
}

/// Trailing zeros beyond the fourth decimal lose nothing and are taken.
fn fraction_units(digits: &str) -> Option<i64> {
    if !all_digits(digits) {
        return None;
    }
    let significant = digits.trim_end_matches('0');
    if significant.len() > 4 {
        return None;
    }
    format!("{significant:0<4}").parse().ok()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl Cents {
    /// From a number of cents.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] unless 0 < `cents` ≤ 999,999,999.
    pub const fn new(cents: i64) -> Result<Self, MoneyError> {
        if cents > 0 && cents <= CENTS_MAX { Ok(Self(cents)) } else { Err(MoneyError::OutOfRange) }
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same amount as shop money.
    #[must_use]
    pub const fn to_money(self) -> Money {
        Money(self.0 * UNITS_PER_CENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_texts_are_read_exactly() {
        for (text, units) in [
            ("4500", 45_000_000),
            ("4500.00", 45_000_000),
            ("0.1", 1_000),
            ("0.1234", 1_234),
            ("19.99000", 199_900),
            ("-1.5", -15_000),
        ] {
            assert_eq!(text.parse(), Ok(Money(units)), "{text}");
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in ["", ".", "1.", ".5", "1e3", "1.23456", "+1", "NaN", "12 ", "99999999999999999999"] {
            assert_eq!(text.parse::<Money>(), Err(MoneyError::NotDecimal), "{text}");
        }
    }

    #[test]
    fn amounts_print_as_they_read() {
        for text in ["4500.00", "0.10", "0.1234", "-1.50"] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_whole_cents_within_nine_digits_can_be_charged() {
        let cents = |text: &str| text.parse::<Money>().unwrap().to_cents();
        assert_eq!(cents("19.99"), Ok(Cents(1999)));
        assert_eq!(cents("19.999"), Err(MoneyError::FractionOfACent));
        assert_eq!(cents("0"), Err(MoneyError::OutOfRange));
        assert_eq!(cents("9999999.99"), Ok(Cents(999_999_999)));
        assert_eq!(cents("10000000"), Err(MoneyError::OutOfRange));
    }
}
