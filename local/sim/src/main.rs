//! `sim --seed N --seeds COUNT`: runs seeds, and tells a failure in as few words as it takes.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clap::Parser;
use sim::{Case, Planted, Setting, run, shrink};

/// Runs the gateway on seeds, with faults, and checks what must always hold.
#[derive(Parser)]
struct Options {
    /// The first seed; without one, a fresh one is drawn.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Threads that share the seeds.
    #[arg(long, default_value_t = 1)]
    threads: u64,
    /// A bug to plant: the run should fail.
    #[arg(long)]
    planted: Option<Planted>,
    /// Tell the whole story of the (first) seed.
    #[arg(long)]
    story: bool,
    /// Tell how often things came about.
    #[arg(long)]
    tally: bool,
    /// Go on after a failure.
    #[arg(long)]
    keep_going: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match Setting::read() {
        Ok(setting) => simulate(&options, &Arc::new(setting)),
        Err(error) => {
            eprintln!("sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(options: &Options, setting: &Arc<Setting>) -> ExitCode {
    let first = options.seed.unwrap_or_else(fresh);
    if options.story {
        let case = Case { planted: options.planted, tells: true, ..Case::of(setting, first) };
        let ended = run(&case);
        ended.story.iter().for_each(|line| println!("{line}"));
        return if ended.violation.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let started = Instant::now();
    let (next, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let tally = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| work(options, setting, first, &Counts { next: &next, failed: &failed, tally: &tally }));
        }
    });
    if options.tally {
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.iter().for_each(|(what, count)| println!("{count:>10}  {what}"));
    }
    let (done, failed) = (next.load(Ordering::Relaxed).min(options.seeds), failed.load(Ordering::Relaxed));
    println!("{done} seeds from {first}: {failed} failed, {:.1?}", started.elapsed());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the threads count together.
struct Counts<'a> {
    next: &'a AtomicU64,
    failed: &'a AtomicU64,
    tally: &'a Mutex<BTreeMap<String, u64>>,
}

fn work(options: &Options, setting: &Arc<Setting>, first: u64, counts: &Counts<'_>) {
    loop {
        let number = counts.next.fetch_add(1, Ordering::Relaxed);
        if number >= options.seeds || (counts.failed.load(Ordering::Relaxed) > 0 && !options.keep_going) {
            return;
        }
        let case = Case { planted: options.planted, ..Case::of(setting, first.wrapping_add(number)) };
        let ended = run(&case);
        if options.tally {
            let mut tally = counts.tally.lock().unwrap_or_else(PoisonError::into_inner);
            ended.tally.into_iter().for_each(|(what, count)| *tally.entry(what).or_default() += count);
        }
        let Some(violation) = ended.violation else { continue };
        counts.failed.fetch_add(1, Ordering::Relaxed);
        println!("seed {}: {violation}", case.seed);
        if !options.keep_going {
            explain(&case);
        }
    }
}

fn explain(case: &Case) {
    let Some(shrunk) = shrink(case) else { return };
    let faults = shrunk.ended.faults.len();
    println!("SEED={}  shrunk to {faults} faults, buyers {:?}:", case.seed, shrunk.buyers);
    shrunk.ended.story.iter().for_each(|line| println!("{line}"));
    println!("again: cargo xtask sim --seed {} --seeds 1", case.seed);
}

/// A seed that nobody chose.
fn fresh() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0) >> 24
}
