//! Many seeds, on several threads: each run is alone with its seed, so they share nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::check::Violation;
use crate::planted::Planted;
use crate::run::{Case, run};
use crate::runtime::lock;
use crate::setting::Setting;

/// What to sweep.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// What is deployed.
    pub setting: Arc<Setting>,
    /// The first seed.
    pub first: u64,
    /// How many, one after the other.
    pub seeds: u64,
    /// Threads that share them.
    pub threads: usize,
    /// A bug to plant.
    pub planted: Option<Planted>,
    /// Whether to go on after a failure.
    pub keep_going: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Swept {
    /// Seeds that were run.
    pub seeds: u64,
    /// Those that broke a rule.
    pub failures: BTreeMap<u64, Violation>,
    /// How often things came about, over all seeds.
    pub tally: BTreeMap<String, u64>,
}

impl Sweep {
    /// Runs the seeds, up to the first failure or through all.
    #[must_use]
    pub fn run(&self) -> Swept {
        let (next, stop, swept) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::default());
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| self.work(&next, &stop, &swept));
            }
        });
        swept.into_inner().unwrap_or_default()
    }

    fn work(&self, next: &AtomicU64, stop: &AtomicBool, swept: &Mutex<Swept>) {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.seeds {
                return;
            }
            let seed = self.first.wrapping_add(number);
            let ended = run(&Case { planted: self.planted, ..Case::of(&self.setting, seed) });
            let mut swept = lock(swept);
            swept.seeds += 1;
            for (what, count) in ended.tally {
                *swept.tally.entry(what).or_default() += count;
            }
            if let Some(violation) = ended.violation {
                swept.failures.insert(seed, violation);
                stop.store(!self.keep_going, Ordering::Relaxed);
            }
        }
    }
}
