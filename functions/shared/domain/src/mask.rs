//! Hiding what looks like a card number in texts from outside.

use crate::card::passes_luhn;

/// Digits a card number has.
const DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// Digits that may be shown, at the end.
const SHOWN: usize = 4;

/// `text` with each number that could be a card's reduced to its last four digits. Groups divided by a
/// blank or a dash count as one number, as people write them.
#[must_use]
pub fn mask_card_numbers(text: &str) -> String {
    mask_card_numbers_in(text.as_bytes())
        .and_then(|masked| String::from_utf8(masked).ok())
        .unwrap_or_else(|| text.to_owned())
}

/// The same of bytes of any kind; `None` where there is nothing to hide.
#[must_use]
pub fn mask_card_numbers_in(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut masked = bytes.to_vec();
    let mut hidden = false;
    let mut start = 0;
    while start < bytes.len() {
        if is_uuid(&bytes[start..]) {
            start += UUID_LEN;
            continue;
        }
        let end = number_end(bytes, start);
        if end > start && holds_card_number(&bytes[start..end]) {
            hide(&mut masked[start..end]);
            hidden = true;
        }
        start = end.max(start + 1);
    }
    hidden.then_some(masked)
}

/// Charges are named by UUIDs, whose groups may all be digits.
const UUID_LEN: usize = 36;

fn is_uuid(bytes: &[u8]) -> bool {
    let fits = |(place, byte): (usize, &u8)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let ends = bytes.get(UUID_LEN).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'-');
    ends && bytes.get(..UUID_LEN).is_some_and(|uuid| uuid.iter().enumerate().all(fits))
}

/// Where the run of digits and single dividers that begins at `start` ends; `start` itself for none.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    let mut position = start;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'0'..=b'9' => end = position + 1,
            b' ' | b'-' if end == position && position > start => {}
            _ => break,
        }
        position += 1;
    }
    end
}

/// Whether a number is a time in milliseconds: such have 13 digits and begin with a 1 until 2033, and no
/// card's number of 13 digits does.
fn is_time(digits: &[u8]) -> bool {
    digits.len() == 13 && digits[0] == b'1'
}

/// Whether a run holds a number that could be a card's: as a whole, or in some of its groups, since a date or a code
/// may follow a card's number as another group.
fn holds_card_number(run: &[u8]) -> bool {
    let groups: Vec<&[u8]> = run.split(|byte| !byte.is_ascii_digit()).collect();
    (0..groups.len()).any(|first| {
        let mut digits = Vec::new();
        groups[first..].iter().any(|group| {
            digits.extend_from_slice(group);
            is_card_number(&digits)
        })
    })
}

/// No card's number begins with a zero; ids and times may.
fn is_card_number(digits: &[u8]) -> bool {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[zeros..];
    let passes = |digits: &[u8]| digits[0] != b'0' && std::str::from_utf8(digits).is_ok_and(passes_luhn);
    if digits.len() <= *DIGITS.end() {
        return DIGITS.contains(&digits.len()) && passes(digits) && !is_time(digits);
    }
    // A number may have others' digits stuck to it: any part of the run may be the card's.
    DIGITS.into_iter().any(|len| digits.windows(len).any(passes))
}

/// Only of a number that stands alone the last digits are shown: beside it there may be its code.
fn hide(run: &mut [u8]) {
    let digits: Vec<u8> = run.iter().copied().filter(u8::is_ascii_digit).collect();
    let alone = digits.len() <= *DIGITS.end() && is_card_number(&digits);
    let hidden = digits.len() - if alone { SHOWN } else { 0 };
    for byte in run.iter_mut().filter(|byte| byte.is_ascii_digit()).take(hidden) {
        *byte = b'*';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_hidden_and_other_texts_are_not() {
        for (text, expected) in [
            ("", ""),
            ("HTTP 503 after 3 attempts", "HTTP 503 after 3 attempts"),
            ("card 4539620659922097.", "card ************2097."),
            ("4539 6206 5992 2097 refused", "**** **** **** 2097 refused"),
            ("4539-6206-5992-2097", "****-****-****-2097"),
            ("4539620659922098", "4539620659922098"),
            ("{\"n\":\"345817690311361\"}", "{\"n\":\"***********1361\"}"),
            ("01M83VVAE004HMASW9NF6YY002", "01M83VVAE004HMASW9NF6YY002"),
            ("ação 4539620659922097", "ação ************2097"),
            ("{\"at_ms\":1795426200073}", "{\"at_ms\":1795426200073}"),
            ("4222222222222", "*********2222"),
            ("00000000000000000000000001", "00000000000000000000000001"),
            ("0000000000000000000000000A", "0000000000000000000000000A"),
            ("04539620659922097", "*************2097"),
            ("453962065992209745396206599220971", "*********************************"),
            ("CHAR_45396206-5992-2097-8123-123456789012", "CHAR_45396206-5992-2097-8123-123456789012"),
            ("4539620659922097 123", "**************** ***"),
            ("4539620659922097-12-2030", "****************-**-****"),
            ("43 4539 6206 5992 2097", "** **** **** **** ****"),
            ("345817690311361 1234", "*************** ****"),
            ("at 1795426200073 12 34", "at 1795426200073 12 34"),
            ("4539-6206-5992-2097-8123-12345678901", "****-****-****-****-****-***********"),
        ] {
            assert_eq!(mask_card_numbers(text), expected);
            assert_eq!(mask_card_numbers_in(text.as_bytes()).is_some(), text != expected, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_masked_too() {
        let masked = mask_card_numbers_in(b"\xff4539620659922097\x00");
        assert_eq!(masked.as_deref(), Some(&b"\xff************2097\x00"[..]));
        assert_eq!(mask_card_numbers_in(b"\xff\x00"), None);
    }
}
