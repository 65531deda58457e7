//! The judgement: how each finished record is explained. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use gateway_domain::{PaymentId, PaymentStatus, Verdict};
use gateway_wire::{
    AttemptCompleted, AttemptRequested, PaymentRequested, RecordOrigin, RetryRequested, topics,
};
use serde::de::DeserializeOwned;

use super::{Evidence, PaymentFact, Record, Report, TopicReport, Unexplained, letters};

/// What follows from the records themselves.
struct Case<'a> {
    evidence: &'a Evidence,
    /// Records that a letter, in the queue or the table, is about.
    dead: HashSet<RecordOrigin>,
    /// The newest attempt whose outcome was told, by payment: a verdict counts for all of them.
    told_attempt: HashMap<PaymentId, u32>,
    /// The newest attempt that was asked for, by payment.
    asked_attempt: HashMap<PaymentId, u32>,
}

/// Judges every record that its step has finished with.
#[must_use]
pub fn explain(evidence: &Evidence) -> Report {
    let case = Case::open(evidence);
    let mut report = Report::default();
    let mut topics = BTreeMap::new();
    for partition in &evidence.partitions {
        let topic = topics.entry(partition.topic.as_str()).or_insert_with(|| empty(&partition.topic));
        topic.pending += partition.high - partition.committed;
        for record in partition.records.iter().filter(|record| record.origin.offset < partition.committed) {
            match case.judge(record) {
                Judgement::Processed => topic.processed += 1,
                Judgement::Dead => topic.dead += 1,
                Judgement::Unexplained(why) => {
                    report.unexplained.push(Unexplained { origin: record.origin.clone(), why });
                }
            }
        }
    }
    report.topics = topics.into_values().collect();
    let statuses = || evidence.payments.values().map(|payment| payment.status);
    report.unfinished = statuses().filter(|status| !status.is_final()).count();
    report.in_review = statuses().filter(|status| *status == PaymentStatus::InReview).count();
    report
}

fn empty(topic: &str) -> TopicReport {
    TopicReport { topic: topic.to_owned(), processed: 0, dead: 0, pending: 0 }
}

enum Judgement {
    Processed,
    Dead,
    Unexplained(String),
}

impl<'a> Case<'a> {
    fn open(evidence: &'a Evidence) -> Self {
        let mut dead = evidence.lettered.clone();
        dead.extend(evidence.records(topics::PAYMENT_DLQ).map(letters::about));
        let mut case = Self { evidence, dead, told_attempt: HashMap::new(), asked_attempt: HashMap::new() };
        for completed in messages::<AttemptCompleted>(evidence, topics::PURCHASES_PROCESSED) {
            case.told_attempt.insert(completed.payment_id, u32::MAX);
        }
        for retry in messages::<RetryRequested>(evidence, topics::PAYMENT_RETRY) {
            newest(&mut case.told_attempt, retry.payment_id, retry.attempt);
        }
        for asked in messages::<AttemptRequested>(evidence, topics::PROCESS_PURCHASES) {
            newest(&mut case.asked_attempt, asked.payment_id, asked.attempt);
        }
        case
    }

    fn judge(&self, record: &Record) -> Judgement {
        let topic = record.origin.topic.as_str();
        if topic == topics::PAYMENT_DLQ {
            return self.letter(record);
        }
        if self.dead.contains(&record.origin) {
            return Judgement::Dead;
        }
        let processed = match topic {
            topics::ORDER_QUEUE => self.began(record),
            topics::PROCESS_PURCHASES => self.attempted(record),
            topics::PURCHASES_PROCESSED => self.settled(record),
            topics::PAYMENT_RETRY => self.scheduled(record),
            _ => Err(format!("nobody knows what a record of {topic} comes to")),
        };
        match processed {
            Ok(()) => Judgement::Processed,
            Err(why) => Judgement::Unexplained(format!("{why}, and no dead letter is about it")),
        }
    }

    /// A letter is finished when the table has a row about it, or about what it is about.
    fn letter(&self, record: &Record) -> Judgement {
        let rows = self.evidence.analysed.contains(&record.origin)
            || self.evidence.lettered.contains(&letters::about(record));
        if rows {
            Judgement::Processed
        } else {
            Judgement::Unexplained("no dead letter's row is about it".to_owned())
        }
    }

    fn began(&self, record: &Record) -> Result<(), String> {
        let message: PaymentRequested = read(record)?;
        self.payment(message.payment_id).map(drop)
    }

    /// Its outcome was told, or a newer attempt has taken its place.
    fn attempted(&self, record: &Record) -> Result<(), String> {
        let AttemptRequested { payment_id, attempt, .. } = read(record)?;
        let newest = |map: &HashMap<PaymentId, u32>| map.get(&payment_id).copied().unwrap_or(0);
        if newest(&self.told_attempt) >= attempt || newest(&self.asked_attempt) > attempt {
            return Ok(());
        }
        // What it led to may have been deleted with its topic's retention; then the ledger must know.
        let trimmed = [topics::PURCHASES_PROCESSED, topics::PAYMENT_RETRY]
            .into_iter()
            .any(|topic| self.evidence.is_trimmed(topic));
        if trimmed && self.payment(payment_id)?.status.is_final() {
            return Ok(());
        }
        Err(format!("no verdict and no retry tells of attempt {attempt} of payment {payment_id}"))
    }

    /// The story tells of it, or the payment stands so already, or has ended otherwise.
    fn settled(&self, record: &Record) -> Result<(), String> {
        if self.evidence.told.contains(&record.origin) {
            return Ok(());
        }
        let message: AttemptCompleted = read(record)?;
        let payment = self.payment(message.payment_id)?;
        let verdict = Verdict::from(message.verdict);
        if payment.status.is_final() || payment.status.as_str() == verdict.as_str() {
            return Ok(());
        }
        let (id, status) = (message.payment_id, payment.status);
        Err(format!("payment {id} is {status}, and its story does not tell of {}", verdict.as_str()))
    }

    /// The story tells of it, or the ledger had moved on.
    fn scheduled(&self, record: &Record) -> Result<(), String> {
        if self.evidence.told.contains(&record.origin) {
            return Ok(());
        }
        let RetryRequested { payment_id, attempt, .. } = read(record)?;
        let payment = self.payment(payment_id)?;
        let awaits = payment.status == PaymentStatus::Processing && payment.attempt <= attempt;
        if awaits {
            return Err(format!("payment {payment_id} still awaits the outcome of attempt {attempt}"));
        }
        Ok(())
    }

    fn payment(&self, id: PaymentId) -> Result<PaymentFact, String> {
        self.evidence
            .payments
            .get(&id)
            .copied()
            .ok_or_else(|| format!("the ledger does not know payment {id}"))
    }
}

fn newest(map: &mut HashMap<PaymentId, u32>, id: PaymentId, attempt: u32) {
    let known = map.entry(id).or_default();
    *known = attempt.max(*known);
}

fn messages<M: DeserializeOwned>(evidence: &Evidence, topic: &'static str) -> impl Iterator<Item = M> {
    evidence.records(topic).filter_map(|record| read(record).ok())
}

fn read<M: DeserializeOwned>(record: &Record) -> Result<M, String> {
    serde_json::from_slice(record.value.as_deref().unwrap_or_default())
        .map_err(|_| "it cannot be read".to_owned())
}
