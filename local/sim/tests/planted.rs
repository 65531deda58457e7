//! Whether the checkers would notice: each planted bug is found, and told in few words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;

use sim::{Case, Ended, Planted, Setting, Sweep, shrink};

/// Within so many seeds each bug is found.
const SEEDS_MAX: u64 = 20_000;

/// The first seed from `first` on that finds it.
fn found(setting: &Arc<Setting>, planted: Planted, first: u64) -> Option<u64> {
    let setting = Arc::clone(setting);
    let sweep =
        Sweep { setting, first, seeds: SEEDS_MAX, threads: 2, planted: Some(planted), keep_going: false };
    sweep.run().failures.keys().next().copied()
}

#[test]
fn each_planted_bug_is_found() {
    let setting = Arc::new(Setting::read().unwrap());
    let missed: Vec<_> =
        Planted::ALL.iter().filter(|planted| found(&setting, **planted, 0).is_none()).collect();
    assert!(missed.is_empty(), "{missed:?} went unnoticed for {SEEDS_MAX} seeds");
}

/// How many that are differs from seed to seed: for some there is no case of less than four.
#[test]
fn a_failure_shrinks_to_the_faults_that_it_takes() {
    let setting = Arc::new(Setting::read().unwrap());
    let planted = Planted::CommitEarly;
    let (mut first, mut fewest) = (0, usize::MAX);
    for _ in 0..2 {
        let seed = found(&setting, planted, first).unwrap();
        let case = Case { planted: Some(planted), ..Case::of(&setting, seed) };
        let rule = |ended: &Ended| ended.violation.as_ref().map(|violation| violation.rule);
        let broken = rule(&sim::run(&case));
        let shrunk = shrink(&case).unwrap();
        assert_eq!(rule(&shrunk.ended), broken);
        assert!(shrunk.parties.len() <= 2, "{:?}", shrunk.parties);
        assert!(shrunk.ended.story.iter().any(|line| line.contains("VIOLATION")));
        for fault in &shrunk.ended.faults {
            let mut others = shrunk.case.clone();
            others.faults.as_mut().unwrap().remove(fault);
            assert_ne!(rule(&sim::run(&others)), broken, "seed {seed} takes no {fault}");
        }
        fewest = fewest.min(shrunk.ended.faults.len());
        first = seed + 1;
    }
    assert!(fewest <= 3, "{fewest} faults");
}
