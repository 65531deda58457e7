//! Letting go of partitions.

use super::*;
use crate::esm::config::OnFailureDestination;

#[test]
fn what_is_in_flight_is_finished_and_nothing_new_is_taken() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0]);
    let delivery = stage.delivery();
    stage.push(0, [1]);
    stage.engine.drain(0);
    stage.push(0, [2]);
    assert!(!stage.engine.wants(0) && !stage.engine.is_drained(0));
    stage.succeed(&delivery);
    assert_eq!(stage.next(), None, "1 is left to the next owner");
    assert!(stage.engine.is_drained(0));
    assert_eq!(stage.committed[&0], 1);
}

#[test]
fn a_failed_batch_is_not_retried_while_draining() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0, 1]);
    let delivery = stage.delivery();
    stage.engine.drain(0);
    stage.end(&delivery, &failed(&[(0, 1)]));
    assert_eq!(stage.next(), None);
    assert!(stage.engine.is_drained(0));
    assert_eq!(stage.engine.next_wake_ms(), None);
    assert_eq!(stage.committed[&0], 1);
}

#[test]
fn a_batch_that_waits_for_its_retry_is_let_go_at_once() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0]);
    stage.push(1, [0]);
    let delivery = stage.delivery();
    stage.fail(&delivery);
    stage.engine.drain(0);
    assert!(stage.engine.is_drained(0));
    assert_eq!(content(&stage.later_delivery()), of(1, [0]), "the partition that stays is retried");
}

#[test]
fn what_was_given_up_still_goes_to_the_destination() {
    let on_failure = Some(OnFailureDestination::KafkaTopic("dlq".to_owned()));
    let mut stage = Stage::new(&MappingConfig { maximum_retry_attempts: Some(0), on_failure, ..config() });
    stage.push(0, [0]);
    let delivery = stage.delivery();
    stage.engine.drain(0);
    stage.fail(&delivery);
    let (job, _) = stage.letters();
    assert!(!stage.engine.is_drained(0));
    stage.engine.letters_finished(job, &Default::default(), stage.now_ms);
    assert_eq!(stage.next(), None);
    assert!(stage.engine.is_drained(0));
    assert_eq!(stage.committed[&0], 1);
}

#[test]
fn a_late_answer_changes_nothing_once_a_partition_was_lost_and_assigned_again() {
    let mut stage = Stage::new(&config());
    stage.push(0, [0]);
    let late = stage.delivery();
    stage.engine.forget(0);
    stage.engine.assign(0);
    stage.push(0, [0, 1]);
    let current = stage.delivery();
    stage.succeed(&late);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed.get(&0), None, "the late answer is about records that are not ours");
    stage.succeed(&current);
    assert_eq!(stage.next(), None);
    assert_eq!(stage.committed[&0], 2);
}
