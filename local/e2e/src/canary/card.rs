//! Cards that nobody else has.

use aws_lc_rs::rand;
use serde_json::{Value, json};

/// A card to be looked for. Made up, and of no issuer.
#[derive(Debug, Clone)]
pub struct Card {
    /// What it is played for.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Its code.
    pub code: String,
}

impl Card {
    /// A number of `length` digits that begins with `prefix`, passes Luhn's check, and is random between
    /// these. `prefix` decides the brand; the PSP simulator approves any such number.
    pub fn fresh(name: &str, prefix: &str, length: usize) -> Self {
        let mut number = prefix.to_owned();
        while number.len() < length - 1 {
            number.push(digit());
        }
        number.push(check_digit(&number));
        Self::known(name, &number)
    }

    /// A card of the simulator's table.
    pub fn known(name: &str, number: &str) -> Self {
        let digits = if number.starts_with('3') { 4 } else { 3 };
        // Neither a year of our time nor a port of the stack nor a round number.
        let code = loop {
            let code: String = (0..digits).map(|_| digit()).collect();
            if !code.starts_with(['0', '1', '2', '3', '4']) && !code.ends_with('0') {
                break code;
            }
        };
        Self { name: name.to_owned(), number: number.to_owned(), code }
    }

    /// The `card` of a payment request.
    pub fn to_json(&self) -> Value {
        json!({
            "card_number": self.number,
            "card_exp_month": "12",
            "card_exp_year": "30",
            "card_security_code": self.code,
        })
    }
}

/// Of 250 values each digit has 25; the six others are thrown away.
fn digit() -> char {
    loop {
        let mut byte = [0];
        rand::fill(&mut byte).unwrap();
        if byte[0] < 250 {
            return char::from(b'0' + byte[0] % 10);
        }
    }
}

fn check_digit(digits: &str) -> char {
    let weigh = |(place, digit): (usize, u8)| match (u32::from(digit - b'0'), place % 2) {
        (digit, 0) if digit > 4 => digit * 2 - 9,
        (digit, 0) => digit * 2,
        (digit, _) => digit,
    };
    let sum: u32 = digits.bytes().rev().enumerate().map(weigh).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap()
}

#[cfg(test)]
mod tests {
    use gateway_domain::card::{Brand, Cvv, Pan};

    use super::Card;

    #[test]
    fn fresh_cards_are_cards_of_their_brand() {
        for (prefix, length, brand) in
            [("453962", 16, Brand::Visa), ("34", 15, Brand::Amex), ("524008", 16, Brand::Mastercard)]
        {
            let (one, other) = (Card::fresh("one", prefix, length), Card::fresh("other", prefix, length));
            assert_ne!(one.number, other.number);
            assert_eq!(Pan::new(one.number.clone()).ok().unwrap().brand(), brand, "{one:?}");
            assert!(Cvv::new(one.code.clone(), brand).is_ok(), "{one:?}");
        }
    }
}
