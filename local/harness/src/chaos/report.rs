//! What a run was and what it found.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::driver::Struck;
use super::evidence::{Event, Evidence};
use super::fault::Fault;
use super::finding::Finding;
use super::load::Tally;
use super::plan::Shape;

/// Findings of one promise that are shown in full; the others are counted.
const SHOWN_MAX: usize = 5;

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The seed that brings the same faults about again.
    pub seed: u64,
    /// The rounds that were carried out.
    pub struck: Vec<Struck>,
    /// How the requests went.
    pub tally: Tally,
    /// Payments by their last status.
    pub statuses: BTreeMap<&'static str, usize>,
    /// Dead letters by cause.
    pub letters: BTreeMap<String, usize>,
    /// Accepted payments that DynamoDB Local has forgotten.
    pub forgotten: usize,
    /// How often the ledger was looked at while faults were under way.
    pub looks: u64,
    /// How long it took to come to rest after the last fault.
    pub rest: Duration,
    /// Promises that were checked.
    pub checked: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The timelines of payments that something is wrong with.
    pub timelines: BTreeMap<String, Vec<Event>>,
}

impl Report {
    /// Adds what is left, and what the checks say of it.
    pub fn conclude(&mut self, evidence: &Evidence, findings: Vec<Finding>) {
        for payment in evidence.payments.values() {
            *self.statuses.entry(payment.status.as_str()).or_default() += 1;
        }
        for letter in &evidence.letters {
            *self.letters.entry(letter.cause.clone()).or_default() += 1;
        }
        self.forgotten = evidence.forgotten.len();
        self.findings.extend(findings);
        for id in self.findings.iter().filter_map(|finding| finding.payment_id.as_ref()) {
            if let Some(events) = evidence.events.get(id) {
                self.timelines.insert(id.clone(), events.clone());
            }
        }
    }

    /// How many strokes there were.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.struck.iter().map(|struck| struck.faults.len()).sum()
    }

    /// How often something was done to the stack.
    #[must_use]
    pub fn count(&self, fault: Fault) -> usize {
        self.struck.iter().flat_map(|struck| &struck.faults).filter(|struck| **struck == fault).count()
    }

    /// Whether every promise was kept.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.findings.is_empty()
    }

    fn broken(&self) -> BTreeMap<&'static str, Vec<&Finding>> {
        let mut broken: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in &self.findings {
            broken.entry(finding.promise).or_default().push(finding);
        }
        broken
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {} faults", self.seed, self.faults())?;
        recoveries(&self.struck, f)?;
        let Tally { asked, accepted, refused, silent, again } = self.tally;
        writeln!(
            f,
            "payments: {asked} asked for, {accepted} accepted, {refused} refused, {silent} never answered; {again} requests sent again"
        )?;
        writeln!(f, "ended as: {}", counts(self.statuses.iter().map(|(status, count)| (*status, *count))))?;
        let letters = counts(self.letters.iter().map(|(cause, count)| (cause.as_str(), *count)));
        writeln!(f, "dead letters: {letters}")?;
        if self.forgotten > 0 {
            writeln!(
                f,
                "DynamoDB Local forgot {} that it had acknowledged and not committed",
                self.forgotten
            )?;
        }
        writeln!(
            f,
            "at rest {} s after the last fault; the ledger was looked at {} times meanwhile",
            self.rest.as_secs(),
            self.looks
        )?;
        let broken = self.broken();
        for (promise, findings) in &broken {
            writeln!(f, "\nBROKEN: {promise} ({} times)", findings.len())?;
            for finding in findings.iter().take(SHOWN_MAX) {
                self.show(finding, f)?;
            }
        }
        write!(f, "promises kept: {} of {}", self.checked.saturating_sub(broken.len()), self.checked)
    }
}

impl Report {
    fn show(&self, finding: &Finding, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(id) = &finding.payment_id else { return writeln!(f, "  {}", finding.what) };
        writeln!(f, "  payment {id}: {}", finding.what)?;
        let events = self.timelines.get(id).map_or(&[][..], Vec::as_slice);
        let first_ms = events.first().map_or(0, |event| event.at_ms);
        for event in events {
            let Event { sequence, at_ms, step, event, attempt, detail, origin } = event;
            let origin = origin.as_ref().map(|it| format!(" {}-{}@{}", it.topic, it.partition, it.offset));
            let origin = origin.unwrap_or_default();
            let late_ms = at_ms - first_ms;
            writeln!(
                f,
                "    {sequence:>3} +{late_ms:>6} ms {step}: {event} (attempt {attempt}){origin} {detail}"
            )?;
        }
        Ok(())
    }
}

fn counts<'a>(counted: impl Iterator<Item = (&'a str, usize)>) -> String {
    let words: Vec<String> = counted.map(|(what, count)| format!("{count} {what}")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// One row a kind of fault that was struck alone, and one for each way of striking two.
fn recoveries(struck: &[Struck], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rows: BTreeMap<(Shape, String), Vec<&Struck>> = BTreeMap::new();
    for round in struck {
        let name = match round.shape {
            Shape::Alone => round.faults.first().map_or_else(String::new, ToString::to_string),
            Shape::Together => "two parts at once".to_owned(),
            Shape::Chained => "one part after another".to_owned(),
        };
        rows.entry((round.shape, name)).or_default().push(round);
    }
    writeln!(
        f,
        "{:<24} {:>6} {:>22} {:>22}",
        "fault", "rounds", "longest to an answer", "longest to recovery"
    )?;
    for ((_, name), rounds) in rows {
        let longest = |of: fn(&Struck) -> Duration| rounds.iter().map(|it| of(it)).max().unwrap_or_default();
        let (answering, recovered) = (longest(|it| it.answering), longest(|it| it.recovered));
        writeln!(
            f,
            "{name:<24} {:>6} {:>19} ms {:>19} ms",
            rounds.len(),
            answering.as_millis(),
            recovered.as_millis()
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::fault::Fault;

    #[test]
    fn a_report_names_the_payment_its_timeline_and_what_is_wrong() {
        let event = Event {
            sequence: 1,
            at_ms: 1_000,
            step: "orchestrate-payment".to_owned(),
            event: "PROCESSING".to_owned(),
            attempt: 1,
            detail: "[]".to_owned(),
            origin: None,
        };
        let report = Report {
            seed: 7,
            struck: vec![Struck {
                shape: Shape::Alone,
                faults: vec![Fault::Kafka],
                answering: Duration::from_millis(900),
                recovered: Duration::from_millis(1_900),
            }],
            checked: 13,
            findings: vec![Finding::about("at most one charge", "p1", "it was charged 2 times")],
            timelines: [("p1".to_owned(), vec![event])].into(),
            ..Report::default()
        };
        let text = report.to_string();
        for expected in [
            "seed 7: 1 faults",
            "kill -9 kafka",
            "1900 ms",
            "payment p1: it was charged 2 times",
            "orchestrate-payment: PROCESSING (attempt 1)",
            "promises kept: 12 of 13",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!report.passes());
    }
}
