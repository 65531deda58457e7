//! Seeds that must stay clean, and seeds that nobody has run before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::print_stderr, reason = "the seed of a failure must be known")]

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use sim::{Case, Setting, Sweep, shrink};

/// The simulation is slow where it is not optimised.
const SEEDS: u64 = if cfg!(debug_assertions) { 250 } else { 3_000 };

fn setting() -> Arc<Setting> {
    Arc::new(Setting::read().unwrap())
}

fn stays_clean(first: u64, seeds: u64) {
    let sweep = Sweep { setting: setting(), first, seeds, threads: 2, planted: None, keep_going: false };
    let swept = sweep.run();
    if let Some((seed, violation)) = swept.failures.first_key_value() {
        let story = shrink(&Case::of(&sweep.setting, *seed)).map(|shrunk| shrunk.ended.story);
        panic!("SEED={seed}: {violation}\n{}", story.unwrap_or_default().join("\n"));
    }
    assert_eq!(swept.seeds, seeds);
}

#[test]
fn the_corpus_stays_clean() {
    stays_clean(0, SEEDS);
}

/// Each of these once broke a rule.
#[test]
fn what_once_failed_stays_mended() {
    // A payment was finished before an earlier one of its reservation.
    for seed in [3_535, 7_013, 18_319] {
        stays_clean(seed, 1);
    }
    // It was looked at before a cancellation was written down.
    stays_clean(15_604, 1);
}

#[test]
fn fresh_seeds_are_clean_too() {
    let first = RandomState::new().hash_one(0) >> 24;
    eprintln!("fresh seeds from {first}");
    stays_clean(first, SEEDS);
}

/// Faults must lead to every end there is, or the checkers look at nothing.
#[test]
fn every_end_comes_about() {
    let sweep =
        Sweep { setting: setting(), first: 0, seeds: 250, threads: 2, planted: None, keep_going: true };
    let tally = sweep.run().tally;
    for what in [
        "payment AUTHORIZED",
        "payment DECLINED",
        "payment FAILED",
        "payment REJECTED",
        "payment VOIDED",
        "event IN_ANALYSIS",
        "event IN_REVIEW",
        "event LATE_AUTHORIZATION",
        "event VOIDED",
        "letter CLOSED",
        "letter REDRIVEN",
        "letter DISCARDED",
        "letter settled",
        "letter failed",
        "letter already_final",
        "charge Cancelled",
    ] {
        assert!(tally.contains_key(what), "never: {what}; but {tally:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_run_to_the_letter() {
    let setting = setting();
    for seed in 0..20 {
        let case = Case { tells: true, ..Case::of(&setting, seed) };
        let (one, other) = (sim::run(&case), sim::run(&case));
        assert_eq!(one.story, other.story, "seed {seed}");
        assert!(!one.story.is_empty());
        // Naming the faults that happened anyway changes nothing either.
        let named = Case { faults: Some(one.faults.iter().copied().collect()), ..case };
        assert_eq!(sim::run(&named).story, one.story, "seed {seed}");
    }
}
