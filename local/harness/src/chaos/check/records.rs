//! Topics and dead letters: what `cargo xtask audit` finds, and that no cause is missing.

use crate::chaos::evidence::Evidence;

/// Each record was finished with, and nothing is left without an explanation.
pub(super) fn explained(evidence: &Evidence) -> Vec<String> {
    let mut findings: Vec<String> = Vec::new();
    for record in &evidence.audit.unexplained {
        let origin = &record.origin;
        findings.push(format!("{}-{}@{}: {}", origin.topic, origin.partition, origin.offset, record.why));
    }
    for topic in evidence.audit.topics.iter().filter(|topic| topic.pending != 0) {
        findings.push(format!("{}: {} records were not finished with", topic.topic, topic.pending));
    }
    for letter in evidence.letters.iter().filter(|it| it.cause.is_empty() || it.resolution.is_none()) {
        findings.push(format!("a dead letter without cause or resolution: {letter:?}"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use gateway_wire::RecordOrigin;

    use super::*;
    use crate::audit::{TopicReport, Unexplained};
    use crate::chaos::check::testing::sound;
    use crate::chaos::evidence::LetterRow;

    fn origin() -> RecordOrigin {
        RecordOrigin { topic: "order_queue".to_owned(), partition: 1, offset: 2 }
    }

    #[test]
    fn whatever_is_unexplained_unfinished_or_without_cause_is_found() {
        assert!(explained(&sound()).is_empty());
        let mut evidence = sound();
        evidence.audit.unexplained.push(Unexplained { origin: origin(), why: "no payment".to_owned() });
        let topic = "order_queue".to_owned();
        evidence.audit.topics.push(TopicReport { topic, processed: 1, dead: 0, pending: 1 });
        let (cause, state) = ("undecodable".to_owned(), "OPEN".to_owned());
        evidence.letters.push(LetterRow { origin: origin(), cause, resolution: None, state });
        assert_eq!(explained(&evidence).len(), 3);
    }
}
