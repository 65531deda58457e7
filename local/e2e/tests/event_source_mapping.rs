//! Event source mappings against a real broker, which the mock cannot stand in for: latency, throughput,
//! timestamps, kills and a storm of rebalances. `-- --nocapture` shows the figures.

#![allow(clippy::unwrap_used, reason = "a test stops where its stage cannot be set")]

#[path = "../../runtime/tests/esm/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use esm_local::esm::config::{MappingConfig, StartingPosition};
use esm_local::esm::{EsmOptions, Mapping};
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use support::function::{Function, failing, function_error, success};
use support::{committed, eventually, mapping};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn bootstrap() -> String {
    harness::Endpoints::from_env().kafka
}

fn producer(linger_ms: &str) -> FutureProducer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap()).set("linger.ms", linger_ms);
    config.set("queue.buffering.max.messages", "1000000").create().unwrap()
}

/// The default options, with further client properties of `ESM_PROPERTIES=name=value,…`.
fn options() -> EsmOptions {
    let properties = std::env::var("ESM_PROPERTIES").unwrap_or_default();
    let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
    let kafka_properties = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    EsmOptions { kafka_properties, ..EsmOptions::default() }
}

/// A topic of its own for this run.
async fn topic(name: &str, partitions: i32) -> String {
    let name = format!("measure-{name}-{}", std::process::id());
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap()).create().unwrap();
    let new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
    admin.create_topics([&new], &AdminOptions::new()).await.unwrap();
    name
}

/// Records of 0, 1, 2 … seconds, and a mapping from the third second on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mapping_starts_at_its_timestamp_once() {
    let topic = topic("timestamp", 1).await;
    let producer = producer("0");
    let start_ms = 1_545_084_650_000;
    for second in 0..6 {
        let record = FutureRecord::<(), _>::to(&topic).payload("x").timestamp(start_ms + second * 1_000);
        producer.send(record, Duration::ZERO).await.unwrap();
    }
    let config = MappingConfig {
        starting_position: StartingPosition::AtTimestamp(start_ms + 3_000),
        ..mapping(&bootstrap(), &topic)
    };
    for expected in [vec![3, 4, 5], vec![6]] {
        let function = Function::succeeding();
        let stop = CancellationToken::new();
        let handle = Mapping::start(config.clone(), options(), Arc::clone(&function), stop.clone()).unwrap();
        function.wait_for_records(expected.len()).await;
        committed(&handle, 0, expected.last().unwrap() + 1).await;
        assert_eq!(function.offsets()[&0], expected, "what is committed wins over the position");
        stop.cancel();
        handle.join().await;
        producer.send(FutureRecord::<(), _>::to(&topic).payload("x"), Duration::ZERO).await.unwrap();
    }
}

/// Not a test of its own: the process that the next test kills. Notes what it delivers in a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let (Ok(topic), Ok(file)) = (std::env::var("VICTIM_TOPIC"), std::env::var("VICTIM_FILE")) else { return };
    let file = Arc::new(std::fs::OpenOptions::new().append(true).open(file).unwrap());
    let function = Function::new(move |_, records| {
        let file = Arc::clone(&file);
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let lines: String =
                records.iter().map(|seen| format!("{} {}\n", seen.partition, seen.offset)).collect();
            std::io::Write::write_all(&mut &*file, lines.as_bytes()).unwrap();
            success()
        }
    });
    let config = MappingConfig { batch_size: 10, ..mapping(&bootstrap(), &topic) };
    let handle = Mapping::start(config, options(), function, CancellationToken::new()).unwrap();
    handle.join().await;
}

fn start_victim(topic: &str, file: &std::path::Path) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["victim", "--exact"])
        .env("VICTIM_TOPIC", topic)
        .env("VICTIM_FILE", file)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Partition and offset of everything delivered so far; the last line may be half written.
fn delivered(file: &std::path::Path) -> Vec<(i32, i64)> {
    let text = std::fs::read_to_string(file).unwrap();
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let pair = |line: &str| {
        let (partition, offset) = line.split_once(' ').unwrap();
        (partition.parse().unwrap(), offset.parse().unwrap())
    };
    whole.lines().map(pair).collect()
}

