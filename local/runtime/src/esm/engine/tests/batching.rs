//! When a batch goes, and with what.

use std::time::Duration;

use super::*;
use crate::esm::limits::PAYLOAD_BYTES_MAX;
use crate::esm::testing::record_of;

#[test]
fn without_a_window_records_go_at_once() {
    let mut stage = Stage::new(&config());
    stage.push(0, [5]);
    let delivery = stage.delivery();
    assert_eq!(content(&delivery), of(0, [5]));
    stage.succeed(&delivery);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 6);
}

#[test]
fn the_window_starts_with_the_oldest_record_and_ends_with_a_full_batch() {
    let window = Duration::from_millis(500);
    let mut stage = Stage::new(&MappingConfig { batch_size: 3, maximum_batching_window: window, ..config() });
    stage.push(0, [0]);
    stage.now_ms += 300;
    stage.push(1, [0]);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.engine.next_wake_ms(), Some(MADE_MS + 500));
    stage.now_ms = MADE_MS + 500;
    assert_eq!(content(&stage.delivery()), [(0, 0), (1, 0)]);
    stage.push(2, [0, 1, 2]);
    assert_eq!(content(&stage.delivery()), of(2, [0, 1, 2]), "full: the window is not waited for");
}

#[test]
fn patience_makes_batches_gather_longer_than_the_window() {
    let mut stage = Stage::new(&MappingConfig { batch_size: 3, ..config() });
    stage.engine.set_patience(Duration::from_millis(100));
    stage.push(0, [0]);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.engine.next_wake_ms(), Some(MADE_MS + 100));
    stage.push(1, [0, 1]);
    assert_eq!(stage.delivery().records, 3, "full: nobody is patient with it");
    stage.push(2, [0]);
    assert_eq!(stage.next(), None);
    stage.engine.set_patience(Duration::ZERO);
    assert_eq!(content(&stage.delivery()), of(2, [0]));
}

#[test]
fn a_window_longer_than_the_patience_stays_as_it_is() {
    let window = Duration::from_millis(500);
    let mut stage = Stage::new(&MappingConfig { maximum_batching_window: window, ..config() });
    stage.engine.set_patience(Duration::from_millis(100));
    stage.push(0, [0]);
    assert_eq!(stage.engine.next_wake_ms(), Some(MADE_MS + 500));
}

#[test]
fn a_batch_has_at_most_batch_size_records_from_several_partitions() {
    let mut stage = Stage::new(&MappingConfig { batch_size: 5, ..config() });
    for partition in 0..3 {
        stage.push(partition, 0..3);
    }
    let first = stage.delivery();
    assert_eq!(content(&first), [of(0, 0..3), of(1, 0..2)].concat());
    let second = stage.delivery();
    assert_eq!(content(&second), of(2, 0..3), "a partition in flight is left alone");
    assert_eq!(stage.next(), None);
    stage.succeed(&first);
    assert_eq!(content(&stage.delivery()), of(1, [2]));
}

#[test]
fn concurrency_is_limited() {
    let backoff = Backoff { min_ms: 0, max_ms: 0 };
    let options = EngineOptions { concurrent_invocations_max: 1, backoff, seed: 1 };
    let mut stage = Stage::new(&MappingConfig { batch_size: 1, ..config() });
    stage.engine = Engine::new(&MappingConfig { batch_size: 1, ..config() }, options);
    (0..2).for_each(|partition| stage.engine.assign(partition));
    stage.push(0, [0]);
    stage.push(1, [0]);
    let first = stage.delivery();
    assert_eq!(stage.next(), None);
    assert_eq!(stage.engine.next_wake_ms(), None, "nothing to wait for but the call");
    stage.succeed(&first);
    assert_eq!(content(&stage.delivery()), of(1, [0]));
}

#[test]
fn an_event_stays_within_6_mb() {
    let mut stage = Stage::new(&config());
    let value = vec![b'x'; 1_000_000];
    for offset in 0..10 {
        stage.engine.push(record_of(0, offset, &value), MADE_MS);
    }
    let delivery = stage.delivery();
    assert_eq!(delivery.records, 4, "4 MB are 5.4 MB in base64");
    assert!(delivery.payload.len() <= PAYLOAD_BYTES_MAX);
    stage.succeed(&delivery);
    assert_eq!(content(&stage.delivery()), of(0, 4..8));
}

#[test]
fn reading_ahead_is_bounded_by_records_and_by_bytes() {
    let mut stage = Stage::new(&MappingConfig { batch_size: 3, ..config() });
    stage.push(0, 0..2);
    assert!(stage.engine.wants(0));
    stage.push(0, [2]);
    assert!(!stage.engine.wants(0));
    assert!(!stage.engine.wants(9), "not assigned");
    let mut large = Stage::new(&config());
    large.engine.push(record_of(0, 0, &vec![b'x'; 5_000_000]), MADE_MS);
    assert!(!large.engine.wants(0));
}

#[test]
fn without_room_only_empty_partitions_are_fed() {
    let mut stage = Stage::new(&config());
    let room = stage.engine.room_bytes();
    stage.push(0, [0]);
    assert!(stage.engine.room_bytes() < room, "what waits takes room");
    assert!(stage.engine.wants(0));
    assert!(!stage.engine.wants_within(0, 0));
    assert!(stage.engine.wants_within(1, 0), "a partition that is stuck starves no other");
    let delivery = stage.delivery();
    assert_eq!(stage.engine.room_bytes(), room, "what is on its way does not");
    stage.succeed(&delivery);
}

#[test]
fn behind_a_failing_record_filtered_ones_are_not_read_on_without_end() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0]);
    let delivery = stage.delivery();
    (1..1_000_000).for_each(|offset| stage.engine.skip(0, offset));
    assert!(!stage.engine.wants(0));
    stage.succeed(&delivery);
    assert!(stage.engine.wants(0));
}

#[test]
fn filtered_records_count_as_finished() {
    let mut stage = Stage::new(&config());
    stage.engine.skip(0, 0);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 1, "a poll that is filtered out entirely is committed");
    stage.push(0, [1]);
    stage.engine.skip(0, 2);
    let delivery = stage.delivery();
    assert_eq!(stage.committed[&0], 1, "2 waits for 1");
    stage.succeed(&delivery);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 3);
}

#[test]
fn a_batch_of_10_000_is_cheap() {
    let mut stage = Stage::new(&MappingConfig { batch_size: 10_000, ..config() });
    let started = std::time::Instant::now();
    stage.push(0, 0..10_000);
    let delivery = stage.delivery();
    let items: Vec<_> = of(0, (0..10_000).step_by(2));
    stage.end(&delivery, &failed(&items));
    let retry = stage.later_delivery();
    assert_eq!(retry.records, 5_000);
    stage.succeed(&retry);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 10_000);
    assert!(started.elapsed() < Duration::from_secs(1), "took {:?}", started.elapsed());
}
