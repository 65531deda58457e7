//! The `Idempotency-Key` header: a structured-field string (quoted), or plain as many clients send it.

use gateway_domain::limits::IDEMPOTENCY_KEY_LEN_MAX;
use gateway_edge::http::Problem;

/// The header's name.
pub(crate) const HEADER: &str = "idempotency-key";

/// Reads the key; quoted and plain are the same key.
///
/// # Errors
/// 400 for an empty or too long one, or one with other than printable ASCII characters.
pub(crate) fn read(header: &str) -> Result<String, Problem> {
    let header = header.trim();
    let key = match header.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').and_then(unescape),
        None => Some(header.to_owned()),
    };
    let fits = |key: &String| {
        (1..=IDEMPOTENCY_KEY_LEN_MAX).contains(&key.len()) && key.bytes().all(|b| (0x20..0x7f).contains(&b))
    };
    key.filter(fits).ok_or_else(|| {
        let detail = format!("Idempotency-Key is 1 to {IDEMPOTENCY_KEY_LEN_MAX} printable ASCII characters");
        Problem::bad_request("invalid_idempotency_key", detail)
    })
}

/// Takes the backslashes of RFC 9651 §3.3.3 out; `None` where one escapes nothing it may.
fn unescape(quoted: &str) -> Option<String> {
    let mut key = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => key.push(chars.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            '"' => return None,
            plain => key.push(plain),
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_plain_keys_are_the_same() {
        let longest = "k".repeat(255);
        for (header, key) in [
            ("8e03978e-40d5", Some("8e03978e-40d5")),
            ("\"8e03978e-40d5\"", Some("8e03978e-40d5")),
            (r#""a\"b\\c""#, Some(r#"a"b\c"#)),
            (longest.as_str(), Some(longest.as_str())),
            ("", None),
            ("\"\"", None),
            ("\"open", None),
            (r#""a"b""#, None),
            (r#""a\b""#, None),
            ("chave-ç", None),
            (&"k".repeat(256), None),
        ] {
            assert_eq!(read(header).ok().as_deref(), key, "{header}");
        }
    }
}
