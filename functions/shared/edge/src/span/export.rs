//! Handing spans over: to a collector beside the function, by OTLP over HTTP as JSON.
//!
//! Lambda freezes an environment on demand once it has answered, so what has ended is handed over at the end of each
//! invocation, before the answer. A collector that does not take them loses them: no payment waits for it
//! longer than [`TIMEOUT`]. TLS and credentials are the collector's business.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use http::{Method, Request, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::span_data::SpanData;
use super::{invocation, otlp};
use crate::config::optional;

/// How long a collector may take; it stands beside the function.
const TIMEOUT: Duration = Duration::from_millis(500);
/// Spans kept until the invocation ends; more are lost, and told of.
const SPANS_MAX: usize = 4096;
/// No record is longer on its way: whoever sent it has given it up.
const ON_THE_WAY_MAX: Duration = Duration::from_secs(30);
/// Where a collector takes traces, below its address.
const PATH: &str = "/v1/traces";

/// Keeps spans that have ended, and hands them to a collector.
pub struct Exporter {
    collector: Uri,
    resource: Vec<(&'static str, String)>,
    client: Client<HttpConnector, Full<bytes::Bytes>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    ended: Vec<SpanData>,
    /// Records on their way, by the ids of their spans.
    on_their_way: HashMap<u64, SpanData>,
    lost: usize,
}

/// The environment's exporter, where it has one.
static EXPORTER: OnceLock<Arc<Exporter>> = OnceLock::new();

/// Hands over what has ended, where there is an exporter: at the end of each invocation.
pub async fn flush() {
    if let Some(exporter) = EXPORTER.get() {
        exporter.flush().await;
    }
}

/// The exporter that the environment asks for, as OpenTelemetry names its variables:
///
/// | variable | meaning |
/// |---|---|
/// | `OTEL_EXPORTER_OTLP_ENDPOINT` | the collector, such as `http://127.0.0.1:4318`; without it nothing is exported |
/// | `AWS_LAMBDA_FUNCTION_NAME`, `AWS_LAMBDA_FUNCTION_VERSION`, `AWS_LAMBDA_LOG_STREAM_NAME`, `AWS_REGION` | who tells; Lambda sets them |
///
/// # Errors
/// When the address is none. No payment fails for want of a collector: it is logged.
pub(crate) fn from_env() -> Result<Option<Arc<Exporter>>, String> {
    let Some(endpoint) = optional("OTEL_EXPORTER_OTLP_ENDPOINT") else { return Ok(None) };
    let exporter = Exporter::new(&endpoint, resource())?;
    Ok(Some(Arc::clone(EXPORTER.get_or_init(|| Arc::new(exporter)))))
}

fn resource() -> Vec<(&'static str, String)> {
    [
        ("service.name", optional("AWS_LAMBDA_FUNCTION_NAME")),
        ("service.namespace", Some("payment-gateway".to_owned())),
        ("cloud.provider", optional("AWS_REGION").map(|_| "aws".to_owned())),
        ("cloud.region", optional("AWS_REGION")),
        ("faas.name", optional("AWS_LAMBDA_FUNCTION_NAME")),
        ("faas.version", optional("AWS_LAMBDA_FUNCTION_VERSION")),
        ("faas.instance", optional("AWS_LAMBDA_LOG_STREAM_NAME")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

impl Exporter {
    /// An exporter to the collector at `endpoint`, for spans of `resource`.
    ///
    /// # Errors
    /// When `endpoint` is no `http` address.
    pub fn new(endpoint: &str, resource: Vec<(&'static str, String)>) -> Result<Self, String> {
        let collector: Uri = format!("{}{PATH}", endpoint.trim_end_matches('/'))
            .parse()
            .map_err(|error| format!("{endpoint} is no address: {error}"))?;
        if collector.scheme_str() != Some("http") || collector.host().is_none() {
            return Err(format!("{endpoint} is no http address"));
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { collector, resource, client, kept: Mutex::default() })
    }

    /// Hands over what has ended. A record on its way that nobody told of ends here, unless it may be that of an
    /// invocation that is under way.
    pub async fn flush(&self) {
        let (ended, lost) = self.take();
        if lost > 0 {
            tracing::warn!(lost, "more spans than are kept in one invocation");
        }
        if ended.is_empty() {
            return;
        }
        if let Err(error) = self.post(otlp::request(&self.resource, &ended).to_string()).await {
            tracing::warn!(spans = ended.len(), error, "spans lost: the collector did not take them");
        }
    }

    fn take(&self) -> (Vec<SpanData>, usize) {
        let mut kept = self.kept();
        let mut ended = std::mem::take(&mut kept.ended);
        let given_up = if invocation::are_under_way() { SpanData::before(ON_THE_WAY_MAX) } else { u64::MAX };
        ended.extend(kept.on_their_way.extract_if(|_, span| span.started < given_up).map(|(_, mut span)| {
            span.end();
            span
        }));
        (ended, std::mem::take(&mut kept.lost))
    }

    async fn post(&self, body: String) -> Result<(), String> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.collector.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| error.to_string())?;
        match tokio::time::timeout(TIMEOUT, self.client.request(request)).await {
            Err(_) => Err("no answer in time".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("answered {}", response.status())),
        }
    }

    /// Takes a span whose handle was dropped.
    pub(super) fn ended(&self, mut span: SpanData) {
        span.end();
        let mut kept = self.kept();
        if kept.ended.len() + kept.on_their_way.len() >= SPANS_MAX {
            kept.lost += 1;
        } else if span.is_on_its_way() {
            kept.on_their_way.insert(span.context.span_id, span);
        } else {
            kept.ended.push(span);
        }
    }

    /// Takes the news of a record on its way.
    pub(super) fn arrived(&self, news: SpanData) {
        let mut kept = self.kept();
        if let Some(mut span) = kept.on_their_way.remove(&news.context.span_id) {
            span.attributes.extend(news.attributes);
            span.failed |= news.failed;
            span.end();
            kept.ended.push(span);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::invocation::Counted;
    use super::super::span_data::PRODUCER;
    use super::*;

    fn on_its_way(span_id: u64) -> SpanData {
        let mut span = SpanData::begin("send");
        span.context.span_id = span_id;
        span.kind = PRODUCER;
        span
    }

    #[test]
    fn records_on_their_way_are_left_to_the_last_invocation() {
        let exporter = Exporter::new("http://127.0.0.1:1", Vec::new()).unwrap();
        exporter.ended(SpanData::begin("request"));
        exporter.ended(on_its_way(7));
        let neighbour = Counted::new();
        assert_eq!(exporter.take().0.len(), 1);
        drop(neighbour);
        let (left, lost) = exporter.take();
        assert_eq!((left.len(), left[0].context.span_id, lost), (1, 7, 0));
    }
}
