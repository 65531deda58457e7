//! Number, expiry and code in clear.

use std::str::FromStr;

use gateway_domain::card::{Brand, CardError, CardExpiry, Cvv, Pan};
use gateway_domain::{CardSecret, Timestamp};
use gateway_edge::http::{Fields, Unfit, read};

use super::unfit;

/// Brazil's time: a card ends with its month there.
const BRASILIA_OFFSET_MS: i64 = -3 * 60 * 60 * 1000;

pub(super) fn read(fields: &mut Fields<'_>, now: Timestamp) -> Option<CardSecret> {
    let month = fields.required("card_exp_month", number::<u8>);
    let year = fields.required("card_exp_year", number::<u16>);
    let expiry = month.zip(year).and_then(|(month, year)| expiry(fields, (month, year), now));
    let pan =
        fields.required("card_number", |json| Pan::new(digits(json, CardError::Number)?).map_err(unfit));
    // The code's length depends on the brand; without a number it is only asked to be there.
    let brand = pan.as_ref().map(Pan::brand);
    let cvv = fields.required("card_security_code", |json| code(json, brand));
    Some(CardSecret::Raw { pan: pan?, cvv: cvv??, expiry: expiry? })
}

fn code(json: &str, brand: Option<Brand>) -> Result<Option<Cvv>, Unfit> {
    let Some(brand) = brand else { return Ok(None) };
    Cvv::new(digits(json, CardError::SecurityCode)?, brand).map(Some).map_err(unfit)
}

fn expiry(fields: &mut Fields<'_>, (month, year): (u8, u16), now: Timestamp) -> Option<CardExpiry> {
    let (now_month, now_year) = month_and_year(now);
    let expiry = CardExpiry::new(month, year, now_month, now_year);
    let field = if (1..=12).contains(&month) { "card_exp_year" } else { "card_exp_month" };
    expiry.map_err(|error| fields.refuse(field, unfit(error))).ok()
}

fn month_and_year(now: Timestamp) -> (u8, u16) {
    let local = jiff::Timestamp::from_millisecond(now.plus_millis(BRASILIA_OFFSET_MS).as_millis());
    let date = local.unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.month().unsigned_abs(), date.year().unsigned_abs())
}

/// One to four digits, as a number in JSON or in a JSON text as forms send it.
fn number<T: FromStr>(json: &str) -> Result<T, Unfit> {
    let text = json.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(json);
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { text.parse().ok() } else { None };
    number.ok_or_else(|| unfit(CardError::Expiry))
}

/// Digits in a JSON text, or as a JSON number.
fn digits(json: &str, error: CardError) -> Result<String, Unfit> {
    if json.starts_with('"') { read::text(json).map_err(|_| unfit(error)) } else { Ok(json.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_in_brazil() {
        for (moment, expected) in [
            ("2026-12-01T02:59:59.999Z", (11, 2026)),
            ("2026-12-01T03:00:00Z", (12, 2026)),
            ("2027-01-01T02:00:00Z", (12, 2026)),
        ] {
            let millis = moment.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            assert_eq!(month_and_year(Timestamp::from_millis(millis)), expected, "{moment}");
        }
    }

    #[test]
    fn months_and_years_are_digits_in_or_out_of_a_text() {
        for (json, expected) in [
            ("12", Some(12)),
            ("\"12\"", Some(12)),
            ("\"01\"", Some(1)),
            ("1", Some(1)),
            ("\"2030\"", Some(2030)),
            ("+1", None),
            ("\"+1\"", None),
            ("-1", None),
            ("1.0", None),
            ("1e1", None),
            ("\"\"", None),
            ("\"12", None),
            ("\"12345\"", None),
            ("{}", None),
        ] {
            assert_eq!(number::<u16>(json).ok(), expected, "{json}");
        }
    }
}
