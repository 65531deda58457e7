//! When a card ends.

use super::CardError;

/// Month and year after which a card is no longer valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardExpiry {
    /// 1 to 12.
    pub month: u8,
    /// Four digits.
    pub year: u16,
}

impl CardExpiry {
    /// No card is issued for longer, in years.
    pub const YEARS_MAX: u16 = 20;

    /// An expiry that is not past in the month `now_month` of `now_year`. Two digits are a year of this
    /// century, as cards print it.
    ///
    /// # Errors
    /// [`CardError::Expiry`] and [`CardError::Expired`].
    pub const fn new(month: u8, year: u16, now_month: u8, now_year: u16) -> Result<Self, CardError> {
        let year = if year < 100 { 2000 + year } else { year };
        if month < 1 || month > 12 || year < 2000 || year > now_year + Self::YEARS_MAX {
            return Err(CardError::Expiry);
        }
        if year < now_year || (year == now_year && month < now_month) {
            return Err(CardError::Expired);
        }
        Ok(Self { month, year })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_through_its_last_month() {
        for (month, year, expected) in [
            (11, 2026, Ok((11, 2026))),
            (10, 2026, Err(CardError::Expired)),
            (12, 2030, Ok((12, 2030))),
            (12, 30, Ok((12, 2030))),
            (11, 26, Ok((11, 2026))),
            (10, 26, Err(CardError::Expired)),
            (1, 2046, Ok((1, 2046))),
            (1, 2047, Err(CardError::Expiry)),
            (1, 99, Err(CardError::Expiry)),
            (13, 2030, Err(CardError::Expiry)),
            (0, 2030, Err(CardError::Expiry)),
            (12, 203, Err(CardError::Expiry)),
        ] {
            let read = CardExpiry::new(month, year, 11, 2026).map(|read| (read.month, read.year));
            assert_eq!(read, expected, "{month}/{year}");
        }
    }
}
