//! What happened, line by line: only written when somebody will read it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::runtime::lock;

/// Letters and digits of an id.
const ID_LEN: usize = 26;

/// The story of a run.
pub struct History {
    lines: Option<Mutex<Vec<String>>>,
}

impl History {
    /// A story that is written down, or one that is not.
    #[must_use]
    pub fn new(tells: bool) -> Self {
        Self { lines: tells.then(Mutex::default) }
    }

    /// Adds a line.
    pub fn tell(&self, at_ms: i64, what: impl FnOnce() -> String) {
        if let Some(lines) = &self.lines {
            let (seconds, millis) = (at_ms / 1000, at_ms % 1000);
            lock(lines).push(format!("{seconds:>6}.{millis:03}  {}", what()));
        }
    }

    /// The lines so far, with short names for long ids.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut names = Names::default();
        let lines = self.lines.as_ref().map(|lines| lock(lines).clone()).unwrap_or_default();
        lines.iter().map(|line| names.shorten(line)).collect()
    }
}

/// Short names of ids, in the order in which these come up.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    /// An id is told in full the first time: `#3=01M8…`, then `#3`.
    fn shorten(&mut self, line: &str) -> String {
        let mut short = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let word = &rest[start..];
            let len = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
            short.push_str(&rest[..start]);
            short.push_str(&self.name(&word[..len]));
            rest = &word[len..];
        }
        short + rest
    }

    fn name(&mut self, word: &str) -> String {
        let is_id = word.len() == ID_LEN && word.bytes().all(|byte| !byte.is_ascii_lowercase());
        if !is_id {
            return word.to_owned();
        }
        let next = self.0.len() + 1;
        match self.0.get(word) {
            Some(number) => format!("#{number}"),
            None => {
                self.0.insert(word.to_owned(), next);
                format!("#{next}={word}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_in_full_once() {
        let (one, other) = ("01M83VWS6RR0CVKD04P7HQE6KJ", "01M83VVKS1QZHDSBHNQXCZ7H4R");
        let mut names = Names::default();
        for (line, expected) in [
            (
                format!("payment {one} of {other} is PROCESSING"),
                format!("payment #1={one} of #2={other} is PROCESSING"),
            ),
            (format!("({one}) → order_queue-0@1"), "(#1) → order_queue-0@1".to_owned()),
            ("psp: CHAR_1 é".to_owned(), "psp: CHAR_1 é".to_owned()),
        ] {
            assert_eq!(names.shorten(&line), expected);
        }
    }
}
