//! Looking for verification codes: three or four digits, which stand everywhere by chance.
//!
//! Two things are looked for. Anywhere: a field that is called a security code and has digits for its
//! value, in plain or escaped JSON, a query or a debug print; and that field's name in base64, where the
//! value cannot be seen. And in whatever tells of a payment (a record, a row, a line of a log that names
//! its id): the payment's own code standing alone, not within a longer number or word.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const NAMES: [&str; 4] = ["security_code", "securitycode", "cvv", "cvc"];
/// What may stand between a field's name and its value.
const BETWEEN: &[u8] = b"\\\"' \t:=(>[{";

/// A field that is called a security code and has 3 or 4 digits as its value.
pub fn named_code(bytes: &[u8]) -> Option<String> {
    let lower = bytes.to_ascii_lowercase();
    NAMES.iter().find_map(|name| {
        let mut places = find_all(&lower, name.as_bytes());
        places.find_map(|at| {
            let after = &lower[at + name.len()..];
            let between = after.iter().take_while(|byte| BETWEEN.contains(byte)).count();
            let digits = after[between..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let told = between > 0 && (3..=4).contains(&digits);
            told.then(|| shown(bytes, at, at + name.len() + between + digits))
        })
    })
}

/// The name of such a field within base64: whatever its value is, a card request was encoded.
pub fn name_in_base64(bytes: &[u8]) -> Option<String> {
    (0..3_usize).find_map(|before| {
        let name = b"card_security_code";
        let mut padded = vec![0; before];
        padded.extend_from_slice(name);
        let text = STANDARD.encode(&padded);
        let inside = &text.as_bytes()[(before * 8).div_ceil(6)..(before + name.len()) * 8 / 6];
        find_all(bytes, inside).next().map(|at| shown(bytes, at, at + inside.len()))
    })
}

/// `code` standing alone.
pub fn bare_code(bytes: &[u8], code: &str) -> Option<String> {
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    find_all(bytes, code.as_bytes())
        .find(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !joins(before) && !joins(bytes.get(at + code.len()))
        })
        .map(|at| shown(bytes, at, at + code.len()))
}

fn find_all<'a>(bytes: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes.windows(part.len()).enumerate().filter(move |(_, window)| *window == part).map(|(at, _)| at)
}

fn shown(bytes: &[u8], from: usize, to: usize) -> String {
    let (from, to) = (from.saturating_sub(40), (to + 40).min(bytes.len()));
    String::from_utf8_lossy(&bytes[from..to]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_code_is_found_and_a_mere_name_is_not() {
        for (text, found) in [
            (r#"{"card_security_code":"123"}"#, true),
            (r#"{\"security_code\": \"1234\"}"#, true),
            ("card_security_code=123&x", true),
            ("Card { security_code: 123 }", true),
            ("cvv: 123", true),
            ("SecurityCode=\"123\"", true),
            (r#"{"pointer":"/card/card_security_code","code":"invalid_security_code"}"#, false),
            ("the security code has 3 digits (4 for American Express)", false),
            ("cvv 12345", false),
            ("security_code123", false),
        ] {
            assert_eq!(named_code(text.as_bytes()).is_some(), found, "{text}");
        }
    }

    #[test]
    fn an_encoded_name_is_found() {
        for before in ["", " ", "  "] {
            let text = STANDARD.encode(format!(r#"{before}{{"card_security_code":"123"}}"#));
            assert!(name_in_base64(text.as_bytes()).is_some(), "{text}");
        }
        assert!(name_in_base64(STANDARD.encode(r#"{"reserve_id":"x"}"#).as_bytes()).is_none());
    }

    #[test]
    fn a_bare_code_stands_alone() {
        for (text, found) in [
            ("code 9173", true),
            ("\"9173\"", true),
            ("9173", true),
            ("19173", false),
            ("91730", false),
            ("0.9173", false),
            ("01J9173", false),
        ] {
            assert_eq!(bare_code(text.as_bytes(), "9173").is_some(), found, "{text}");
        }
    }
}
