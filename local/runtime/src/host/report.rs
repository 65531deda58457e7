//! AWS's REPORT line.

use super::environment::Current;
use super::pool::Pool;
use super::process;

/// One call as AWS logs it: duration, what would be billed, memory.
pub(super) fn line(pool: &Pool, call: &Current, process_id: u32) -> String {
    let elapsed = call.started.elapsed();
    let duration = format!("{}.{:02}", elapsed.as_millis(), elapsed.subsec_micros() % 1_000 / 10);
    let billed_ms = elapsed.as_micros().div_ceil(1_000);
    let memory_mib = process::memory_max_kib(process_id).map_or(0, |kib| kib.div_ceil(1_024));
    format!(
        "REPORT RequestId: {}\tDuration: {duration} ms\tBilled Duration: {billed_ms} ms\tMemory Size: {} MB\tMax Memory Used: {memory_mib} MB",
        call.request_id, pool.function.memory_size_mib,
    )
}
