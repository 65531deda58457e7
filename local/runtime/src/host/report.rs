//! The lines that AWS writes into a function's log.

use std::fmt::Write as _;
use std::time::Duration;

use super::environment::Current;
use super::errors::Failure;
use super::pool::Pool;
use super::process;

/// Before a call.
pub(super) fn start(call: &Current) -> String {
    format!("START RequestId: {} Version: $LATEST", call.request_id)
}

/// After a call.
pub(super) fn end(call: &Current) -> String {
    format!("END RequestId: {}", call.request_id)
}

/// What a call took: duration, what would be billed (the start of its environment too), memory.
pub(super) fn line(
    pool: &Pool,
    call: &Current,
    elapsed: Duration,
    failure: Option<&Failure>,
    process_id: u32,
) -> String {
    let billed = elapsed + call.init.unwrap_or_default();
    let memory_mib = process::memory_max_kib(process_id).map_or(0, |kib| kib.div_ceil(1_024));
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {memory_mib} MB",
        call.request_id,
        hundredths(elapsed),
        billed.as_micros().div_ceil(1_000),
        pool.function.memory_size_mib,
    );
    if let Some(init) = call.init {
        // Writing into a text cannot fail.
        let _ = write!(line, "\tInit Duration: {} ms", hundredths(init));
    }
    if let Some(failure) = failure {
        let _ = write!(line, "\t{}", status(failure));
    }
    line
}

/// After a start that came to nothing.
pub(super) fn init(took: Duration, failure: &Failure) -> String {
    format!("INIT_REPORT Init Duration: {} ms\tPhase: init\t{}", hundredths(took), status(failure))
}

fn status(failure: &Failure) -> String {
    if failure.is_time_out() {
        return "Status: timeout".to_owned();
    }
    format!("Status: error\tError Type: {}", failure.error_type)
}

/// Milliseconds with two digits after the point.
fn hundredths(time: Duration) -> String {
    format!("{}.{:02}", time.as_millis(), time.subsec_micros() % 1_000 / 10)
}
