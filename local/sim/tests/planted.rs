//! Whether the checkers would notice: each planted bug is found, and told in few words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;

use sim::{Case, Planted, Setting, Sweep, shrink};

/// Within so many seeds each bug is found.
const SEEDS_MAX: u64 = 20_000;

fn found(setting: &Arc<Setting>, planted: Planted) -> Option<u64> {
    let setting = Arc::clone(setting);
    let sweep =
        Sweep { setting, first: 0, seeds: SEEDS_MAX, threads: 2, planted: Some(planted), keep_going: false };
    sweep.run().failures.keys().next().copied()
}

#[test]
fn each_planted_bug_is_found() {
    let setting = Arc::new(Setting::read().unwrap());
    let missed: Vec<_> = Planted::ALL.iter().filter(|planted| found(&setting, **planted).is_none()).collect();
    assert!(missed.is_empty(), "{missed:?} went unnoticed for {SEEDS_MAX} seeds");
}

#[test]
fn a_failure_shrinks_to_the_faults_that_it_takes() {
    let setting = Arc::new(Setting::read().unwrap());
    let planted = Planted::CommitEarly;
    let seed = found(&setting, planted).unwrap();
    let case = Case { planted: Some(planted), ..Case::of(&setting, seed) };
    let whole = sim::run(&case);
    let shrunk = shrink(&case).unwrap();
    let rule = |violation: Option<sim::Violation>| violation.unwrap().rule;
    assert_eq!(rule(shrunk.ended.violation), rule(whole.violation));
    assert!(shrunk.ended.faults.len() <= 4, "{:?}", shrunk.ended.faults);
    assert!(shrunk.parties.len() <= 2, "{:?}", shrunk.parties);
    assert!(shrunk.ended.story.iter().any(|line| line.contains("VIOLATION")));
}
