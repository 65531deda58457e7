//! What may be known of a card number.

/// Whether the digits carry a right Luhn check digit; 13 to 19 digits and nothing else.
pub(crate) fn passes_luhn(number: &str) -> bool {
    if !(13..=19).contains(&number.len()) || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = number.bytes().rev().enumerate().map(|(place, digit)| luhn_weight(place, digit)).sum();
    sum.is_multiple_of(10)
}

fn luhn_weight(place_from_right: usize, digit: u8) -> u32 {
    let digit = u32::from(digit - b'0');
    match place_from_right % 2 {
        0 => digit,
        _ if digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    }
}

/// The network's name as PagBank writes it, by the leading digits. Elo and Hipercard share
/// ranges with the big networks, so they come first.
pub(crate) fn brand(number: &str) -> &'static str {
    const ELO: [&str; 7] = ["451416", "401178", "438935", "504175", "506699", "636297", "636368"];
    let prefix = |length: usize| number.get(..length).and_then(|digits| digits.parse::<u32>().ok());
    if ELO.iter().any(|bin| number.starts_with(bin)) {
        return "elo";
    }
    match (prefix(1), prefix(2), prefix(4)) {
        (_, _, Some(6062)) => "hipercard",
        (_, Some(34 | 37), _) => "amex",
        (_, Some(51..=55), _) | (_, _, Some(2221..=2720)) => "mastercard",
        (Some(4), _, _) => "visa",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{brand, passes_luhn};

    #[test]
    fn the_brand_follows_from_the_leading_digits() {
        for (number, expected) in [
            ("4539620659922097", "visa"),
            ("5240082975622454", "mastercard"),
            ("2221000000000009", "mastercard"),
            ("345817690311361", "amex"),
            ("4514161122113757", "elo"),
            ("6062828598919021", "hipercard"),
            ("9999", "unknown"),
        ] {
            assert_eq!(brand(number), expected, "{number}");
        }
    }

    #[test]
    fn a_wrong_digit_a_letter_or_a_wrong_length_fails_the_luhn_check() {
        for number in ["4539620659922098", "453962065992209x", "0", ""] {
            assert!(!passes_luhn(number), "{number}");
        }
    }
}
