//! Waits until nothing is under way any more.

use std::path::Path;
use std::time::{Duration, Instant};

use super::evidence;
use crate::gateway::Failure;
use crate::{Endpoints, audit};

/// How long everything may take to come to rest: an attempt's lease, the sweep and the review after it.
pub const AT_REST_WITHIN: Duration = Duration::from_secs(240);
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// No record waits, no payment is without an end, and the index has what the table has; or time is up,
/// and the checks will tell what is still under way.
///
/// # Errors
/// A server that does not answer, long after the last fault.
pub async fn await_rest(
    endpoints: &Endpoints,
    template: &Path,
    parameters: &Path,
) -> Result<audit::Report, Failure> {
    let deadline = Instant::now() + AT_REST_WITHIN;
    loop {
        let late = Instant::now() > deadline;
        match look(endpoints, template, parameters).await {
            Ok((report, at_rest)) if at_rest || late => return Ok(report),
            Err(error) if late => return Err(error),
            Ok(_) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn look(
    endpoints: &Endpoints,
    template: &Path,
    parameters: &Path,
) -> Result<(audit::Report, bool), Failure> {
    let report = audit::run(endpoints, template, parameters).await?;
    let at_rest = report.is_quiescent() && report.unfinished == 0;
    let at_rest = at_rest && evidence::differing(endpoints).await? == 0;
    Ok((report, at_rest))
}
