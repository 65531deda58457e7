//! `POST /payment`, until its 202.

use super::report::AcceptRun;
use super::{Bench, end_to_end, load, reserve, stats};
use crate::gateway::Failure;

/// Accepted payments per second.
pub async fn measure(bench: &Bench, clients: usize, payments: usize) -> Result<AcceptRun, Failure> {
    let bodies = reserve::payable(bench, payments).await?;
    let newest = end_to_end::newest(&bench.ledger).await?;
    let mut load = load::pay(bench.gateway.clone(), clients, bodies).await?;
    // The next measurement starts from rest.
    end_to_end::await_final(&bench.ledger, &newest, payments).await?;
    Ok(AcceptRun {
        clients,
        per_second: stats::per_second(payments, load.elapsed),
        p50_ms: stats::millis(stats::percentile(&mut load.latencies, 50)),
        p99_ms: stats::millis(stats::percentile(&mut load.latencies, 99)),
    })
}
