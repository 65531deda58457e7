//! Each way in which a record is explained, and that it is missed where it is not.

use gateway_domain::PaymentId;
use gateway_domain::PaymentStatus::{
    self, Authorized, Failed, InAnalysis, InReview, Processing, RetryScheduled,
};
use gateway_wire::{RecordOrigin, topics};
use serde_json::{Value, json};

use super::explain::explain;
use super::{Evidence, Partition, PaymentFact, Record};

/// The payment of the golden files.
const PAYMENT: &str = "01M83VVAE004HMASW9NF6YY002";

fn golden(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/golden");
    serde_json::from_slice(&std::fs::read(path.join(format!("{name}.json"))).unwrap()).unwrap()
}

fn attempt(number: u32) -> Value {
    let mut message = golden("attempt-requested");
    message["attempt"] = json!(number);
    message
}

fn retry(number: u32) -> Value {
    let mut message = golden("retry-requested-unknown");
    message["attempt"] = json!(number);
    message
}

fn at(topic: &str, offset: i64) -> RecordOrigin {
    RecordOrigin { topic: topic.to_owned(), partition: 0, offset }
}

/// Evidence of topics of one partition each, of which all is committed.
#[derive(Default)]
struct World(Evidence);

impl World {
    fn topic(mut self, topic: &str, values: &[Value]) -> Self {
        let records: Vec<_> = (0_i64..)
            .zip(values)
            .map(|(offset, value)| Record {
                origin: at(topic, offset),
                value: Some(value.to_string().into_bytes()),
            })
            .collect();
        let end = i64::try_from(records.len()).unwrap();
        let topic = topic.to_owned();
        self.0.partitions.push(Partition { topic, partition: 0, low: 0, high: end, committed: end, records });
        self
    }

    fn payment(mut self, status: PaymentStatus, attempt: u32) -> Self {
        let id: PaymentId = PAYMENT.parse().unwrap();
        self.0.payments.insert(id, PaymentFact { status, attempt });
        self
    }

    fn told(mut self, topic: &str) -> Self {
        self.0.told.insert(at(topic, 0));
        self
    }

    fn lettered(mut self, topic: &str) -> Self {
        self.0.lettered.insert(at(topic, 0));
        self
    }

    fn uncommitted(mut self) -> Self {
        self.0.partitions.iter_mut().for_each(|partition| partition.committed = 0);
        self
    }

    fn unexplained(&self) -> usize {
        explain(&self.0).unexplained.len()
    }
}

#[test]
fn a_finished_record_has_an_outcome_or_is_missed() {
    let orders = || World::default().topic(topics::ORDER_QUEUE, &[golden("payment-requested")]);
    let attempts = |numbers: &[u32]| {
        let asked: Vec<_> = numbers.iter().map(|number| attempt(*number)).collect();
        World::default().topic(topics::PROCESS_PURCHASES, &asked)
    };
    let verdicts = |name: &str| World::default().topic(topics::PURCHASES_PROCESSED, &[golden(name)]);
    let retries = |number| World::default().topic(topics::PAYMENT_RETRY, &[retry(number)]);
    let authorized = "attempt-completed-authorized";
    let analysed = "attempt-completed-in-analysis";
    for (what, world, missed) in [
        ("begun", orders().payment(Processing, 1), 0),
        ("never begun", orders(), 1),
        ("never begun, not read either", orders().uncommitted(), 0),
        ("never begun but dead", orders().lettered(topics::ORDER_QUEUE), 0),
        ("attempt without outcome", attempts(&[1]).payment(Authorized, 1), 1),
        (
            "attempt with verdict",
            attempts(&[1]).topic(topics::PURCHASES_PROCESSED, &[golden(authorized)]).payment(Authorized, 1),
            0,
        ),
        (
            "attempt with retry",
            attempts(&[1])
                .topic(topics::PAYMENT_RETRY, &[retry(1)])
                .payment(RetryScheduled, 1)
                .told(topics::PAYMENT_RETRY),
            0,
        ),
        (
            "second attempt with the first one's retry",
            attempts(&[2])
                .topic(topics::PAYMENT_RETRY, &[retry(1)])
                .payment(RetryScheduled, 1)
                .told(topics::PAYMENT_RETRY),
            1,
        ),
        (
            "superseded attempt",
            attempts(&[1, 2])
                .topic(topics::PAYMENT_RETRY, &[retry(2)])
                .payment(RetryScheduled, 2)
                .told(topics::PAYMENT_RETRY),
            0,
        ),
        ("verdict told", verdicts(authorized).payment(Authorized, 1).told(topics::PURCHASES_PROCESSED), 0),
        ("verdict repeated", verdicts(authorized).payment(Authorized, 1), 0),
        ("verdict ignored", verdicts(authorized).payment(Failed, 1), 0),
        ("verdict lost", verdicts(authorized).payment(Processing, 1), 1),
        ("verdict lost, under review", verdicts(authorized).payment(InReview, 1), 1),
        ("analysis repeated", verdicts(analysed).payment(InAnalysis, 1), 0),
        ("verdict for nobody", verdicts(authorized), 1),
        ("verdict for nobody but dead", verdicts(authorized).lettered(topics::PURCHASES_PROCESSED), 0),
        ("retry told", retries(1).payment(RetryScheduled, 1).told(topics::PAYMENT_RETRY), 0),
        ("retry stale", retries(1).payment(Processing, 2), 0),
        ("retry lost", retries(1).payment(Processing, 1), 1),
        ("unreadable", World::default().topic(topics::PAYMENT_RETRY, &[json!("?")]), 1),
        (
            "unreadable but dead",
            World::default().topic(topics::PAYMENT_RETRY, &[json!("?")]).lettered(topics::PAYMENT_RETRY),
            0,
        ),
    ] {
        assert_eq!(world.unexplained(), missed, "{what}: {:?}", explain(&world.0));
    }
}

#[test]
fn a_letter_in_the_queue_explains_its_record_and_must_be_analysed_itself() {
    let own = golden("dead-letter");
    let origin: RecordOrigin = serde_json::from_value(own["origin"].clone()).unwrap();
    let on_failure = json!({
        "requestContext": { "condition": "RetriesExhausted" },
        "payload": { "records": { "x": [{ "topic": origin.topic, "partition": origin.partition, "offset": origin.offset }] } },
    });
    for letter in [own, on_failure] {
        let mut world = World::default().topic(topics::PAYMENT_DLQ, &[letter]);
        let record = Record { origin: origin.clone(), value: None };
        world.0.partitions.push(Partition {
            topic: origin.topic.clone(),
            partition: origin.partition,
            low: origin.offset,
            high: origin.offset + 1,
            committed: origin.offset + 1,
            records: vec![record],
        });
        let report = explain(&world.0);
        assert_eq!(report.unexplained.len(), 1, "the letter has no row: {report}");
        assert_eq!(report.unexplained[0].origin.topic, topics::PAYMENT_DLQ);
        world.0.lettered.insert(origin.clone());
        assert_eq!(world.unexplained(), 0);
    }
}

#[test]
fn what_waits_is_counted_and_is_no_fault() {
    let world = World::default().topic(topics::ORDER_QUEUE, &[golden("payment-requested")]).uncommitted();
    let report = explain(&world.payment(InReview, 1).0);
    assert_eq!((report.topics[0].pending, report.unfinished, report.in_review), (1, 1, 1));
    assert!(report.unexplained.is_empty() && !report.is_quiescent());
    let rested = World::default().topic(topics::ORDER_QUEUE, &[golden("payment-requested")]);
    assert!(explain(&rested.payment(InReview, 1).0).is_quiescent());
}
