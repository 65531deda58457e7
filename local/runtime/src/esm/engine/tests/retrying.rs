//! What comes again, when, and what it holds up.

use super::*;

#[test]
fn a_failed_batch_comes_again_whole_and_holds_its_partition() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0, 1]);
    let first = stage.delivery();
    stage.push(0, [2]);
    stage.fail(&first);
    let again = stage.later_delivery();
    assert_eq!((content(&again), again.attempt), (of(0, [0, 1]), 2));
    stage.push(1, [0]);
    let other = stage.delivery();
    assert_eq!(content(&other), of(1, [0]), "other partitions go on");
    stage.succeed(&again);
    assert_eq!(content(&stage.delivery()), of(0, [2]));
}

#[test]
fn waits_grow_up_to_the_cap() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0]);
    let mut delivery = stage.delivery();
    for ceiling_ms in [100, 200, 400, 800, 1_000, 1_000] {
        let before_ms = stage.now_ms;
        stage.fail(&delivery);
        delivery = stage.later_delivery();
        let waited_ms = stage.now_ms - before_ms;
        assert!((ceiling_ms / 2..=ceiling_ms).contains(&waited_ms), "{waited_ms} of {ceiling_ms} ms");
    }
}

#[test]
fn only_the_items_named_come_again_in_order_and_hold_their_partition_only() {
    let mut stage = Stage::new(&config());
    stage.push(0, 0..4);
    stage.push(1, 0..2);
    let first = stage.delivery();
    stage.push(0, [4]);
    stage.push(1, [2]);
    let resolution = stage.end(&first, &failed(&[(0, 3), (0, 1)]));
    assert_eq!(resolution.failed_records, 2);
    assert_eq!(content(&stage.delivery()), of(1, [2]), "partition 1 is free");
    let again = stage.later_delivery();
    assert_eq!(content(&again), of(0, [1, 3]), "4 waits");
    assert_eq!(stage.committed[&0], 1, "the prefix ends before 1");
    stage.succeed(&again);
    assert_eq!(content(&stage.delivery()), of(0, [4]));
    assert_eq!(stage.committed[&0], 4);
}

#[test]
fn a_response_that_makes_no_sense_fails_the_whole_batch() {
    for body in [r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"pay-0","offset":9}}]}"#, "nonsense"]
    {
        let mut stage = Stage::new(&config());
        stage.push(0, [0, 1]);
        let first = stage.delivery();
        let resolution = stage.end(&first, &InvokeOutcome::Success(body.into()));
        assert_eq!(resolution.failed_records, 2, "{body}");
        assert_eq!(content(&stage.later_delivery()), of(0, [0, 1]), "{body}");
    }
}

#[test]
fn responses_are_not_read_unless_configured() {
    let mut stage = Stage::new(&MappingConfig { report_batch_item_failures: false, ..config() });
    stage.push(0, [0]);
    let first = stage.delivery();
    stage.end(&first, &failed(&[(0, 0)]));
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 1);
}

#[test]
fn throttles_and_service_errors_use_up_no_attempts() {
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(1), ..config() });
    stage.push(0, [0]);
    let mut delivery = stage.delivery();
    for outcome in
        [InvokeOutcome::Throttled, InvokeOutcome::ServiceError("down".to_owned())].iter().cycle().take(20)
    {
        stage.end(&delivery, outcome);
        delivery = stage.later_delivery();
    }
    stage.fail(&delivery);
    delivery = stage.later_delivery();
    stage.fail(&delivery);
    assert_eq!(stage.next(), None);
    assert!(matches!(stage.notes.last(), Some(Action::Drop { condition: Condition::RetriesExhausted, .. })));
}

#[test]
fn a_bisected_batch_isolates_its_poison() {
    let bisecting =
        MappingConfig { bisect_batch_on_function_error: true, maximum_retry_attempts: Some(1), ..config() };
    let mut stage = Stage::new(&bisecting);
    stage.push(0, 0..5);
    stage.push(1, 0..2);
    let mut seen = Vec::new();
    loop {
        match stage.next() {
            Some(Action::Deliver(delivery)) => {
                let records = content(&delivery);
                if records.contains(&(0, 3)) {
                    stage.fail(&delivery)
                } else {
                    stage.succeed(&delivery)
                }
                seen.push(records);
            }
            Some(other) => panic!("unexpected {other:?}"),
            None => match stage.engine.next_wake_ms() {
                Some(due_ms) => stage.now_ms = due_ms,
                None => break,
            },
        }
    }
    let poison = of(0, [3]);
    assert_eq!(seen[1], of(0, 0..4));
    assert_eq!(
        seen.iter().filter(|records| **records == poison).count(),
        2,
        "its full count once alone: {seen:?}"
    );
    assert_eq!(stage.committed, BTreeMap::from([(0, 5), (1, 2)]));
}
