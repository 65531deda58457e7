//! The step over whole batches, on the index and log in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::{ProductId, Timestamp};
use gateway_edge::kafka::{KafkaBatchResponse, RawRecord, run_batch};
use gateway_memory::clock::ManualClock;
use gateway_memory::index::MemoryIndex;
use gateway_memory::log::MemoryLog;
use gateway_ports::index::{IndexOutcome, SearchProducts as _};
use gateway_wire::{RecordOrigin, topics};
use index_products::IndexProducts;

const NOTEBOOK: &str = "01JB3Q00000000000000000001";
const MOUSE: &str = "01JB3Q00000000000000000002";

/// As Debezium writes it.
fn row(id: &str, name: &str, version: u64, deleted: bool) -> Option<String> {
    Some(format!(
        r#"{{"id":"{id}","name":"{name}","price":"4500.0000","available":10,"version":{version},"__deleted":"{deleted}"}}"#
    ))
}

struct World {
    step: IndexProducts<MemoryIndex>,
    log: MemoryLog,
    next_offset: std::cell::Cell<i64>,
}

impl World {
    fn new() -> Self {
        let step = IndexProducts { index: MemoryIndex::default() };
        Self { step, log: MemoryLog::default(), next_offset: 0.into() }
    }

    /// The offsets that are not finished.
    async fn deliver(&self, values: &[Option<String>]) -> Vec<i64> {
        let records = values.iter().map(|value| self.record(value.as_deref())).collect();
        let clock = ManualClock::new(Timestamp::from_millis(1), 1);
        let KafkaBatchResponse { batch_item_failures } =
            run_batch(&self.step, &self.log, &clock, records).await;
        batch_item_failures.iter().map(|failure| failure.item_identifier.offset).collect()
    }

    fn record(&self, value: Option<&str>) -> RawRecord {
        let offset = self.next_offset.replace(self.next_offset.get() + 1);
        let origin = RecordOrigin { topic: topics::PRODUCT_CHANGES.into(), partition: 0, offset };
        let value = value.map(|text| text.as_bytes().to_vec());
        // Each change has a key of its own, as each product has.
        let key = Some(offset.to_be_bytes().to_vec());
        RawRecord { origin, timestamp_ms: 0, key, value, headers: vec![] }
    }

    async fn name(&self, id: &str) -> Option<String> {
        let id: ProductId = id.parse().unwrap();
        self.step.index.find_by_id(id).await.unwrap().map(|product| product.name)
    }

    fn dead_letters(&self) -> usize {
        self.log.records(topics::PAYMENT_DLQ).len()
    }
}

/// No database gives such a version, and the index takes none: the others of its batch go on.
#[tokio::test]
async fn a_version_that_no_index_takes_is_dead_lettered_alone() {
    let world = World::new();
    let too_high = [u64::MAX, i64::MAX.unsigned_abs()];
    let mut batch = vec![row(NOTEBOOK, "Notebook", 1, false)];
    batch.extend(too_high.map(|version| row(MOUSE, "Mouse", version, false)));
    assert_eq!(world.deliver(&batch).await, Vec::<i64>::new());
    assert_eq!(world.dead_letters(), too_high.len());
    assert_eq!(world.name(NOTEBOOK).await.as_deref(), Some("Notebook"));
    assert_eq!(world.name(MOUSE).await, None);
}

#[tokio::test]
async fn a_batch_is_one_bulk_call_and_money_keeps_its_digits() {
    let world = World::new();
    let unfinished =
        world.deliver(&[row(NOTEBOOK, "Notebook", 1, false), row(MOUSE, "Mouse", 1, false)]).await;
    assert!(unfinished.is_empty());
    assert_eq!(world.step.index.bulk_calls(), 1);
    let product = world.step.index.find_by_id(NOTEBOOK.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((product.price.to_string().as_str(), product.available), ("4500.00", 10));
}

#[tokio::test]
async fn a_deletion_arrives_and_a_replay_brings_nothing_back() {
    let world = World::new();
    let first = row(NOTEBOOK, "Notebook", 3, false);
    let deletion = row(NOTEBOOK, "Notebook", 3, true);
    assert!(world.deliver(&[first.clone(), deletion, None]).await.is_empty());
    assert_eq!(world.name(NOTEBOOK).await, None);
    assert!(world.deliver(&[first]).await.is_empty());
    assert_eq!(world.name(NOTEBOOK).await, None);
}

#[tokio::test]
async fn what_cannot_be_read_is_dead_lettered_and_blocks_nothing() {
    let world = World::new();
    let no_row = Some(r#"{"id":"not an id"}"#.to_owned());
    let no_json = Some("{".to_owned());
    assert!(world.deliver(&[no_row, row(MOUSE, "Mouse", 1, false), no_json]).await.is_empty());
    assert_eq!(world.name(MOUSE).await.as_deref(), Some("Mouse"));
    assert_eq!(world.dead_letters(), 2);
}

#[tokio::test]
async fn each_item_of_the_bulk_answer_counts_for_its_own_record() {
    let world = World::new();
    let index = &world.step.index;
    index.answer_next(NOTEBOOK.parse().unwrap(), IndexOutcome::Poison("bad field".into()));
    index.answer_next(MOUSE.parse().unwrap(), IndexOutcome::Retry("too many requests".into()));
    let batch = [
        row(NOTEBOOK, "Notebook", 1, false),
        None,
        row(MOUSE, "Mouse", 1, false),
        row("01JB3Q00000000000000000003", "Mesa", 1, false),
    ];
    assert_eq!(world.deliver(&batch).await, [2]);
    assert_eq!(world.dead_letters(), 1);
    assert_eq!(world.name("01JB3Q00000000000000000003").await.as_deref(), Some("Mesa"));
}

#[tokio::test]
async fn an_index_that_is_away_leaves_every_change_unfinished() {
    let world = World::new();
    world.step.index.set_outage(Some("connection refused"));
    assert_eq!(world.deliver(&[row(NOTEBOOK, "Notebook", 1, false), None]).await, [0]);
    world.step.index.set_outage(None);
    assert!(world.deliver(&[row(NOTEBOOK, "Notebook", 1, false)]).await.is_empty());
    assert_eq!(world.dead_letters(), 0);
}
