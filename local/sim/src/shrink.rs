//! Making a failure small: fewer buyers, fewer faults, the same broken rule.

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
    /// The buyers who came.
    pub buyers: Vec<usize>,
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
    let mut buyers: Vec<usize> = case.buyers.clone().unwrap_or_else(|| (0..ended.buyers).collect());
    let mut faults: Vec<FaultId> = ended.faults;
    loop {
        let before = (buyers.len(), faults.len());
        shrinker.fewer_buyers(&mut buyers, &mut faults);
        shrinker.fewer_faults(&buyers, &mut faults);
        if (buyers.len(), faults.len()) == before || shrinker.runs >= RUNS_MAX {
            break;
        }
    }
    let case = Case { tells: true, ..shrinker.with(&buyers, &faults) };
    let ended = run(&case);
    Some(Shrunk { case, ended, buyers })
}

impl Shrinker {
    fn with(&self, buyers: &[usize], faults: &[FaultId]) -> Case {
        let faults: BTreeSet<_> = faults.iter().copied().collect();
        Case { buyers: Some(buyers.to_vec()), faults: Some(faults), ..self.case.clone() }
    }

    /// The faults that happened, if the rule is still broken.
    fn breaks(&mut self, buyers: &[usize], faults: &[FaultId]) -> Option<Vec<FaultId>> {
        if self.runs >= RUNS_MAX {
            return None;
        }
        self.runs += 1;
        let ended = run(&self.with(buyers, faults));
        ended.violation.is_some_and(|found| found.rule == self.rule).then_some(ended.faults)
    }

    fn fewer_buyers(&mut self, buyers: &mut Vec<usize>, faults: &mut Vec<FaultId>) {
        let mut at = 0;
        while at < buyers.len() {
            let mut fewer = buyers.clone();
            fewer.remove(at);
            match self.breaks(&fewer, faults) {
                Some(left) => (*buyers, *faults) = (fewer, left),
                None => at += 1,
            }
        }
    }

    /// Leaves out ever smaller parts: halves first, single faults last.
    fn fewer_faults(&mut self, buyers: &[usize], faults: &mut Vec<FaultId>) {
        let mut part = faults.len().div_ceil(2);
        while part > 0 {
            let mut at = 0;
            while at < faults.len() {
                let mut fewer = faults.clone();
                fewer.drain(at..(at + part).min(faults.len()));
                match self.breaks(buyers, &fewer) {
                    Some(left) => *faults = left,
                    None => at += part,
                }
            }
            part = if part == 1 { 0 } else { part.div_ceil(2) };
        }
    }
}
