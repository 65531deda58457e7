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

/// For how long each thread hashes.
const LOOK: Duration = Duration::from_millis(250);
/// Hashes between two looks at the clock.
const ROUND: u64 = 100_000;

/// Millions of hashes a second (`SipHash` of 8 bytes), all processors together, each kept busy.
#[must_use]
pub fn look() -> f64 {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let busy: Vec<_> = (0..processors).map(|_| scope.spawn(rate)).collect();
        busy.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
    })
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
        let millions = super::look();
        assert!(millions.is_finite() && millions > 0.1, "{millions}");
    }
}
