//! Readers of the values that bodies are made of, for [`Fields`](super::Fields).

use std::str::FromStr;

use gateway_domain::limits::NOTE_LEN_MAX;
use gateway_domain::mask::mask_card_numbers;
use gateway_domain::{Money, Quantity, UserId};
use gateway_wire::money::WireMoney;

use super::Unfit;

/// A JSON string.
///
/// # Errors
/// `invalid_text`.
pub fn text(json: &str) -> Result<String, Unfit> {
    serde_json::from_str(json).map_err(|_| Unfit::new("invalid_text", "a text is expected"))
}

/// What a person gives as reason, of 1 to [`NOTE_LEN_MAX`] characters. People type anything: what looks
/// like a card number is masked before it is kept anywhere.
///
/// # Errors
/// `invalid_reason`.
pub fn note(json: &str) -> Result<String, Unfit> {
    let text = text(json)?.trim().to_owned();
    if (1..=NOTE_LEN_MAX).contains(&text.chars().count()) {
        return Ok(mask_card_numbers(&text));
    }
    Err(Unfit::new("invalid_reason", format!("a reason of 1 to {NOTE_LEN_MAX} characters is expected")))
}

/// A ULID.
///
/// # Errors
/// `invalid_id`.
pub fn id<T: FromStr>(json: &str) -> Result<T, Unfit> {
    let unfit = || Unfit::new("invalid_id", "a ULID is expected: 26 characters of Crockford's base 32");
    text(json).ok().and_then(|text| text.parse().ok()).ok_or_else(unfit)
}

/// A user's id.
///
/// # Errors
/// `invalid_user_id`.
pub fn user_id(json: &str) -> Result<UserId, Unfit> {
    let unfit = |error: &dyn std::fmt::Display| Unfit::new("invalid_user_id", error.to_string());
    let text = text(json).map_err(|error| unfit(&error.detail))?;
    UserId::new(text).map_err(|error| unfit(&error))
}

/// A whole number of 1 to 100 units.
///
/// # Errors
/// `invalid_quantity`.
pub fn quantity(json: &str) -> Result<Quantity, Unfit> {
    let unfit = || Unfit::new("invalid_quantity", gateway_domain::product::InvalidQuantity.to_string());
    json.parse().ok().and_then(|units| Quantity::new(units).ok()).ok_or_else(unfit)
}

/// An amount above zero with at most four decimals, as a JSON number or text; never through a float.
///
/// # Errors
/// `invalid_amount`.
pub fn amount(json: &str) -> Result<Money, Unfit> {
    let unfit =
        || Unfit::new("invalid_amount", "a decimal number above 0 with at most 4 decimals is expected");
    let WireMoney(money) = serde_json::from_str(json).map_err(|_| unfit())?;
    if money.is_positive() { Ok(money) } else { Err(unfit()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_exactly_or_refused_by_code() {
        let code = |result: Result<String, Unfit>| result.map_err(|unfit| unfit.code);
        for (result, expected) in [
            (quantity("100").map(|q| q.get().to_string()), Ok("100")),
            (quantity("101").map(|q| q.get().to_string()), Err("invalid_quantity")),
            (quantity("0").map(|q| q.get().to_string()), Err("invalid_quantity")),
            (quantity("1.5").map(|q| q.get().to_string()), Err("invalid_quantity")),
            (quantity("\"1\"").map(|q| q.get().to_string()), Err("invalid_quantity")),
            (amount("0.1234").map(|m| m.to_string()), Ok("0.1234")),
            (amount("\"50.00\"").map(|m| m.to_string()), Ok("50.00")),
            (amount("0.12345").map(|m| m.to_string()), Err("invalid_amount")),
            (amount("0").map(|m| m.to_string()), Err("invalid_amount")),
            (amount("-1").map(|m| m.to_string()), Err("invalid_amount")),
            (amount("[]").map(|m| m.to_string()), Err("invalid_amount")),
            (user_id("\"ana\"").map(|u| u.to_string()), Ok("ana")),
            (user_id("\"two words\"").map(|u| u.to_string()), Err("invalid_user_id")),
            (user_id("7").map(|u| u.to_string()), Err("invalid_user_id")),
            (text("{}"), Err("invalid_text")),
            (note("\" paid with 4539620659922097 \""), Ok("paid with ************2097")),
            (note("\"  \""), Err("invalid_reason")),
            (note("7"), Err("invalid_text")),
        ] {
            assert_eq!(code(result), expected.map(str::to_owned));
        }
    }
}
