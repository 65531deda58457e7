//! What a bare consumer does: the measure of everything else.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::Failure;

/// How long nothing may come, from the first record on or before it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Records a second of a consumer that looks at nothing but the length.
pub fn rate(bootstrap: &str, topic: &str, count: usize) -> Result<u128, Failure> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", format!("bare-{topic}"))
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("queued.min.messages", "100000")
        .create()?;
    consumer.subscribe(&[topic])?;
    let (mut seen, mut bytes, mut started, mut last) = (0_usize, 0_usize, None, Instant::now());
    while seen < count {
        // Nothing comes back from a poll in which the group was joined, too.
        let Some(message) = consumer.poll(Duration::from_secs(1)) else {
            if last.elapsed() > PATIENCE {
                return Err(format!("only {seen} of {count} records came").into());
            }
            continue;
        };
        bytes += message?.payload_len();
        last = *started.get_or_insert_with(Instant::now);
        seen += 1;
    }
    let took = started.map_or(Duration::ZERO, |started| started.elapsed());
    std::hint::black_box(bytes);
    Ok(u128::try_from(count)? * 1_000 / took.as_millis().max(1))
}
