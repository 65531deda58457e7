//! Making a failure small: fewer parties, fewer faults, the same broken rule.

use std::collections::BTreeSet;

use crate::chance::{FaultId, mix};
use crate::run::{Case, Ended, run};

/// Ways to begin: see [`Shrinker::begin`].
const BEGINNINGS: u64 = 4;
/// Runs that shrinking may take from each.
const RUNS_MAX: usize = 800;

/// The smallest case found, told in full.
pub struct Shrunk {
    /// The case.
    pub case: Case,
    /// How it ended, with its story.
    pub ended: Ended,
    /// The parties who came.
    pub parties: Vec<usize>,
}

/// Who comes, and which faults may happen.
#[derive(Clone)]
struct Cast {
    parties: Vec<usize>,
    faults: Vec<FaultId>,
}

impl Cast {
    const fn size(&self) -> (usize, usize) {
        (self.faults.len() + self.parties.len(), self.faults.len())
    }
}

struct Shrinker {
    case: Case,
    rule: &'static str,
    runs: usize,
}

/// Shrinks a case that broke a rule; `None` if it breaks none.
///
/// What is left depends on where one begins, so that it is tried in several ways.
#[must_use]
pub fn shrink(case: &Case) -> Option<Shrunk> {
    let ended = run(case);
    let rule = ended.violation.as_ref()?.rule;
    let parties: Vec<usize> = case.parties.clone().unwrap_or_else(|| (0..ended.parties).collect());
    let whole = Cast { parties, faults: ended.faults };
    let smallest = |way| Shrinker { case: case.clone(), rule, runs: 0 }.smallest(&whole, way);
    let cast = (0..BEGINNINGS).map(smallest).min_by_key(Cast::size)?;
    let case = Case { tells: true, ..with(case, &cast.parties, Some(&cast.faults)) };
    let ended = run(&case);
    Some(Shrunk { case, ended, parties: cast.parties })
}

fn with(case: &Case, parties: &[usize], faults: Option<&[FaultId]>) -> Case {
    let faults = faults.map(|faults| faults.iter().copied().collect());
    Case { parties: Some(parties.to_vec()), faults, ..case.clone() }
}

/// As they happened, the other way round, then shuffled.
fn ordered(faults: &[FaultId], order: u64) -> Vec<FaultId> {
    let mut places: Vec<usize> = (0..faults.len()).collect();
    match order {
        0 => {}
        1 => places.reverse(),
        _ => places.sort_by_key(|place| mix(mix(order) ^ *place as u64)),
    }
    places.into_iter().map(|place| faults[place]).collect()
}

impl Shrinker {
    /// Until nothing more can be left out.
    fn smallest(&mut self, whole: &Cast, way: u64) -> Cast {
        let mut cast = self.begin(whole, way);
        let pool = cast.faults.clone();
        loop {
            let before = cast.size();
            self.fewer_parties(&mut cast);
            self.fewer_faults(&mut cast);
            self.one_for_two(&mut cast, &pool);
            if cast.size() == before || self.runs >= RUNS_MAX {
                return cast;
            }
        }
    }

    /// Every other way lets the faults come up anew that fewer parties meet with; else only those may happen
    /// that the whole run had. They are tried in another order each time.
    fn begin(&mut self, whole: &Cast, way: u64) -> Cast {
        let mut cast = whole.clone();
        if way % 2 == 1 {
            let mut at = 0;
            while at < cast.parties.len() {
                let mut parties = cast.parties.clone();
                parties.remove(at);
                match self.breaks(&parties, None) {
                    Some(faults) => cast = Cast { parties, faults },
                    None => at += 1,
                }
            }
        }
        cast.faults = ordered(&cast.faults, way / 2);
        cast
    }

    /// The faults that happened if the rule is still broken, in the order in which they were given.
    fn breaks(&mut self, parties: &[usize], faults: Option<&[FaultId]>) -> Option<Vec<FaultId>> {
        if self.runs >= RUNS_MAX {
            return None;
        }
        self.runs += 1;
        let ended = run(&with(&self.case, parties, faults));
        if ended.violation.is_none_or(|found| found.rule != self.rule) {
            return None;
        }
        let Some(faults) = faults else { return Some(ended.faults) };
        let happened: BTreeSet<_> = ended.faults.into_iter().collect();
        Some(faults.iter().copied().filter(|fault| happened.contains(fault)).collect())
    }

    fn fewer_parties(&mut self, cast: &mut Cast) {
        let mut at = 0;
        while at < cast.parties.len() {
            let mut parties = cast.parties.clone();
            parties.remove(at);
            match self.breaks(&parties, Some(&cast.faults)) {
                Some(faults) => *cast = Cast { parties, faults },
                None => at += 1,
            }
        }
    }

    /// Leaves out ever smaller parts: halves first, single faults last.
    fn fewer_faults(&mut self, cast: &mut Cast) {
        let mut part = cast.faults.len().div_ceil(2);
        while part > 0 {
            let mut at = 0;
            while at < cast.faults.len() {
                let mut fewer = cast.faults.clone();
                fewer.drain(at..(at + part).min(fewer.len()));
                match self.breaks(&cast.parties, Some(&fewer)) {
                    Some(left) => cast.faults = left,
                    None => at += part,
                }
            }
            part = if part == 1 { 0 } else { part.div_ceil(2) };
        }
    }

    /// Leaves out two faults at once, wherever they stand, or lets another one take their place.
    fn one_for_two(&mut self, cast: &mut Cast, pool: &[FaultId]) {
        while let Some(left) = self.without_two(cast, pool) {
            cast.faults = left;
        }
    }

    fn without_two(&mut self, cast: &Cast, pool: &[FaultId]) -> Option<Vec<FaultId>> {
        let others: Vec<_> = pool.iter().filter(|fault| !cast.faults.contains(fault)).collect();
        for first in 0..cast.faults.len() {
            for second in first + 1..cast.faults.len() {
                let mut fewer = cast.faults.clone();
                fewer.remove(second);
                fewer.remove(first);
                if let Some(left) = self.breaks(&cast.parties, Some(&fewer)) {
                    return Some(left);
                }
                for other in &others {
                    let instead = [&fewer[..], &[**other]].concat();
                    if let Some(left) = self.breaks(&cast.parties, Some(&instead)) {
                        return Some(left);
                    }
                }
            }
        }
        None
    }
}
