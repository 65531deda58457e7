//! Attempts, age, size, and the destination.

use std::time::Duration;

use super::*;
use crate::esm::config::{EventSource, OnFailureDestination};
use crate::esm::testing::record_of;

fn with_destination() -> MappingConfig {
    MappingConfig { on_failure: Some(OnFailureDestination::KafkaTopic("dlq".to_owned())), ..config() }
}

#[test]
fn without_end_but_with_a_destination_there_are_10_retries() {
    let mut stage = Stage::new(&with_destination());
    stage.push(0, [0]);
    let mut delivery = stage.delivery();
    for _ in 0..10 {
        stage.fail(&delivery);
        delivery = stage.later_delivery();
    }
    stage.fail(&delivery);
    assert_eq!(stage.letters().1.len(), 1);
    assert_eq!(delivery.attempt, 11);
}

#[test]
fn each_failed_record_gets_its_own_letter_with_its_key() {
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(0), ..with_destination() });
    stage.push(0, 0..3);
    let delivery = stage.delivery();
    stage.push(0, [3]);
    stage.end(&delivery, &failed(&[(0, 0), (0, 2)]));
    let (job, letters) = stage.letters();
    assert_eq!(letters.iter().flat_map(|l| l.records.clone()).collect::<Vec<_>>(), of(0, [0, 2]));
    assert!(letters.iter().all(|letter| letter.key.as_deref() == Some(b"key")));
    assert_eq!(stage.next(), None, "3 waits for the destination");
    stage.engine.letters_finished(job, &Default::default(), stage.now_ms);
    assert_eq!(content(&stage.delivery()), of(0, [3]));
    assert_eq!(stage.committed[&0], 3);
}

#[test]
fn a_failing_destination_loses_nothing() {
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(0), ..with_destination() });
    stage.push(0, 0..3);
    let delivery = stage.delivery();
    stage.fail(&delivery);
    let (job, _) = stage.letters();
    stage.engine.letters_finished(job, &[(0, 1)].into(), stage.now_ms);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 1, "1 is not delivered yet");
    stage.now_ms = stage.engine.next_wake_ms().unwrap();
    let (job, letters) = stage.letters();
    assert_eq!(letters.iter().flat_map(|l| l.records.clone()).collect::<Vec<_>>(), [(0, 1)]);
    stage.engine.letters_finished(job, &Default::default(), stage.now_ms);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 3);
}

#[test]
fn the_letter_reads_as_in_the_developer_guide() {
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(0), ..with_destination() });
    stage.push(0, [100]);
    let delivery = stage.delivery();
    stage.fail(&delivery);
    let (_, letters) = stage.letters();
    let mut letter: serde_json::Value = serde_json::from_slice(&letters[0].value).unwrap();
    let request_id = letter["requestContext"]["requestId"].take();
    assert_eq!(request_id.as_str().unwrap().len(), 36);
    let expected = serde_json::json!({
        "requestContext": {
            "requestId": null,
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:pay:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 1
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2018-12-17T22:10:50.987Z",
        "KafkaBatchInfo": {
            "batchSize": 1,
            "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/c/1",
            "bootstrapServers": "b-1:9092,b-2:9092",
            "payloadSize": delivery.payload.len(),
            "recordInfo": {"offset": "100", "timestamp": "2018-12-17T22:10:50.987Z"}
        },
        "payload": serde_json::from_slice::<serde_json::Value>(&delivery.payload).unwrap()
    });
    assert_eq!(letter, expected);
}

#[test]
fn a_self_managed_cluster_has_no_arn_in_event_or_letter() {
    let mapping = MappingConfig { source: EventSource::SelfManaged, ..with_destination() };
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(0), ..mapping });
    stage.push(0, [0]);
    let delivery = stage.delivery();
    let event: serde_json::Value = serde_json::from_slice(&delivery.payload).unwrap();
    assert_eq!(event["eventSource"], "SelfManagedKafka");
    assert!(event.get("eventSourceArn").is_none());
    stage.fail(&delivery);
    let letter: serde_json::Value = serde_json::from_slice(&stage.letters().1[0].value).unwrap();
    assert!(letter["KafkaBatchInfo"].get("eventSourceArn").is_none());
}

#[test]
fn an_oversize_record_is_never_delivered_and_keeps_its_turn() {
    let mut stage = Stage::new(&with_destination());
    stage.push(0, [0]);
    stage.engine.push(record_of(0, 1, &vec![b'x'; 5_000_000]), MADE_MS);
    stage.push(0, [2]);
    let delivery = stage.delivery();
    assert_eq!(content(&delivery), of(0, [0]));
    stage.succeed(&delivery);
    let (job, letters) = stage.letters();
    let letter: serde_json::Value = serde_json::from_slice(&letters[0].value).unwrap();
    assert_eq!(letter["requestContext"]["condition"], "MaximumPayloadSizeExceeded");
    assert!(letter["responseContext"].is_null());
    assert_eq!(letter["requestContext"]["approximateInvokeCount"], 0);
    stage.engine.letters_finished(job, &Default::default(), stage.now_ms);
    assert_eq!(content(&stage.delivery()), of(0, [2]));
    assert_eq!(stage.committed[&0], 2);
}

#[test]
fn without_a_destination_an_oversize_record_is_dropped() {
    let mut stage = Stage::new(&config());
    stage.engine.push(record_of(0, 0, &vec![b'x'; 5_000_000]), MADE_MS);
    stage.push(0, [1]);
    assert_eq!(content(&stage.delivery()), of(0, [1]));
    assert!(matches!(
        stage.notes[..],
        [Action::Drop { condition: Condition::MaximumPayloadSizeExceeded, .. }]
    ));
}

#[test]
fn records_too_old_are_given_up_before_each_delivery() {
    let age = Some(Duration::from_secs(60));
    let mut stage = Stage::new(&MappingConfig { maximum_record_age: age, ..with_destination() });
    stage.push(0, [0]);
    let delivery = stage.delivery();
    stage.now_ms = MADE_MS + 60_000;
    stage.end(&delivery, &InvokeOutcome::Throttled);
    let (_, letters) = {
        assert_eq!(stage.next(), None);
        stage.now_ms = stage.engine.next_wake_ms().unwrap();
        stage.letters()
    };
    let letter: serde_json::Value = serde_json::from_slice(&letters[0].value).unwrap();
    assert_eq!(letter["requestContext"]["condition"], "RecordAgeExceeded");
    assert!(letter["responseContext"].is_null(), "the function never answered");
}

#[test]
fn a_batch_without_attempts_left_is_dropped_where_there_is_no_destination() {
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(1), ..config() });
    stage.push(0, [0, 1]);
    let delivery = stage.delivery();
    stage.push(0, [2]);
    stage.fail(&delivery);
    let delivery = stage.later_delivery();
    stage.fail(&delivery);
    assert_eq!(content(&stage.delivery()), of(0, [2]));
    assert!(matches!(stage.notes.last(), Some(Action::Drop { records: 2, .. })));
    assert_eq!(stage.committed[&0], 2);
}
