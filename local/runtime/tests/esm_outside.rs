//! What a mapping talks to besides brokers and functions: schema registries, SQS, SNS, S3, folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "esm/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use esm_local::esm::config::{
    DestinationArn, EventRecordFormat, MappingConfig, OnFailureDestination, PollerLimits, RegistryAccess,
    SchemaRegistry,
};
use esm_local::esm::places::DestinationPlaces;
use esm_local::esm::{EsmOptions, Mapping};
use serde_json::{Value, json};
use support::broker::Broker;
use support::function::{Function, function_error};
use support::{committed, eventually, mapping, quick};
use tokio_util::sync::CancellationToken;

/// A request as the server saw it.
#[derive(Debug, Clone)]
struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

type Answer = fn(usize, &Request) -> (StatusCode, String);

/// What was asked so far, how often, and what is answered.
type Shared = (Arc<Mutex<Vec<Request>>>, Arc<AtomicUsize>, Answer);

/// A server that notes requests and answers the n-th as it is told.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn start(answer: Answer) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = (Arc::clone(&requests), Arc::new(AtomicUsize::new(0)), answer);
        let router = Router::new().fallback(serve).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    State((requests, count, answer)): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let request = Request { method, uri, headers, body };
    let answered = answer(count.fetch_add(1, Ordering::Relaxed), &request);
    requests.lock().unwrap().push(request);
    answered
}

fn failing_to(broker: &Broker, arn: &str) -> MappingConfig {
    MappingConfig {
        maximum_retry_attempts: Some(0),
        on_failure: Some(OnFailureDestination::Arn(DestinationArn::parse(arn).unwrap())),
        ..mapping(&broker.bootstrap(), "pay")
    }
}

fn leading_to(place: &str) -> EsmOptions {
    EsmOptions { destinations: DestinationPlaces::from_iter([("*", place)]), ..quick() }
}

