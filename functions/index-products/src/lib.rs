//! Carries product changes into the search index.
//!
//! Reads Debezium's topic of the product table; a batch is one bulk call. Order needs no care: the
//! row's version is the document's, so that whatever comes late or twice changes nothing. It never
//! reads the table.

mod row;

use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_ports::index::{IndexChange, IndexOutcome, WriteIndex};
use gateway_wire::DeadLetterCause;
use row::ProductRow;

/// The step with the port it needs.
pub struct IndexProducts<I> {
    /// Where changes are carried to.
    pub index: I,
}

impl<I: WriteIndex> Step for IndexProducts<I> {
    const NAME: &'static str = "index-products";
    /// `None` is a tombstone: it tells Kafka's log cleaner what an earlier record has told us.
    type Message = Option<IndexChange>;

    fn decode(record: &RawRecord) -> Result<Option<IndexChange>, DeadLetterCause> {
        if record.value.is_none() {
            return Ok(None);
        }
        kafka::decode_json::<ProductRow>(record).map(|row| Some(row.into_change()))
    }

    async fn handle(&self, batch: Vec<Record<Option<IndexChange>>>) -> Vec<Outcome> {
        let is_change: Vec<_> = batch.iter().map(|record| record.message.is_some()).collect();
        let changes: Vec<_> = batch.into_iter().filter_map(|record| record.message).collect();
        match self.index.apply(&changes).await {
            Ok(outcomes) => {
                tracing::info!(changes = changes.len(), "indexed");
                let mut outcomes = outcomes.into_iter().map(outcome);
                is_change.iter().map(|change| answer(*change, &mut outcomes)).collect()
            }
            Err(error) => is_change.iter().map(|change| unless_tombstone(*change, &error.message)).collect(),
        }
    }
}

/// The next outcome for a change; a tombstone has none of its own.
fn answer(is_change: bool, outcomes: &mut impl Iterator<Item = Outcome>) -> Outcome {
    if !is_change {
        return Outcome::Done;
    }
    outcomes.next().unwrap_or_else(|| Outcome::Retry("the index gave no answer".to_owned()))
}

fn unless_tombstone(is_change: bool, error: &str) -> Outcome {
    if is_change { Outcome::Retry(format!("not indexed: {error}")) } else { Outcome::Done }
}

fn outcome(indexed: IndexOutcome) -> Outcome {
    match indexed {
        IndexOutcome::Applied | IndexOutcome::Superseded => Outcome::Done,
        IndexOutcome::Retry(reason) => Outcome::Retry(reason),
        IndexOutcome::Poison(reason) => {
            Outcome::Dead(DeadLetterCause { code: "not_indexable".to_owned(), message: reason })
        }
    }
}