/// SIGKILL, three times, in the middle of deliveries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_instance_loses_nothing_and_skips_nothing() {
    let (topic, partitions, count) = (topic("killed", 4).await, 4_i32, 20_000_i32);
    let producer = producer("5");
    let sends = (0..count)
        .map(|i| FutureRecord::<(), _>::to(&topic).partition(i % partitions).payload("x"))
        .map(|record| producer.send_result(record).unwrap());
    for sent in sends.collect::<Vec<_>>() {
        sent.await.unwrap().unwrap();
    }
    let file = std::env::temp_dir().join(&topic);
    std::fs::write(&file, "").unwrap();
    let all = usize::try_from(count).unwrap();
    for life in 1..=4 {
        let mut victim = start_victim(&topic, &file);
        let wanted = if life == 4 { all } else { all / 5 * life };
        eventually(&format!("{wanted} records in life {life}"), || async {
            let distinct: BTreeSet<_> = delivered(&file).into_iter().collect();
            distinct.len() >= wanted
        })
        .await;
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    let mut next = BTreeMap::new();
    for (partition, offset) in delivered(&file) {
        let next = next.entry(partition).or_insert(0);
        assert!(offset <= *next, "partition {partition}: {offset} came before {next}");
        *next = (*next).max(offset + 1);
    }
    assert_eq!(next.into_values().collect::<Vec<_>>(), vec![i64::from(count / partitions); 4]);
    std::fs::remove_file(file).unwrap();
}

struct Arrivals(mpsc::UnboundedSender<(Instant, usize)>);

impl Invoke for Arrivals {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        let _ = self.0.send((Instant::now(), invocation.payload.len()));
        success()
    }
}

