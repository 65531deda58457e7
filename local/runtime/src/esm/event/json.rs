//! The few JSON tokens an event consists of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A string with its quotes and escapes.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

/// A whole number.
pub fn push_integer(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Bytes as a base64 string, encoded in place.
pub fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + base64::encoded_len(bytes.len(), true).unwrap_or_default(), 0);
    // The slice is exactly as long as the encoding, so this cannot fall short.
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
    out.push(b'"');
}

/// Bytes as an array of signed numbers, as the JVM that AWS runs prints them.
pub fn push_signed_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'[');
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_integer(out, i64::from(byte.cast_signed()));
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_are_written_as_the_standard_library_prints_them() {
        for number in [0, 1, -1, 9, 10, -128, 127, 1_545_084_650_987, i64::MAX, i64::MIN] {
            assert_eq!(written(|out| push_integer(out, number)), number.to_string());
        }
    }

    #[test]
    fn strings_are_escaped() {
        for text in ["", "plain", "with \"quotes\"", "back\\slash", "línea\n\u{1}", "\u{7f}"] {
            let json = written(|out| push_string(out, text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn header_bytes_above_127_are_negative() {
        assert_eq!(written(|out| push_signed_bytes(out, "ë".as_bytes())), "[-61,-85]");
        assert_eq!(written(|out| push_signed_bytes(out, b"")), "[]");
    }
}
