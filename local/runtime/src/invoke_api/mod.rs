//! The Lambda API, as far as clients need it to invoke and to see and change event source mappings:
//! `cargo lambda invoke`, the AWS CLI and SDKs with another endpoint address. Signatures are not checked.

mod answer;
mod body;
mod describe;
mod events;
mod invoke;
mod mappings;
mod name;
mod page;

use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::esm::directory::Directory;
use crate::esm::prometheus;
use crate::esm::status::MappingStatus;
use crate::invoke::Invoke;
use crate::serve::{self, Answer, Service};
use crate::template::{Addresses, Function};
use answer::{error, json_answer, text_answer};
pub use events::{EventRetries, Events};
use page::Query;

const FUNCTIONS: &str = "/2015-03-31/functions";
const EVENT_SOURCE_MAPPINGS: &str = "/2015-03-31/event-source-mappings";
/// Functions on one page of AWS's list.
const FUNCTIONS_PAGE_MAX: usize = 50;
/// Where tools ask whether the runtime is ready.
const HEALTH: &str = "/_runtime/health";
/// The mappings' metrics, in Prometheus' text format.
const METRICS: &str = "/_runtime/metrics";
/// The mappings' state and metrics, as JSON.
pub const MAPPINGS: &str = "/_runtime/mappings";

/// What the runtime tells about itself, asked for at each request.
pub trait Introspect: Send + Sync {
    /// Whether it is ready, and how everything is.
    fn health(&self) -> BoxFuture<'_, Value>;
    /// Every mapping with its lag and its counters.
    fn mappings(&self) -> BoxFuture<'_, Vec<MappingStatus>>;
}

/// The Invoke API's parts.
#[derive(Clone)]
pub struct InvokeApi<I> {
    /// Calls the functions.
    pub invoker: Arc<I>,
    /// The functions there are.
    pub functions: Arc<Vec<Function>>,
    /// The event source mappings.
    pub mappings: Arc<Directory<I>>,
    /// Brokers of clusters, for mappings that are created here.
    pub brokers: Option<Addresses>,
    /// For the routes under `/_runtime`.
    pub runtime: Arc<dyn Introspect>,
    /// The calls of type `Event`.
    pub events: Arc<Events>,
}

impl<I> std::fmt::Debug for InvokeApi<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvokeApi").field("functions", &self.functions.len()).finish_non_exhaustive()
    }
}

/// Serves until the shutdown.
pub async fn run<I: Invoke>(listener: TcpListener, api: InvokeApi<I>, shutdown: CancellationToken) {
    serve::serve(listener, Arc::new(api), shutdown).await;
}

impl<I: Invoke> Service for Arc<InvokeApi<I>> {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Answer {
        let path = request.uri().path().trim_end_matches('/').to_owned();
        match path.as_str() {
            HEALTH => return json_answer(200, &self.runtime.health().await),
            METRICS => return text_answer(prometheus::text(&self.runtime.mappings().await)),
            MAPPINGS => {
                return json_answer(
                    200,
                    &serde_json::to_value(self.runtime.mappings().await).unwrap_or_default(),
                );
            }
            _ => {}
        }
        if let Some(rest) = path.strip_prefix(EVENT_SOURCE_MAPPINGS) {
            let parts: Vec<&str> = rest.split('/').skip(1).collect();
            return self.mappings(&parts, request).await;
        }
        let Some(rest) = path.strip_prefix(FUNCTIONS) else { return no_such_operation(&path) };
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        match (request.method().clone(), parts.as_slice()) {
            (Method::GET, []) => self.list_functions(&Query::of(request.uri())),
            (Method::POST, [name, "invocations"]) => self.invoke(name, request).await,
            (Method::GET, [name]) => self.with_function(name, describe::function),
            (Method::GET, [name, "configuration"]) => self.with_function(name, describe::configuration),
            _ => no_such_operation(&path),
        }
    }
}

impl<I: Invoke> InvokeApi<I> {
    fn list_functions(&self, query: &Query) -> Answer {
        match page::of(self.functions.iter().collect(), query, FUNCTIONS_PAGE_MAX) {
            Ok((some, next)) => json_answer(200, &page::with_marker(describe::list(&some), next)),
            Err(refused) => error(400, "InvalidParameterValueException", &refused.to_string()),
        }
    }

    fn with_function(&self, name: &str, describe: impl Fn(&Function) -> Value) -> Answer {
        match self.find(name) {
            Some(function) => json_answer(200, &describe(function)),
            None => no_such_function(name),
        }
    }

    /// Finds a function by what stands in a request's path.
    fn find(&self, name: &str) -> Option<&Function> {
        let name = name::function_name(name);
        self.functions.iter().find(|function| function.name == name)
    }
}

fn no_such_function(name: &str) -> Answer {
    error(404, "ResourceNotFoundException", &format!("Function not found: {}", name::function_name(name)))
}

fn no_such_operation(path: &str) -> Answer {
    tracing::debug!(path, "the Lambda API has more operations than this one");
    let message = format!("{path} is not served here");
    let mut answer = json_answer(404, &json!({"Type": "User", "Message": message, "message": message}));
    answer
        .headers_mut()
        .insert("x-amzn-errortype", http::HeaderValue::from_static("UnknownOperationException"));
    answer
}
