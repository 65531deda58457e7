//! Texts from outside are cut to what their columns hold: a long message is no reason to fail.

/// Longest stable code of why a payment stands as it does, in characters.
pub(crate) const REASON_LEN_MAX: usize = 100;
/// Longest text of one detail of an event, in characters.
pub(crate) const DETAIL_LEN_MAX: usize = 500;

/// The first `len_max` characters of `text`.
#[must_use]
pub fn clip(text: &str, len_max: usize) -> String {
    text.chars().take(len_max).collect()
}