/// Fails three records and returns what the server was sent, its first answer being an error.
async fn sent_to(arn: &str) -> Vec<Request> {
    let server = Server::start(|count, _| {
        let status = if count == 0 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        (status, "{}".to_owned())
    })
    .await;
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let function = Function::new(|_, _| async { function_error() });
    let stop = CancellationToken::new();
    let config = failing_to(&broker, arn);
    let handle = Mapping::start(config, leading_to(&server.url), function, stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    assert_eq!((handle.metrics().destination_delivered, handle.metrics().dropped), (3, 0));
    assert!(handle.metrics().destination_error > 0, "the refused delivery is counted and repeated");
    stop.cancel();
    handle.join().await;
    server.requests()
}

fn is_signed_for(request: &Request, service: &str) -> bool {
    let authorization = request.headers["authorization"].to_str().unwrap();
    authorization.starts_with("AWS4-HMAC-SHA256 ")
        && authorization.contains(&format!("/{service}/aws4_request"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_gets_the_batch_as_a_message() {
    let requests = sent_to("arn:aws:sqs:us-east-1:123456789012:failed").await;
    let last = requests.last().unwrap();
    assert!(is_signed_for(last, "sqs"));
    assert_eq!(last.headers["x-amz-target"], "AmazonSQS.SendMessage");
    let message: Value = serde_json::from_slice(&last.body).unwrap();
    assert!(message["QueueUrl"].as_str().unwrap().ends_with("/123456789012/failed"));
    let letter: Value = serde_json::from_str(message["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(letter["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert!(letter["KafkaBatchInfo"]["recordsInfo"]["pay-0"].is_object());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sns_topic_gets_the_batch_as_a_message() {
    let requests = sent_to("arn:aws:sns:us-east-1:123456789012:failed").await;
    let last = requests.last().unwrap();
    assert!(is_signed_for(last, "sns"));
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(&last.body).into_owned().collect();
    let value = |name: &str| &parameters.iter().find(|(n, _)| n == name).unwrap().1;
    assert_eq!(
        (value("Action").as_str(), value("TopicArn").as_str()),
        ("Publish", "arn:aws:sns:us-east-1:123456789012:failed")
    );
    let letter: Value = serde_json::from_str(value("Message")).unwrap();
    assert!(letter.get("payload").is_none(), "the event itself goes to S3 only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_gets_the_batch_with_its_event_as_an_object() {
    let requests = sent_to("arn:aws:s3:::failed").await;
    let last = requests.last().unwrap();
    assert!(is_signed_for(last, "s3"));
    assert_eq!(last.method, Method::PUT);
    let prefix = "/failed/aws/lambda/8f2d1c3e-0000-4000-8000-000000000001/pay-0/";
    assert!(last.uri.path().starts_with(prefix), "{}", last.uri);
    let letter: Value = serde_json::from_slice(&last.body).unwrap();
    let event: Value = serde_json::from_str(letter["payload"].as_str().unwrap()).unwrap();
    assert!(event["records"]["pay-0"].is_array());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_gets_a_file_for_each_batch() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("failed-{}", std::process::id()));
    let stop = CancellationToken::new();
    let config = failing_to(&broker, "arn:aws:sqs:us-east-1:123456789012:failed");
    let function = Function::new(|_, _| async { function_error() });
    let handle =
        Mapping::start(config, leading_to(folder.to_str().unwrap()), function, stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    let files = files_under(&folder.join("sqs/failed"));
    let batches: u64 = files
        .iter()
        .map(|file| serde_json::from_slice::<Value>(&std::fs::read(file).unwrap()).unwrap())
        .map(|letter| letter["KafkaBatchInfo"]["batchSize"].as_u64().unwrap())
        .sum();
    assert_eq!(batches, 3, "{files:?}");
    stop.cancel();
    handle.join().await;
    std::fs::remove_dir_all(folder).unwrap();
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

const SCHEMA: &str = r#"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#;

fn validated(broker: &Broker, url: &str, format: EventRecordFormat) -> MappingConfig {
    MappingConfig {
        provisioned_pollers: Some(PollerLimits { minimum: 1, maximum: 2 }),
        filter_patterns: vec![r#"{"value":{"id":[{"numeric":["<",100]}]}}"#.to_owned()],
        schema_registry: Some(SchemaRegistry {
            url: url.to_owned(),
            format,
            validates_key: false,
            validates_value: true,
            access: RegistryAccess::default(),
        }),
        ..mapping(&broker.bootstrap(), "pay")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_validated_decoded_and_filtered_by_the_registrys_schema() {
    // The first question is not answered; schema 7 exists, 8 does not.
    let server = Server::start(|count, request| match (count, request.uri.path()) {
        (0, _) => (StatusCode::BAD_GATEWAY, String::new()),
        (_, "/schemas/ids/7") => {
            (StatusCode::OK, json!({"schemaType": "JSON", "schema": SCHEMA}).to_string())
        }
        _ => (StatusCode::NOT_FOUND, json!({"error_code": 40_403}).to_string()),
    })
    .await;
    let broker = Broker::with_topic("pay", 1);
    let with_schema = |id: char, data: &str| format!("\0\0\0\0{id}{data}");
    let values = [
        with_schema('\x07', r#"{"id":1}"#),
        with_schema('\x07', r#"{"id":"no integer"}"#),
        with_schema('\x08', r#"{"id":3}"#),
        with_schema('\x07', r#"{"id":400}"#),
        "no prefix".to_owned(),
        with_schema('\x07', r#"{"id":6}"#),
    ];
    for value in &values {
        broker.produce("pay", 0, "k", value).await;
    }
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = validated(&broker, &server.url, EventRecordFormat::Json);
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 6).await;
    assert_eq!(function.values().concat(), [r#"{"id":1}"#, r#"{"id":6}"#]);
    assert_eq!(function.offsets()[&0], [0, 5], "in order, whatever was asked in between");
    let metadata = &function.events()[0]["records"]["pay-0"][0]["valueSchemaMetadata"];
    assert_eq!(*metadata, json!({"dataFormat": "JSON", "schemaId": "7"}));
    let metrics = handle.metrics();
    assert_eq!((metrics.polled, metrics.filtered_out, metrics.dropped), (6, 1, 3));
    assert_eq!(metrics.schema_registry_error, 4, "one unanswered question, three unreadable records");
    assert_eq!(server.requests().len(), 3, "each schema is asked for once more");
    let status = handle.status().await.unwrap();
    assert_eq!(status.pollers, Some(1));
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_the_registry_did_not_know_is_asked_for_again() {
    // First something else answers, then the registry without the schema, then with it.
    let server = Server::start(|count, _| match count {
        0 => (StatusCode::NOT_FOUND, "<html>no such page</html>".to_owned()),
        1 => (StatusCode::NOT_FOUND, json!({"error_code": 40_403}).to_string()),
        _ => (StatusCode::OK, json!({"schemaType": "JSON", "schema": SCHEMA}).to_string()),
    })
    .await;
    let broker = Broker::with_topic("pay", 1);
    let value = "\0\0\0\0\x07{\"id\":1}";
    broker.produce("pay", 0, "k", value).await;
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = validated(&broker, &server.url, EventRecordFormat::Json);
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 1).await;
    assert_eq!(server.requests().len(), 2, "what is not the registry's own answer is asked again");
    assert_eq!(handle.metrics().dropped, 1);
    eventually("a record by the schema that was registered meanwhile", || async {
        broker.produce("pay", 0, "k", value).await;
        !function.calls().is_empty()
    })
    .await;
    assert_eq!(function.values()[0][0], r#"{"id":1}"#);
    assert_eq!(server.requests().len(), 3, "what is missing is believed for a while");
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lag_makes_pollers() {
    let broker = Broker::with_topic("pay", 12);
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let held = Arc::clone(&gate);
    let function = Function::new(move |_, _| {
        let held = Arc::clone(&held);
        async move {
            drop(held.acquire().await);
            support::function::success()
        }
    });
    for partition in 0..12 {
        broker.produce_all("pay", partition, 0..20).await;
    }
    let config = MappingConfig {
        batch_size: 1,
        provisioned_pollers: Some(PollerLimits { minimum: 1, maximum: 2 }),
        ..mapping(&broker.bootstrap(), "pay")
    };
    let options = EsmOptions {
        poller_scaling_interval: std::time::Duration::from_millis(300),
        max_concurrent_invocations: 100,
        ..quick()
    };
    let stop = CancellationToken::new();
    let handle = Mapping::start(config, options, function, stop.clone()).unwrap();
    let in_flight = |count: usize| {
        let handle = &handle;
        async move { handle.status().await.unwrap().invocations_in_flight == count }
    };
    eventually("five invocations of the one poller", || in_flight(5)).await;
    eventually("ten of two", || in_flight(10)).await;
    assert_eq!(handle.status().await.unwrap().pollers, Some(2), "no more than the maximum");
    gate.add_permits(1_000);
    for partition in 0..12 {
        committed(&handle, partition, 20).await;
    }
    stop.cancel();
    handle.join().await;
}
