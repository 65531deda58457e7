//! Side by side where order allows it: records of different keys together, of one key in order.

use std::collections::HashMap;
use std::future::Future;

use futures::StreamExt as _;
use futures::stream;
use tracing::Instrument as _;

use super::{Outcome, Record};

/// Why a record that is not at fault is not finished.
pub(super) const HELD_BACK: &str = "held back: an earlier record of the same key is not finished";

/// Handles each record with `handle`, at most `limit` keys at a time. After a record that must be
/// retried, later ones of its key are held back, so that none overtakes it.
pub async fn each_by_key<M, F, Fut>(batch: Vec<Record<M>>, limit: usize, handle: F) -> Vec<Outcome>
where
    F: Fn(Record<M>) -> Fut + Sync,
    Fut: Future<Output = Outcome>,
{
    let mut outcomes = vec![Outcome::Done; batch.len()];
    let mut finished =
        stream::iter(group(batch)).map(|group| in_order(group, &handle)).buffer_unordered(limit.max(1));
    while let Some(group) = finished.next().await {
        for (position, outcome) in group {
            outcomes[position] = outcome;
        }
    }
    outcomes
}

/// The records of each key with their positions, keys in the order of their first record.
fn group<M>(batch: Vec<Record<M>>) -> Vec<Vec<(usize, Record<M>)>> {
    let mut index_of = HashMap::new();
    let mut groups: Vec<Vec<(usize, Record<M>)>> = Vec::new();
    for (position, record) in batch.into_iter().enumerate() {
        let index = *index_of.entry(record.key.clone()).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Vec::new());
        }
        groups[index].push((position, record));
    }
    groups
}

async fn in_order<M, F, Fut>(group: Vec<(usize, Record<M>)>, handle: &F) -> Vec<(usize, Outcome)>
where
    F: Fn(Record<M>) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let mut outcomes = Vec::with_capacity(group.len());
    let mut blocked = false;
    for (position, record) in group {
        let outcome = if blocked {
            Outcome::Retry(HELD_BACK.to_owned())
        } else {
            let span = record.span.clone();
            handle(record).instrument(span).await
        };
        blocked |= matches!(outcome, Outcome::Retry(_));
        outcomes.push((position, outcome));
    }
    outcomes
}
