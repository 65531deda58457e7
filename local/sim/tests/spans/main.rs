//! A payment's whole trace, from its request to its last step, as a collector is told of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod city;
mod collector;

use std::sync::Arc;

use city::City;
use collector::{Collector, Span};
use gateway_edge::kafka::RawRecord;
use gateway_edge::span::export::Exporter;
use gateway_edge::span::listener;
use gateway_memory::provider::{Decides, Step};
use gateway_memory::shop::Shop;
use gateway_wire::RecordOrigin;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const AUTHORIZES: Step = Step::Answer(Decides::Authorize);
const STATE: &str = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7";

async fn city(collector: &Collector) -> (City, DefaultGuard) {
    let resource = vec![("service.name", "gateway".to_owned())];
    let exporter = Arc::new(Exporter::new(&collector.endpoint, resource).unwrap());
    let listening = tracing_subscriber::registry().with(listener(Arc::clone(&exporter)));
    let guard = tracing::subscriber::set_default(listening);
    (City { shop: Shop::open().await.unwrap(), exporter }, guard)
}

async fn pay(city: City, sampled: bool) -> City {
    let flags = if sampled { "01" } else { "00" };
    let traceparent = format!("00-{TRACE_ID}-{CALLER}-{flags}");
    city.pay(&[("traceparent", &traceparent), ("tracestate", STATE)]).await
}

/// The spans of the payment's trace.
fn of_trace(collector: &Collector) -> Vec<Span> {
    collector.spans().into_iter().filter(|span| span.text("traceId") == TRACE_ID).collect()
}

/// The names from a span up to the one that the caller began.
fn ancestry(spans: &[Span], last: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = spans.iter().rev().find(|span| span.name() == last);
    while let Some(span) = next {
        names.push(span.name().to_owned());
        next = spans.iter().find(|other| other.id() == span.text("parentSpanId"));
        if next.is_none() {
            assert_eq!(span.text("parentSpanId"), CALLER, "the first is the caller's child");
        }
    }
    names
}

#[tokio::test]
async fn one_trace_runs_from_the_request_through_a_retry_to_the_last_step() {
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    let city = pay(city, true).await.orchestrate().await.process(Step::Refuse).await.schedule(5).await;
    city.dispatch().await.process(AUTHORIZES).await.settle().await;
    let spans = of_trace(&collector);
    assert_eq!(
        ancestry(&spans, "process purchases-processed"),
        [
            "process purchases-processed",
            "send purchases-processed",
            "process process-purchases",
            "send process-purchases",
            "process payment_retry",
            "send payment_retry",
            "process process-purchases",
            "send process-purchases",
            "process order_queue",
            "send order_queue",
            "POST /payment",
        ]
    );
    assert!(spans.iter().all(|span| span.text("traceState") == STATE), "{spans:#?}");
}

#[tokio::test]
async fn one_trace_runs_into_the_dead_letters() {
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    let city = pay(city, true).await.orchestrate().await.process(Step::Refuse).await.schedule(0).await;
    city.handle_dlq().await;
    let spans = of_trace(&collector);
    let ancestry = ancestry(&spans, "process payment_dlq");
    assert_eq!(ancestry[..3], ["process payment_dlq", "send payment_dlq", "process payment_retry"]);
    let exhausted = spans.iter().find(|span| span.name() == "process payment_retry").unwrap();
    assert_eq!(exhausted.attribute("error.type").as_deref(), Some("attempts_exhausted"));
    assert_eq!(exhausted.0["status"]["code"], 2);
}

#[tokio::test]
async fn a_batch_has_a_trace_of_its_own_linked_both_ways() {
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    pay(city, true).await.orchestrate().await;
    let spans = collector.spans();
    let named = |name: &str| spans.iter().find(|span| span.name() == name).unwrap();
    let (batch, process, send) =
        (named("orchestrate-payment"), named("process order_queue"), named("send order_queue"));
    assert_ne!(batch.text("traceId"), TRACE_ID);
    assert_eq!((batch.links(), process.links()), (vec![send.id().to_owned()], vec![batch.id().to_owned()]));
    assert_eq!(batch.attribute("messaging.batch.message_count").as_deref(), Some("1"));
    assert_eq!(batch.attribute("faas.trigger").as_deref(), Some("pubsub"));
}

