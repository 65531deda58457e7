//! `sim --seed N --seeds COUNT`: runs seeds, and tells a failure in as few words as it takes.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use sim::{Case, Planted, Setting, Shrunk, Sweep, run, shrink};

/// Runs the gateway on seeds, with faults, and checks what must always hold.
#[derive(Parser)]
#[command(name = "cargo xtask sim", bin_name = "cargo xtask sim")]
struct Options {
    /// The first seed; without one, a fresh one is drawn.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Threads that share the seeds.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// A bug to plant: the run should fail.
    #[arg(long)]
    planted: Option<Planted>,
    /// Tell the whole story of the first seed.
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
    let clean = match Setting::read() {
        Ok(setting) if options.story => tell(&options, &Arc::new(setting)),
        Ok(setting) => sweep(&options, Arc::new(setting)),
        Err(error) => {
            eprintln!("sim: {error}");
            false
        }
    };
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(options: &Options, setting: &Arc<Setting>) -> bool {
    let seed = options.seed.unwrap_or_else(fresh);
    let ended = run(&Case { planted: options.planted, tells: true, ..Case::of(setting, seed) });
    ended.story.iter().for_each(|line| println!("{line}"));
    ended.violation.is_none()
}

fn sweep(options: &Options, setting: Arc<Setting>) -> bool {
    let started = Instant::now();
    let sweep = Sweep {
        setting,
        first: options.seed.unwrap_or_else(fresh),
        seeds: options.seeds,
        threads: options.threads,
        planted: options.planted,
        keep_going: options.keep_going,
    };
    let swept = sweep.run();
    if options.tally {
        swept.tally.iter().for_each(|(what, count)| println!("{count:>10}  {what}"));
    }
    swept.failures.iter().for_each(|(seed, violation)| println!("seed {seed}: {violation}"));
    if let Some(seed) = swept.failures.keys().next() {
        explain(&Case { planted: options.planted, ..Case::of(&sweep.setting, *seed) });
    }
    let failed = swept.failures.len();
    println!("{} seeds from {}: {failed} failed, {:.1?}", swept.seeds, sweep.first, started.elapsed());
    failed == 0
}

/// Shrinks a failure and tells its story.
fn explain(case: &Case) {
    let Some(Shrunk { ended, parties, .. }) = shrink(case) else { return };
    println!("SEED={}, shrunk to {} faults and the parties {parties:?}:", case.seed, ended.faults.len());
    ended.story.iter().for_each(|line| println!("{line}"));
    println!("the whole run: cargo xtask sim --seed {} --story", case.seed);
}

/// A seed that nobody chose.
fn fresh() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0) >> 24
}
