//! Schemes, by the first digits of a number.

use std::ops::RangeInclusive;

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
    /// Hiper.
    Hiper,
    /// Any other.
    Other,
}

impl Brand {
    /// Every brand.
    pub const ALL: [Self; 7] =
        [Self::Visa, Self::Mastercard, Self::Amex, Self::Elo, Self::Hipercard, Self::Hiper, Self::Other];

    /// The name used in messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Elo => "elo",
            Self::Hipercard => "hipercard",
            Self::Hiper => "hiper",
            Self::Other => "other",
        }
    }

    /// The brand of that name; [`Brand::Other`] for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|brand| brand.as_str() == name).unwrap_or(Self::Other)
    }

    /// How many digits the scheme's numbers have.
    #[must_use]
    pub const fn number_lengths(self) -> &'static [usize] {
        match self {
            Self::Visa => &[13, 16, 19],
            Self::Mastercard | Self::Elo | Self::Hiper => &[16],
            Self::Amex => &[15],
            Self::Hipercard => &[13, 16, 19],
            Self::Other => &[12, 13, 14, 15, 16, 17, 18, 19],
        }
    }

    /// How many digits the scheme's verification codes have.
    #[must_use]
    pub const fn code_length(self) -> usize {
        if matches!(self, Self::Amex) { 4 } else { 3 }
    }

    /// The brand of a number of at least six digits.
    pub(super) fn of(digits: &str) -> Self {
        let prefix = |len: usize| digits.get(..len).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        if ELO.iter().any(|range| range.contains(&prefix(6))) {
            return Self::Elo;
        }
        if HIPER.contains(&prefix(6)) {
            return Self::Hiper;
        }
        match (prefix(2), prefix(4), prefix(6)) {
            (_, 3841, _) | (_, _, 606_282) => Self::Hipercard,
            (34 | 37, _, _) => Self::Amex,
            (51..=55, _, _) | (_, 2221..=2720, _) => Self::Mastercard,
            (40..=49, _, _) => Self::Visa,
            _ => Self::Other,
        }
    }
}

/// Elo's ranges of six digits, as acquirers publish them. They lie among Visa's, Mastercard's and
/// Discover's, so they are looked at first.
#[rustfmt::skip]
const ELO: [RangeInclusive<u32>; 23] = [
    401_178..=401_179, 431_274..=431_274, 438_935..=438_935, 451_416..=451_416,
    457_393..=457_393, 457_631..=457_632, 504_175..=504_175, 506_699..=506_778,
    509_000..=509_999, 627_780..=627_780, 636_297..=636_297, 636_368..=636_368,
    650_031..=650_033, 650_035..=650_051, 650_405..=650_439, 650_485..=650_538,
    650_541..=650_598, 650_700..=650_718, 650_720..=650_727, 650_901..=650_978,
    651_652..=651_679, 655_000..=655_019, 655_021..=655_058,
];

/// Hiper's first six digits.
const HIPER: [u32; 5] = [637_095, 637_568, 637_599, 637_609, 637_612];

#[cfg(test)]
mod tests {
    use super::Brand;

    #[test]
    fn a_numbers_range_tells_its_brand() {
        for (number, brand) in [
            ("4539620659922097", Brand::Visa),
            ("4929291898380766", Brand::Visa),
            ("5240082975622454", Brand::Mastercard),
            ("5530062640663264", Brand::Mastercard),
            ("2221000000000009", Brand::Mastercard),
            ("345817690311361", Brand::Amex),
            ("378282246310005", Brand::Amex),
            ("4514161122113757", Brand::Elo),
            ("6362970000457013", Brand::Elo),
            ("6505050000000000", Brand::Elo),
            ("6062828598919021", Brand::Hipercard),
            ("6370950000000005", Brand::Hiper),
            ("6011111111111117", Brand::Other),
            ("6550200000000000", Brand::Other),
        ] {
            assert_eq!(Brand::of(number), brand, "{number}");
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for brand in Brand::ALL {
            assert_eq!(Brand::from_name(brand.as_str()), brand);
        }
        assert_eq!(Brand::from_name("diners"), Brand::Other);
    }
}
