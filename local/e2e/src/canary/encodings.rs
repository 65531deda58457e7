//! The forms in which a secret could have been written.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// A secret in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// What was done to it.
    pub form: String,
    /// What came of it.
    pub bytes: Vec<u8>,
}

/// What is taken for one number: written without and with dividers, and backwards; then each of these in
/// every encoding. Beside them the number as packed decimals (COBOL, card networks), as a binary integer
/// (columns, Avro), and as a list of byte values (record headers in Lambda's events).
pub fn number_forms(number: &str) -> Vec<Encoded> {
    let reversed: String = number.chars().rev().collect();
    let mut forms = vec![("plain".to_owned(), number.to_owned()), ("reversed".to_owned(), reversed)];
    for (name, divider) in
        [("spaces", " "), ("dashes", "-"), ("plus signs", "+"), ("%20", "%20"), ("dots", ".")]
    {
        forms.push((format!("with {name}"), grouped(number, divider)));
    }
    let mut all: Vec<Encoded> =
        forms.iter().flat_map(|(name, text)| encoded(name, text.as_bytes())).collect();
    all.extend([
        of("packed decimals", packed(number)),
        of("integer, big-endian", number.parse::<u64>().unwrap().to_be_bytes()),
        of("integer, little-endian", number.parse::<u64>().unwrap().to_le_bytes()),
    ]);
    all
}

/// The forms of a text that is no number: an encrypted card's ciphertext.
pub fn ciphertext_forms(text: &str) -> Vec<Encoded> {
    encoded("plain", text.as_bytes())
}

/// As people and forms write it: four digits each, American Express's four, six and five.
fn grouped(number: &str, divider: &str) -> String {
    let lengths: &[usize] = if number.len() == 15 { &[4, 6, 5] } else { &[4, 4, 4, 4, 4] };
    let mut groups = Vec::new();
    let mut rest = number;
    for length in lengths {
        let (group, after) = rest.split_at((*length).min(rest.len()));
        groups.extend((!group.is_empty()).then_some(group));
        rest = after;
    }
    groups.join(divider)
}

fn encoded(name: &str, bytes: &[u8]) -> Vec<Encoded> {
    let listed =
        |divider: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(divider).into_bytes();
    let mut all = vec![
        of(name, bytes),
        of(format!("{name}, UTF-16LE"), utf16(bytes, u16::to_le_bytes)),
        of(format!("{name}, UTF-16BE"), utf16(bytes, u16::to_be_bytes)),
        of(format!("{name}, hex"), each(bytes, |out, byte| write!(out, "{byte:02x}"))),
        of(format!("{name}, HEX"), each(bytes, |out, byte| write!(out, "{byte:02X}"))),
        of(format!("{name}, %XX"), each(bytes, |out, byte| write!(out, "%{byte:02X}"))),
        of(format!("{name}, \\u"), each(bytes, |out, byte| write!(out, "\\u{byte:04x}"))),
        of(format!("{name}, \\x"), each(bytes, |out, byte| write!(out, "\\x{byte:02x}"))),
        of(format!("{name}, byte values"), listed(",")),
        of(format!("{name}, byte values"), listed(", ")),
    ];
    for once in base64_inside(bytes) {
        for twice in base64_inside(&once) {
            all.push(of(format!("{name}, base64 of base64"), twice));
        }
        all.push(of(format!("{name}, base64"), once));
    }
    all
}

/// The part of base64 that depends on `bytes` alone, for each of the three places where they may begin
/// within a larger text, and in both alphabets.
fn base64_inside(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for before in 0..3_usize {
        let mut padded = vec![0; before];
        padded.extend_from_slice(bytes);
        padded.extend_from_slice(&[0; 3]);
        // The first character all of whose bits are ours, and the one after the last such.
        let (start, end) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
        for text in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            let inside = text.as_bytes()[start..end].to_vec();
            if !all.contains(&inside) {
                all.push(inside);
            }
        }
    }
    all
}

fn of(form: impl Into<String>, bytes: impl AsRef<[u8]>) -> Encoded {
    Encoded { form: form.into(), bytes: bytes.as_ref().to_vec() }
}

fn utf16(bytes: &[u8], order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| order(u16::from(*byte))).collect()
}

fn each(bytes: &[u8], write: impl Fn(&mut String, &u8) -> std::fmt::Result) -> Vec<u8> {
    let mut out = String::new();
    bytes.iter().try_for_each(|byte| write(&mut out, byte)).unwrap();
    out.into_bytes()
}

/// Two digits a byte; an odd number of them begins with a zero.
fn packed(number: &str) -> Vec<u8> {
    let even = if number.len() % 2 == 1 { format!("0{number}") } else { number.to_owned() };
    even.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "4539620659922097";

    fn is_among(needles: &[Encoded], haystack: &[u8]) -> bool {
        needles.iter().any(|needle| haystack.windows(needle.bytes.len()).any(|part| part == needle.bytes))
    }

    #[test]
    fn a_number_is_found_however_it_was_written() {
        let json = format!(r#"{{"card":{{"card_number":"{NUMBER}","code":"1"}}}}"#);
        let utf16: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (form, text) in [
            ("in JSON", json.clone().into_bytes()),
            ("JSON in JSON", serde_json::to_vec(&json).unwrap()),
            ("base64", STANDARD.encode(&json).into_bytes()),
            ("base64, one on", STANDARD.encode(format!(" {json}")).into_bytes()),
            ("base64, two on", STANDARD.encode(format!("  {json}")).into_bytes()),
            ("base64url", URL_SAFE.encode(&json).into_bytes()),
            ("base64 of base64", STANDARD.encode(STANDARD.encode(&json)).into_bytes()),
            ("base64 in base64", STANDARD.encode(format!("x{}", STANDARD.encode(&json))).into_bytes()),
            ("grouped", b"4539 6206 5992 2097".to_vec()),
            ("dashes", b"pan=4539-6206-5992-2097;".to_vec()),
            ("a form", b"n=4539+6206+5992+2097".to_vec()),
            ("a URL", b"/?n=4539%206206%205992%202097".to_vec()),
            ("percent", b"%34%35%33%39%36%32%30%36%35%39%39%32%32%30%39%37".to_vec()),
            ("hex", b"0x34353339363230363539393232303937".to_vec()),
            ("UTF-16", utf16),
            ("bytes", format!("{:?}", NUMBER.as_bytes()).into_bytes()),
            ("reversed", b"7902299560269354".to_vec()),
            ("packed", vec![0x45, 0x39, 0x62, 0x06, 0x59, 0x92, 0x20, 0x97]),
            ("an integer", 4_539_620_659_922_097_u64.to_be_bytes().to_vec()),
        ] {
            assert!(is_among(&number_forms(NUMBER), &text), "{form}: {}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn what_may_be_shown_of_it_is_not_it() {
        for text in ["453962", "2097", "453962******2097", "4539620659922096"] {
            assert!(!is_among(&number_forms(NUMBER), text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn no_form_is_so_short_that_chance_finds_it() {
        for number in [NUMBER, "345817690311361"] {
            for form in number_forms(number) {
                assert!(form.bytes.len() >= 8, "{form:?}");
            }
        }
    }
}
