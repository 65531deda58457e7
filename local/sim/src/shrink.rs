//! Making a failure small: fewer parties, fewer faults, the same broken rule.

use std::collections::BTreeSet;

use crate::chance::FaultId;
use crate::run::{Case, Ended, run};

/// Runs that shrinking may take.
const RUNS_MAX: usize = 600;

/// The smallest case found, told in full.
pub struct Shrunk {
    /// The case.
    pub case: Case,
    /// How it ended, with its story.
    pub ended: Ended,
    /// The parties who came.
    pub parties: Vec<usize>,
}

struct Shrinker {
    case: Case,
    rule: &'static str,
    runs: usize,
}

/// Shrinks a case that broke a rule; `None` if it breaks none.
#[must_use]
pub fn shrink(case: &Case) -> Option<Shrunk> {
    let ended = run(case);
    let rule = ended.violation.as_ref()?.rule;
    let mut shrinker = Shrinker { case: case.clone(), rule, runs: 0 };
    let mut parties: Vec<usize> = case.parties.clone().unwrap_or_else(|| (0..ended.parties).collect());
    let mut faults: Vec<FaultId> = ended.faults;
    loop {
        let before = (parties.len(), faults.len());
        shrinker.fewer_parties(&mut parties, &mut faults);
        shrinker.fewer_faults(&parties, &mut faults);
        if (parties.len(), faults.len()) == before || shrinker.runs >= RUNS_MAX {
            break;
        }
    }
    let case = Case { tells: true, ..shrinker.with(&parties, &faults) };
    let ended = run(&case);
    Some(Shrunk { case, ended, parties })
}

impl Shrinker {
    fn with(&self, parties: &[usize], faults: &[FaultId]) -> Case {
        let faults: BTreeSet<_> = faults.iter().copied().collect();
        Case { parties: Some(parties.to_vec()), faults: Some(faults), ..self.case.clone() }
    }

    /// The faults that happened, if the rule is still broken.
    fn breaks(&mut self, parties: &[usize], faults: &[FaultId]) -> Option<Vec<FaultId>> {
        if self.runs >= RUNS_MAX {
            return None;
        }
        self.runs += 1;
        let ended = run(&self.with(parties, faults));
        ended.violation.is_some_and(|found| found.rule == self.rule).then_some(ended.faults)
    }

    fn fewer_parties(&mut self, parties: &mut Vec<usize>, faults: &mut Vec<FaultId>) {
        let mut at = 0;
        while at < parties.len() {
            let mut fewer = parties.clone();
            fewer.remove(at);
            match self.breaks(&fewer, faults) {
                Some(left) => (*parties, *faults) = (fewer, left),
                None => at += 1,
            }
        }
    }

    /// Leaves out ever smaller parts: halves first, single faults last.
    fn fewer_faults(&mut self, parties: &[usize], faults: &mut Vec<FaultId>) {
        let mut part = faults.len().div_ceil(2);
        while part > 0 {
            let mut at = 0;
            while at < faults.len() {
                let mut fewer = faults.clone();
                fewer.drain(at..(at + part).min(faults.len()));
                match self.breaks(parties, &fewer) {
                    Some(left) => *faults = left,
                    None => at += part,
                }
            }
            part = if part == 1 { 0 } else { part.div_ceil(2) };
        }
    }
}
