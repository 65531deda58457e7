//! Records a second, from a full topic.

use std::time::{Duration, Instant};

use super::stage::{Running, Way};
use super::topics::Topic;
use super::watch::Watch;
use super::{Failure, Options, bare, row};

const PARTITIONS: i32 = 8;
const MANY_PARTITIONS: i32 = 1_000;
const RECORDS_PER_PARTITION: usize = 20;

/// The bare consumer, then batches of 10,000 and of 100.
pub async fn measure(options: &Options) -> Result<(), Failure> {
    let topic = Topic::create(&options.bootstrap, "rate", PARTITIONS).await?;
    topic.fill(&options.bootstrap, options.records, options.bytes, PARTITIONS)?;
    let (bootstrap, name, count) = (options.bootstrap.clone(), topic.name.clone(), options.records);
    let bare = tokio::task::spawn_blocking(move || bare::rate(&bootstrap, &name, count)).await??;
    row("bare consumer", &per_second(bare), "");
    for (batch_size, target) in [(10_000, "30 % of the bare consumer's"), (100, "100000/s")] {
        let rate = of_mapping(Way::host()?, options, &topic.name, batch_size).await?;
        let percent = rate * 100 / bare.max(1);
        row(&format!("batches of {batch_size} ({percent} % of bare)"), &per_second(rate), target);
    }
    if let Some(watch) = Watch::start(options).await? {
        for batch_size in [10_000, 100] {
            let way = Way::endpoint(watch.address)?;
            let rate = of_mapping(way, options, &topic.name, batch_size).await?;
            row(&format!("batches of {batch_size}, cargo lambda watch"), &per_second(rate), "");
        }
    }
    topic.remove().await
}

/// A topic of 1,000 partitions, from the mapping's start to the last record.
pub async fn many_partitions(options: &Options) -> Result<(), Failure> {
    let topic = Topic::create(&options.bootstrap, "partitions", MANY_PARTITIONS).await?;
    let records = usize::try_from(MANY_PARTITIONS)? * RECORDS_PER_PARTITION;
    topic.fill(&options.bootstrap, records, options.bytes, MANY_PARTITIONS)?;
    let started = Instant::now();
    let mut running = Running::start(Way::host()?, &options.bootstrap, &topic.name, 1_000).await?;
    let first = running.next_call().await?.began.saturating_duration_since(started);
    until_invoked(&mut running, records).await?;
    row("1,000 partitions, from start to first call", &format!("{} ms", first.as_millis()), "");
    row("1,000 partitions, 20 records of each", &format!("{} ms", started.elapsed().as_millis()), "works");
    running.end().await;
    topic.remove().await
}

async fn of_mapping(way: Way, options: &Options, topic: &str, batch_size: usize) -> Result<u128, Failure> {
    let mut running = Running::start(way, &options.bootstrap, topic, batch_size).await?;
    let first = running.next_call().await?;
    until_invoked(&mut running, options.records).await?;
    let took = first.began.elapsed();
    running.end().await;
    Ok(u128::try_from(options.records)? * 1_000 / took.as_millis().max(1))
}

/// Until every record has been in a call that ended.
async fn until_invoked(running: &mut Running, records: usize) -> Result<(), Failure> {
    let wanted = u64::try_from(records)?;
    while running.handle.metrics().invoked < wanted {
        let counts = running.handle.metrics();
        if counts.failed_invoke > 0 {
            let status = running.handle.status().await;
            let said = status.map(|status| status.last_processing_result).unwrap_or_default();
            return Err(format!("calls fail: {said}").into());
        }
        running.next_call().await?;
    }
    // The last calls are noted before the mapping has taken their answers.
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while running.handle.status().await.is_some_and(|status| status.invocations_in_flight > 0) {
        tick.tick().await;
    }
    Ok(())
}

fn per_second(rate: u128) -> String {
    format!("{rate}/s")
}
