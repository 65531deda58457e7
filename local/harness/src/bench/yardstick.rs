//! How fast the machine is at the moment.
//!
//! A virtual machine's processors may be three times as fast in one minute as in the next, without a
//! word of it in its own accounts. So a look is taken before each figure, at something that depends on
//! nothing of ours: figures compare only where their yardsticks do. It counts by the threads' own
//! processor time, so that whatever else runs on the machine meanwhile does not count.
#![allow(clippy::float_arithmetic, reason = "figures of time and rate, not money")]

use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

/// For how long each thread hashes.
const LOOK: Duration = Duration::from_millis(250);
/// Hashes between two looks at the clock.
const ROUND: u64 = 100_000;

/// Numbers in the memory that is read: 64 MiB, more than caches hold.
const NUMBERS: usize = 1 << 24;
/// From one that is read to the next lie at least the bytes that processors fetch at once.
const STRIDE: usize = 16;
/// How many are read, each where the one before points to.
const READS: u32 = 1_000_000;

/// What the machine can do at the moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Look {
    /// Millions of hashes a second (`SipHash` of 8 bytes), all processors together, each kept busy.
    pub million_hashes_per_s: f64,
    /// How long the memory takes to answer, in nanoseconds: neighbours on the same hardware may use it too.
    pub memory_read_ns: f64,
}

/// Looks at processors and memory.
#[must_use]
pub fn look() -> Look {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let million_hashes_per_s = thread::scope(|scope| {
        let busy: Vec<_> = (0..processors).map(|_| scope.spawn(rate)).collect();
        busy.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
    });
    Look { million_hashes_per_s, memory_read_ns: memory_read_ns() }
}

/// Follows a path through all of the memory that no processor can foresee.
fn memory_read_ns() -> f64 {
    let stops = NUMBERS / STRIDE;
    let mut path = vec![0_u32; NUMBERS];
    for stop in 0..stops {
        // A linear congruential generator with the full period: the path meets every stop.
        let next = (stop.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)) % stops;
        path[stop * STRIDE] = u32::try_from(next).unwrap_or_default();
    }
    let (begun, mut stop) = (Timer::start(), 0);
    for _ in 0..READS {
        stop = path[stop as usize * STRIDE];
    }
    black_box(stop);
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(READS)
}

fn rate() -> f64 {
    let (begun, mut hashes) = (Timer::start(), 0);
    while begun.elapsed() < LOOK {
        for number in hashes..hashes + ROUND {
            let mut hasher = DefaultHasher::new();
            hasher.write_u64(black_box(number));
            black_box(hasher.finish());
        }
        hashes += ROUND;
    }
    #[allow(clippy::cast_precision_loss, reason = "a count of hashes")]
    let millions = hashes as f64 / 1e6;
    millions / begun.elapsed().as_secs_f64()
}

/// Measures the thread's processor time, where the system tells it; else the time on the wall.
struct Timer {
    begun: Instant,
    used: Option<Duration>,
}

impl Timer {
    fn start() -> Self {
        Self { begun: Instant::now(), used: processor_time() }
    }

    fn elapsed(&self) -> Duration {
        match (self.used, processor_time()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.begun.elapsed(),
        }
    }
}

/// Linux's account of this thread.
fn processor_time() -> Option<Duration> {
    let account = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    account.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_look_sees_some_work_done() {
        let look = super::look();
        assert!(look.million_hashes_per_s.is_finite() && look.million_hashes_per_s > 0.1, "{look:?}");
        assert!(look.memory_read_ns > 0.1 && look.memory_read_ns < 100_000.0, "{look:?}");
    }
}
