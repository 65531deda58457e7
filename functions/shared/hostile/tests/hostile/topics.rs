//! Every topic's step over batches of good and bad records, with a log that fails now and then.

use std::collections::BTreeSet;

use gateway_domain::retry::RetryPolicy;
use gateway_edge::kafka::{RawRecord, Step, run_batch};
use gateway_hostile::{HostileRecord, cases, records};
use gateway_memory::clock::ManualClock;
use gateway_memory::index::MemoryIndex;
use gateway_memory::log::MemoryLog;
use gateway_memory::shop::{RESERVATION, Shop};
use gateway_wire::{DeadLetter, RecordOrigin, topics};
use handle_dlq::HandleDlq;
use index_products::IndexProducts;
use orchestrate_payment::OrchestratePayment;
use process_payment::ProcessPayment;
use proptest::prelude::*;
use schedule_retry::ScheduleRetry;
use settle_payment::SettlePayment;

use crate::examples;
use crate::servers::run;

/// How often a batch is delivered at most, with a minute between two: more often than the log fails.
const DELIVERIES_MAX: usize = 10;
const MINUTE_MS: i64 = 60_000;

/// A batch that a topic delivers, and how many records the log does not take at first.
fn batches(examples: &[String]) -> impl Strategy<Value = (Vec<HostileRecord>, usize)> + use<> {
    let texts: Vec<&str> = examples.iter().map(String::as_str).collect();
    (records(&texts, &RESERVATION.to_string()), 0_usize..4)
}

fn raw(topic: &str, batch: &[HostileRecord]) -> Vec<RawRecord> {
    let place = |offset| RecordOrigin { topic: topic.to_owned(), partition: 0, offset };
    let records = batch.iter().cloned().zip(0..);
    records
        .map(|(HostileRecord { key, value, headers }, offset)| RawRecord {
            origin: place(offset),
            timestamp_ms: 0,
            key,
            value,
            headers,
        })
        .collect()
}

/// Delivers what is not finished until all is: each record that cannot be read has a dead letter by then.
async fn deliver<S: Step>(
    step: &S,
    log: &MemoryLog,
    clock: &ManualClock,
    topic: &str,
    (batch, failing): &(Vec<HostileRecord>, usize),
) -> Result<(), TestCaseError> {
    let all = raw(topic, batch);
    let unreadable = all.iter().filter(|record| S::decode(record).is_err());
    let unreadable: BTreeSet<i64> = unreadable.map(|record| record.origin.offset).collect();
    let mut left = all;
    for delivery in 0..DELIVERIES_MAX {
        if delivery < 2 {
            log.fail_next(*failing, "broker away");
        }
        let offered: BTreeSet<i64> = left.iter().map(|record| record.origin.offset).collect();
        let response = run_batch(step, log, clock, left.clone()).await;
        let unfinished: BTreeSet<i64> =
            response.batch_item_failures.iter().map(|failure| failure.item_identifier.offset).collect();
        prop_assert!(unfinished.is_subset(&offered), "{unfinished:?} of {offered:?}");
        let buried = buried(log, topic);
        for offset in offered.difference(&unfinished) {
            prop_assert!(!unreadable.contains(offset) || buried.contains(offset), "{offset} is lost");
        }
        left.retain(|record| unfinished.contains(&record.origin.offset));
        if left.is_empty() {
            return Ok(());
        }
        clock.advance_millis(MINUTE_MS);
    }
    Err(TestCaseError::fail(format!("still not finished: {left:?}")))
}

/// The offsets of the topic's dead letters.
fn buried(log: &MemoryLog, topic: &str) -> BTreeSet<i64> {
    let letters = log.records(topics::PAYMENT_DLQ);
    let letters = letters.iter().filter_map(|logged| serde_json::from_slice(&logged.record.value).ok());
    letters
        .filter(|letter: &DeadLetter| letter.origin.topic == topic)
        .map(|letter| letter.origin.offset)
        .collect()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_record_of_order_queue_is_lost(batch in batches(&examples::orders())) {
        run(async {
            let Shop { ledger, vault, log, clock, .. } = Shop::open().await.unwrap();
            let step = OrchestratePayment { ledger, vault, log, clock };
            deliver(&step, &step.log, &step.clock, topics::ORDER_QUEUE, &batch).await
        })?;
    }

    #[test]
    fn no_record_of_process_purchases_is_lost(batch in batches(&examples::attempts())) {
        run(async {
            let Shop { vault, provider, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
            let step = ProcessPayment { attempts: vault, provider, log, clock };
            deliver(&step, &step.log, &step.clock, topics::PROCESS_PURCHASES, &batch).await
        })?;
    }

    #[test]
    fn no_record_of_purchases_processed_is_lost(batch in batches(&examples::verdicts())) {
        run(async {
            let Shop { ledger, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
            let step = SettlePayment { ledger, clock };
            deliver(&step, &log, &step.clock, topics::PURCHASES_PROCESSED, &batch).await
        })?;
    }

    #[test]
    fn no_record_of_payment_retry_is_lost(batch in batches(&examples::failures())) {
        run(async {
            let Shop { ledger, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
            let step = ScheduleRetry { ledger, policy: RetryPolicy::default(), clock };
            deliver(&step, &log, &step.clock, topics::PAYMENT_RETRY, &batch).await
        })?;
    }

    #[test]
    fn no_record_of_payment_dlq_is_lost(batch in batches(&examples::letters()), begun in any::<bool>()) {
        run(async {
            let shop = if begun { Shop::with_payment_begun().await } else { Shop::open().await };
            let Shop { ledger, vault, provider, log, clock } = shop.unwrap();
            let step = HandleDlq { ledger, vault, provider, clock, inquiry_grace_ms: 30_000 };
            deliver(&step, &log, &step.clock, topics::PAYMENT_DLQ, &batch).await
        })?;
    }

    #[test]
    fn no_record_of_the_product_changes_is_lost(batch in batches(&examples::changes())) {
        run(async {
            let Shop { log, clock, .. } = Shop::open().await.unwrap();
            let step = IndexProducts { index: MemoryIndex::default() };
            deliver(&step, &log, &clock, topics::PRODUCT_CHANGES, &batch).await
        })?;
    }
}
