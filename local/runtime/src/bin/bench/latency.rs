//! From a record's production to the function.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::stage::{Running, Way};
use super::topics::Topic;
use super::{Failure, Options, row};

const RECORDS: usize = 1_000;
/// Not counted: connections are made, caches filled.
const WARM_UP: usize = 50;

/// One record after the other, window 0.
pub async fn measure(options: &Options) -> Result<(), Failure> {
    let topic = Topic::create(&options.bootstrap, "latency", 4).await?;
    let producer: FutureProducer =
        ClientConfig::new().set("bootstrap.servers", &options.bootstrap).set("linger.ms", "0").create()?;
    let mut running = Running::start(Way::host()?, &options.bootstrap, &topic.name, 100).await?;
    let (mut to_call, mut to_answer) = (Vec::new(), Vec::new());
    for number in 0..RECORDS {
        let partition = i32::try_from(number % 4)?;
        let record = FutureRecord::<(), _>::to(&topic.name).partition(partition).payload("small");
        let sent = Instant::now();
        let acknowledged = producer.send_result(record).map_err(|(error, _)| error)?;
        let call = running.next_call().await?;
        acknowledged.await?.map_err(|(error, _)| error)?;
        if number >= WARM_UP {
            to_call.push(call.began.saturating_duration_since(sent));
            to_answer.push(call.ended.saturating_duration_since(sent));
        }
    }
    row("produced to call, p50 / p99", &percentiles(to_call), "p50 5 ms");
    row("produced to the function's answer, p50 / p99", &percentiles(to_answer), "");
    running.end().await;
    topic.remove().await
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    format!("{} / {} us", at(50), at(99))
}
