//! All charges, and every rule of when there is one. Pure but for the journal: time comes
//! in, answers go out, and the caller holds the one lock, which is what makes parallel
//! requests under one key come to one charge.

mod amend;
mod analysis;
mod entry;
mod inspect;
mod post;
mod restore;

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

pub(crate) use amend::{Amendment, Change};
pub(crate) use analysis::Notice;
pub(crate) use entry::{Attempt, Call, Entry, Outcome};
pub(crate) use inspect::ListQuery;
pub(crate) use post::Posted;

use crate::journal::Journal;
use crate::options::Options;

/// The charges and the ways to find them. `entries` only grows until it is reset, so that
/// an index into it is an identity.
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    by_charge_id: HashMap<String, usize>,
    by_reference: HashMap<String, Vec<usize>>,
    by_ciphertext: HashMap<String, usize>,
    /// Analyses still running: when each ends. All last equally long, so it is a queue.
    analyses: VecDeque<(i64, usize)>,
    rules: Rules,
    journal: Option<Journal>,
}

/// What the ledger needs of the [`Options`].
struct Rules {
    failures_max: u32,
    analysis_ms: i64,
    entries_max: usize,
    base_url: String,
}

impl Ledger {
    /// An empty ledger, or one filled from the journal.
    pub(crate) fn open(options: &Options, base_url: &str) -> std::io::Result<Self> {
        let rules = Rules {
            failures_max: options.failures,
            analysis_ms: i64::try_from(options.analysis_ms).unwrap_or(i64::MAX),
            entries_max: options.charges_max,
            base_url: base_url.to_owned(),
        };
        let mut ledger = Self::empty(rules);
        if let Some(path) = &options.journal {
            let (journal, lines) = Journal::open(path)?;
            ledger.restore(lines);
            ledger.journal = Some(journal);
        }
        Ok(ledger)
    }

    fn empty(rules: Rules) -> Self {
        Self {
            entries: Vec::new(),
            by_key: HashMap::new(),
            by_charge_id: HashMap::new(),
            by_reference: HashMap::new(),
            by_ciphertext: HashMap::new(),
            analyses: VecDeque::new(),
            rules,
            journal: None,
        }
    }

    /// Makes an entry findable. Entries enter here, new ones and restored ones alike.
    fn insert(&mut self, entry: Entry) -> usize {
        let index = self.entries.len();
        if let Some(key) = &entry.key {
            self.by_key.insert(key.clone(), index);
        }
        if let Some(reference) = &entry.order.reference_id {
            self.by_reference.entry(reference.clone()).or_default().push(index);
        }
        if let Some(ciphertext) = &entry.order.card.ciphertext_sha256 {
            self.by_ciphertext.insert(ciphertext.clone(), index);
        }
        self.entries.push(entry);
        index
    }

    /// Writes an entry's new state to the journal, before anyone is told of it.
    fn write(&mut self, index: usize) {
        let (Some(journal), Some(entry)) = (&mut self.journal, self.entries.get(index)) else { return };
        if let Err(error) = journal.append(index, entry) {
            tracing::error!(%error, "the journal could not be written: a restart will not know this charge");
        }
    }

    /// PagBank's JSON of an entry's charge; `amount_off_by` makes it lie.
    fn render(&self, index: usize, amount_off_by: u64) -> Option<Bytes> {
        let entry = self.entries.get(index)?;
        let charge = entry.charge.as_ref()?;
        let view = charge.view(&entry.order, entry.order.amount_cents + amount_off_by, &self.rules.base_url);
        serde_json::to_vec(&view).ok().map(Bytes::from)
    }
}
