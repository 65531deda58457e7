//! Texts where an id, a number, a cursor or a name is expected.

use proptest::prelude::*;
use proptest::sample::select;

const CRAFTED: [&str; 30] = [
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "NaN",
    "18446744073709551616",
    "9999999999999999999999999999999999999999",
    "null",
    "undefined",
    "..%2f..%2fetc",
    "../../etc/passwd",
    "' OR 1=1 --",
    "\"",
    "\\",
    "*",
    "W/\"1-1\", \"",
    "\u{0}",
    "\u{202e}gnirts",
    "🧾🧾🧾",
    "ＡＤＭＩＮ",
    "e30",
    "eyJxIjowLCJuIjoiIiwiaSI6IiJ9",
    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "01m83vvae004hmasw9nf6yy002",
    "01M83VVAE004HMASW9NF6YY00U",
    "00000000000000000000000000",
    "01M83VVAE004HMASW9NF6YY0022",
];

/// Any text.
pub fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(CRAFTED.to_vec()).prop_map(str::to_owned),
        3 => any::<String>(),
        2 => "[0-9A-HJKMNP-TV-Z]{26}",
        1 => (select(vec!["A", "é", "%", "0"]), 100_usize..5_000).prop_map(|(part, times)| part.repeat(times)),
    ]
}

/// Any text that can stand in a header: HTTP servers let no other pass.
pub fn header() -> impl Strategy<Value = String> {
    word().prop_map(|text| text.chars().filter(|char| matches!(char, ' '..='~' | '\u{80}'..)).collect())
}