#[tokio::test]
async fn spans_carry_the_attributes_of_opentelemetrys_conventions() {
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    let city = pay(city, true).await.orchestrate().await;
    let spans = of_trace(&collector);
    let named = |name: &str| spans.iter().find(|span| span.name() == name).unwrap();
    let queued = city.shop.log.records("order_queue").pop().unwrap();
    let value: serde_json::Value = serde_json::from_slice(&queued.record.value).unwrap();
    let payment_id = value["payment_id"].as_str().unwrap();
    let key = "00000000000000000000000002";
    assert_eq!(queued.record.key, key);
    for (name, kind, attribute, expected) in [
        ("POST /payment", 2, "http.request.method", "POST"),
        ("POST /payment", 2, "http.route", "/payment"),
        ("POST /payment", 2, "http.response.status_code", "202"),
        ("send order_queue", 4, "messaging.system", "kafka"),
        ("send order_queue", 4, "messaging.operation.name", "send"),
        ("send order_queue", 4, "messaging.destination.name", "order_queue"),
        ("send order_queue", 4, "messaging.destination.partition.id", "0"),
        ("send order_queue", 4, "messaging.kafka.offset", "0"),
        ("send order_queue", 4, "messaging.message.conversation_id", payment_id),
        ("process order_queue", 5, "messaging.system", "kafka"),
        ("process order_queue", 5, "messaging.operation.name", "process"),
        ("process order_queue", 5, "messaging.operation.type", "process"),
        ("process order_queue", 5, "messaging.destination.name", "order_queue"),
        ("process order_queue", 5, "messaging.destination.partition.id", "0"),
        ("process order_queue", 5, "messaging.consumer.group.name", "orchestrate-payment"),
        ("process order_queue", 5, "messaging.kafka.offset", "0"),
        ("process order_queue", 5, "messaging.kafka.message.key", key),
        ("process order_queue", 5, "messaging.message.conversation_id", payment_id),
    ] {
        let span = named(name);
        assert_eq!(span.0["kind"], kind, "{name}");
        assert_eq!(span.attribute(attribute).as_deref(), Some(expected), "{name}: {attribute}");
        let time = |field: &str| span.text(field).parse::<u64>().unwrap();
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"), "{name}");
    }
}

#[tokio::test]
async fn a_trace_that_its_caller_does_not_record_is_carried_and_not_told_of() {
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    let city = pay(city, false).await.orchestrate().await.process(AUTHORIZES).await.settle().await;
    assert_eq!(of_trace(&collector).len(), 0);
    let told = city.shop.log.records("purchases-processed").pop().unwrap();
    let headers = told.record.headers;
    assert!(
        headers[0].1.starts_with(&format!("00-{TRACE_ID}-")) && headers[0].1.ends_with("-00"),
        "{headers:?}"
    );
    assert_eq!(headers[1], ("tracestate".to_owned(), STATE.to_owned()));
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nothing_up() {
    let mut collector = Collector::start().await;
    collector.endpoint = "http://127.0.0.1:9".to_owned();
    let (city, _listening) = city(&collector).await;
    pay(city, true).await.orchestrate().await.process(AUTHORIZES).await.settle().await;
    assert_eq!(collector.spans().len(), 0);
}

#[tokio::test]
async fn a_card_number_in_a_record_is_in_no_span() {
    let number = "4539620659922097";
    let collector = Collector::start().await;
    let (city, _listening) = city(&collector).await;
    let poison = RawRecord {
        origin: RecordOrigin { topic: "order_queue".to_owned(), partition: 0, offset: 0 },
        timestamp_ms: 0,
        key: Some(number.into()),
        value: Some(format!(r#"{{"payment_id":"{number}"}}"#).into_bytes()),
        headers: vec![("tracestate".to_owned(), format!("a={number}").into_bytes())],
    };
    city.orchestrate_these(vec![poison]).await;
    let spans = collector.spans();
    assert!(spans.iter().any(|span| span.name() == "send payment_dlq"), "{spans:?}");
    assert!(!format!("{spans:?}").contains(number), "{spans:?}");
}
