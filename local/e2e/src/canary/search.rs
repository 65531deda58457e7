//! One pass over any bytes, for all secrets in all forms at once.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::encodings::{ciphertext_forms, number_forms};
use super::{Card, Encoded};

/// How much of what stands around a hit is shown.
const AROUND_BYTES: usize = 60;

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Among what it was found.
    pub kind: &'static str,
    /// Where, such as a file or a topic with partition and offset.
    pub place: String,
    /// Whose number it is.
    pub secret: String,
    /// How it was written.
    pub form: String,
    /// What stands around it.
    pub around: String,
}

/// Looks for secrets, and keeps count of what it has looked at.
pub struct Search {
    automaton: AhoCorasick,
    needles: Vec<(String, String)>,
    longest: usize,
    hits: Vec<Hit>,
    looked_at: BTreeMap<&'static str, u64>,
}

impl Search {
    /// A search for these cards' numbers and these ciphertexts.
    pub fn new(cards: &[Card], ciphertexts: &[(String, String)]) -> Self {
        let mut all: Vec<(String, Encoded)> = Vec::new();
        for card in cards {
            all.extend(number_forms(&card.number).into_iter().map(|form| (card.name.clone(), form)));
        }
        for (name, text) in ciphertexts {
            all.extend(ciphertext_forms(text).into_iter().map(|form| (name.clone(), form)));
        }
        let automaton = AhoCorasick::new(all.iter().map(|(_, form)| &form.bytes)).unwrap();
        let longest = all.iter().map(|(_, form)| form.bytes.len()).max().unwrap_or(0);
        let needles = all.into_iter().map(|(name, encoded)| (name, encoded.form)).collect();
        Self { automaton, needles, longest, hits: Vec::new(), looked_at: BTreeMap::new() }
    }

    /// Looks at one thing of a `kind`, such as a record; `place` names it if something is found.
    pub fn look(&mut self, kind: &'static str, place: impl FnOnce() -> String, bytes: &[u8]) {
        *self.looked_at.entry(kind).or_default() += 1;
        self.find(kind, place, bytes);
    }

    /// Looks at bytes without counting them.
    pub(super) fn find(&mut self, kind: &'static str, place: impl FnOnce() -> String, bytes: &[u8]) {
        let found: Vec<_> = self.automaton.find_iter(bytes).collect();
        if found.is_empty() {
            return;
        }
        let place = place();
        self.hits.extend(found.into_iter().map(|hit| {
            let (secret, form) = self.needles[hit.pattern().as_usize()].clone();
            let (from, to) = (hit.start().saturating_sub(AROUND_BYTES), hit.end() + AROUND_BYTES);
            let around = String::from_utf8_lossy(&bytes[from..to.min(bytes.len())]).into_owned();
            Hit { kind, place: place.clone(), secret, form, around }
        }));
    }

    /// Counts one more thing of a kind.
    pub(super) fn count(&mut self, kind: &'static str) {
        *self.looked_at.entry(kind).or_default() += 1;
    }

    /// How many bytes of one piece the next must repeat, so that nothing is missed between them.
    pub(super) const fn overlap(&self) -> usize {
        self.longest
    }

    /// How many things of a kind were looked at.
    pub fn looked_at(&self, kind: &str) -> u64 {
        self.looked_at.get(kind).copied().unwrap_or(0)
    }

    /// What was found.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }
}
