//! `POST /payment`, until its 202.

use std::sync::Arc;

use super::report::AcceptRun;
use super::{Bench, end_to_end, load, reserve, stats};
use crate::card;
use crate::gateway::Failure;

/// Accepted payments per second.
pub async fn measure(bench: &Bench, clients: usize, payments: usize) -> Result<AcceptRun, Failure> {
    let reserved = reserve::reserve_many(bench, payments).await?;
    let bodies: Arc<Vec<_>> = Arc::new(
        reserved.iter().map(|(id, item)| bench.gateway.payment_body(id, item, card::APPROVED)).collect(),
    );
    let newest = end_to_end::newest(&bench.ledger).await?;
    let gateway = bench.gateway.clone();
    let mut load = load::run(clients, payments, move |number| {
        let (gateway, bodies) = (gateway.clone(), Arc::clone(&bodies));
        async move { gateway.pay(&bodies[number], None).await?.expect(202).map(|_| ()) }
    })
    .await?;
    // The next measurement starts from rest.
    end_to_end::await_final(&bench.ledger, &newest, payments).await?;
    Ok(AcceptRun {
        clients,
        per_second: stats::per_second(payments, load.elapsed),
        p50_ms: stats::millis(stats::percentile(&mut load.latencies, 50)),
        p99_ms: stats::millis(stats::percentile(&mut load.latencies, 99)),
    })
}
