//! The cursor of a page: where the last one ended, and of which search.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Longest cursor that is looked at: a name has 120 characters, folded and encoded far fewer bytes.
const CURSOR_LEN_MAX: usize = 2048;

/// The sort values of the last product seen, bound to the search they came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    #[serde(rename = "q")]
    search: u64,
    #[serde(rename = "n")]
    pub(crate) name_folded: String,
    #[serde(rename = "i")]
    pub(crate) id: String,
}

impl Cursor {
    pub(crate) fn after(search: &str, name_folded: String, id: String) -> Self {
        Self { search: fnv1a(search), name_folded, id }
    }

    pub(crate) fn encode(&self) -> String {
        // Two texts and a number always serialise.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor, if it is one of `search`'s.
    pub(crate) fn decode(text: &str, search: &str) -> Option<Self> {
        if text.len() > CURSOR_LEN_MAX {
            return None;
        }
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (cursor.search == fnv1a(search)).then_some(cursor)
    }
}

/// FNV-1a, 64 bits: tells searches apart, and is the same on every machine and in every version. It
/// keeps mistakes out, not attackers: a forged cursor shows nothing that a search does not.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor::after("all", "cadeira \"gamer\"".to_owned(), "01J".to_owned());
        assert_eq!(Cursor::decode(&cursor.encode(), "all"), Some(cursor));
    }

    #[test]
    fn a_cursor_of_another_search_is_none() {
        let cursor = Cursor::after("name:mouse", "mouse".to_owned(), "01J".to_owned());
        assert_eq!(Cursor::decode(&cursor.encode(), "name:mesa"), None);
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        for text in ["", "!", "e30", "bm90IGpzb24", &"A".repeat(4096)] {
            assert_eq!(Cursor::decode(text, "all"), None, "{text}");
        }
    }
}