/// Processor time of this process so far, and its resident memory.
fn usage() -> (Duration, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    let pages: u64 = fields[21].parse().unwrap();
    (Duration::from_millis(ticks * 10), pages * 4)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn latency_from_produce_to_invoke() {
    let topic = topic("latency", 4).await;
    let (sender, mut arrivals) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let config = mapping(&bootstrap(), &topic);
    let handle = Mapping::start(config, options(), Arc::new(Arrivals(sender)), stop.clone()).unwrap();
    let producer = producer("0");
    let (mut invoked, mut acknowledged) = (Vec::new(), Vec::new());
    for i in 0..500 {
        let record = FutureRecord::<(), _>::to(&topic).partition(i % 4).payload("hello");
        let sent = Instant::now();
        producer.send(record, Duration::ZERO).await.unwrap();
        acknowledged.push(sent.elapsed());
        let (arrived, _) = arrivals.recv().await.unwrap();
        if i >= 20 {
            invoked.push(arrived.saturating_duration_since(sent));
        }
    }
    for (what, mut times) in [("produce to invoke", invoked), ("produce to acknowledgement", acknowledged)] {
        times.sort_unstable();
        let at = |percent: usize| times[times.len() * percent / 100];
        println!("{what}: p50 {:?}, p90 {:?}, p99 {:?}", at(50), at(90), at(99));
    }
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_idle_mappings() {
    let (_, before_kb) = usage();
    let stop = CancellationToken::new();
    let (sender, _arrivals) = mpsc::unbounded_channel();
    let invoker = Arc::new(Arrivals(sender));
    let mut handles = Vec::new();
    for i in 0..20 {
        let config = mapping(&bootstrap(), &topic(&format!("idle{i}"), 4).await);
        handles.push(Mapping::start(config, options(), Arc::clone(&invoker), stop.clone()).unwrap());
    }
    for handle in &handles {
        eventually("assignment", || async { handle.status().await.unwrap().partitions.len() == 4 }).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (cpu_before, _) = usage();
    let wait = Duration::from_secs(20);
    tokio::time::sleep(wait).await;
    let (cpu_after, after_kb) = usage();
    println!(
        "20 idle mappings: {:?} of processor time in {wait:?}, {} MB more than before",
        cpu_after - cpu_before,
        after_kb.saturating_sub(before_kb) / 1024
    );
    stop.cancel();
    for handle in handles {
        handle.join().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_per_second() {
    for (batch_size, is_skewed) in [(100, false), (10_000, false), (100, true), (10_000, true)] {
        let topic = topic(&format!("rate{batch_size}{is_skewed}"), 4).await;
        let producer = producer("5");
        let value = vec![b'x'; 500];
        let count = 200_000;
        let sent = Mutex::new(Vec::with_capacity(count));
        for i in 0..count {
            let partition = if is_skewed { 0 } else { i32::try_from(i % 4).unwrap() };
            let record = FutureRecord::<(), _>::to(&topic).partition(partition).payload(&value);
            sent.lock().unwrap().push(producer.send_result(record).unwrap());
        }
        for delivery in sent.into_inner().unwrap() {
            delivery.await.unwrap().unwrap();
        }
        let (sender, mut arrivals) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let config = MappingConfig { batch_size, ..mapping(&bootstrap(), &topic) };
        let (cpu_before, _) = usage();
        let handle = Mapping::start(config, options(), Arc::new(Arrivals(sender)), stop.clone()).unwrap();
        let (first, _) = arrivals.recv().await.unwrap();
        let last = if is_skewed { count } else { count / 4 };
        committed(&handle, 0, i64::try_from(last).unwrap()).await;
        eventually("all of it", || async { handle.metrics().invoked == u64::try_from(count).unwrap() }).await;
        let (took, (cpu_after, _)) = (first.elapsed(), usage());
        let rate = u128::try_from(count).unwrap() * 1_000 / took.as_millis().max(1);
        println!(
            "batches of {batch_size}, skewed {is_skewed}: {count} records in {took:?}, {rate}/s, {:?} of processor time",
            cpu_after - cpu_before
        );
        stop.cancel();
        handle.join().await;
    }
}

/// Instances join, leave and hang while the function fails now and then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_rebalances_and_failures_loses_nothing() {
    let (topic, partitions, count) = (topic("storm", 6).await, 6_i32, 12_000_i32);
    let config = MappingConfig {
        batch_size: 50,
        bisect_batch_on_function_error: true,
        ..mapping(&bootstrap(), &topic)
    };
    let done = Arc::new(Mutex::new(std::collections::BTreeSet::new()));
    let function = || {
        let (done, topic) = (Arc::clone(&done), topic.clone());
        Function::new(move |call, records| {
            let (done, topic) = (Arc::clone(&done), topic.clone());
            async move {
                tokio::time::sleep(Duration::from_millis(2)).await;
                let fails = |offset: i64| call % 7 == 0 && offset % 3 == 0;
                if call % 11 == 0 {
                    return function_error();
                }
                let fine = records.iter().filter(|seen| !fails(seen.offset));
                done.lock().unwrap().extend(fine.map(|seen| (seen.partition, seen.offset)));
                failing(&topic, &records, |seen| fails(seen.offset))
            }
        })
    };
    let options = EsmOptions { drain_timeout: Duration::from_secs(2), ..support::quick() };
    let stop = CancellationToken::new();
    let steady = Mapping::start(config.clone(), options.clone(), function(), stop.clone()).unwrap();
    let producer = producer("5");
    let mut guests = Vec::new();
    for i in 0..count {
        let record = FutureRecord::<(), _>::to(&topic).partition(i % partitions).payload("x");
        let delivery = producer.send_result(record).unwrap();
        if i % 50 == 0 {
            delivery.await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if i % 2_000 == 0 {
            let leave = CancellationToken::new();
            // Every second guest hangs in its third call, and is thrown out with it.
            let hangs = Function::new(|call, _| async move {
                if call >= 2 {
                    std::future::pending().await
                }
                function_error()
            });
            let guest = if i % 4_000 == 0 { function() } else { hangs };
            guests.push((
                Mapping::start(config.clone(), options.clone(), guest, leave.clone()).unwrap(),
                leave,
            ));
        }
        if i % 2_000 == 1_500
            && let Some((guest, leave)) = guests.pop()
        {
            leave.cancel();
            guest.join().await;
        }
    }
    for (guest, leave) in guests {
        leave.cancel();
        guest.join().await;
    }
    for partition in 0..partitions {
        committed(&steady, partition, i64::from(count / partitions)).await;
    }
    assert_eq!(done.lock().unwrap().len(), usize::try_from(count).unwrap());
    println!("{:?}", steady.metrics());
    stop.cancel();
    steady.join().await;
}
