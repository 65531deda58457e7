//! Order statistics.
#![allow(clippy::float_arithmetic, reason = "figures of time and rate, not money")]

use std::time::Duration;

/// The value below which `percent` of the values lie (nearest rank); zero for none.
pub fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}

/// The middle one of an odd number of values; the upper of the two middle ones else.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Whether a rate gains on another one by more than chance.
pub fn is_faster(rate: f64, than: f64) -> bool {
    rate > than * 1.05
}

/// Milliseconds with a fraction.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// How many a second.
pub fn per_second(count: usize, elapsed: Duration) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a count of requests")]
    let count = count as f64;
    count / elapsed.as_secs_f64()
}
