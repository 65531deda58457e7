//! The Lambda API, as far as clients need it to invoke: `cargo lambda invoke`, the AWS CLI and
//! SDKs with another endpoint address. Signatures are not checked.

mod answer;
mod describe;
mod invoke;
mod name;

use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::host::LogBook;
use crate::invoke::Invoke;
use crate::serve::{self, Answer, Service};
use crate::template::Function;
use answer::{error, json_answer};

const FUNCTIONS: &str = "/2015-03-31/functions";
/// Where tools ask whether the runtime is ready.
const HEALTH: &str = "/_runtime/health";

/// What the health route answers, asked for at each request.
pub type Health = Arc<dyn Fn() -> BoxFuture<'static, Value> + Send + Sync>;

/// The Invoke API's parts.
#[derive(Clone)]
pub struct InvokeApi<I> {
    /// Calls the functions.
    pub invoker: Arc<I>,
    /// The functions there are.
    pub functions: Arc<Vec<Function>>,
    /// For `LogType: Tail`.
    pub logs: Arc<LogBook>,
    /// For [`HEALTH`].
    pub health: Health,
    /// Bounds the calls of type `Event` that are under way.
    pub events: Arc<tokio::sync::Semaphore>,
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
        if path == HEALTH {
            return json_answer(200, &(self.health)().await);
        }
        let Some(rest) = path.strip_prefix(FUNCTIONS) else { return no_such_operation(&path) };
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        match (request.method().clone(), parts.as_slice()) {
            (Method::GET, []) => json_answer(200, &describe::list(&self.functions)),
            (Method::POST, [name, "invocations"]) => self.invoke(name, request).await,
            (Method::GET, [name]) => self.with_function(name, describe::function),
            (Method::GET, [name, "configuration"]) => self.with_function(name, describe::configuration),
            _ => no_such_operation(&path),
        }
    }
}

impl<I: Invoke> InvokeApi<I> {
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
