//! Hiding what looks like a card number in texts from outside.

use crate::card::passes_luhn;

/// Digits a card number has at least, and at most.
const DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// Digits that may be shown, at the end.
const SHOWN: usize = 4;

/// `text` with each number that could be a card's reduced to its last four digits. Groups divided by a
/// blank or a dash count as one number, as people write them.
#[must_use]
pub fn mask_card_numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut start = 0;
    while start < chars.len() {
        let end = number_end(&chars, start);
        if end > start && is_card_number(&chars[start..end]) {
            hide(&chars[start..end], &mut masked);
        } else {
            masked.extend(&chars[start..end.max(start + 1)]);
        }
        start = end.max(start + 1);
    }
    masked
}

/// Where the run of digits and single dividers that begins at `start` ends; `start` itself for none.
fn number_end(chars: &[char], start: usize) -> usize {
    let mut end = start;
    let mut position = start;
    while let Some(char) = chars.get(position) {
        match char {
            '0'..='9' => end = position + 1,
            ' ' | '-' if end == position && position > start => {}
            _ => break,
        }
        position += 1;
    }
    end
}

fn is_card_number(run: &[char]) -> bool {
    let digits: String = run.iter().filter(|char| char.is_ascii_digit()).collect();
    let longest = digits.len().min(*DIGITS.end());
    // A number may have others' digits stuck to it: any part of the run may be the card's.
    DIGITS.contains(&digits.len()) && passes_luhn(&digits)
        || digits.len() > *DIGITS.end()
            && (*DIGITS.start()..=longest).any(|len| {
                digits.as_bytes().windows(len).any(|part| std::str::from_utf8(part).is_ok_and(passes_luhn))
            })
}

fn hide(run: &[char], masked: &mut String) {
    let digits = run.iter().filter(|char| char.is_ascii_digit()).count();
    let mut seen = 0;
    for char in run {
        if char.is_ascii_digit() {
            seen += 1;
            masked.push(if seen + SHOWN > digits { *char } else { '*' });
        } else {
            masked.push(*char);
        }
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
        ] {
            assert_eq!(mask_card_numbers(text), expected);
        }
    }
}
