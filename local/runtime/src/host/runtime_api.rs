//! The Runtime API and the Extensions API on the port of one environment.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::net::TcpStream;

use super::environment::Environment;
use super::errors::{self, Failure};
use crate::ids;
use crate::invoke::InvokeOutcome;

const RUNTIME: &str = "/2018-06-01/runtime/";
const EXTENSION: &str = "/2020-01-01/extension/";
const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE_MS: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const EXTENSION_ID: HeaderName = HeaderName::from_static("lambda-extension-identifier");

/// AWS's limit of a synchronous answer: 6 MB and a little.
const RESPONSE_BYTES_MAX: usize = 6_291_556;

type Answer = Response<Full<Bytes>>;

/// Serves one connection until the process closes it.
pub(super) async fn serve(environment: Arc<Environment>, stream: TcpStream) {
    // Without it, an answer in two segments waits 40 ms for a delayed acknowledgement.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| {
        let environment = Arc::clone(&environment);
        async move { Ok::<_, Infallible>(handle(&environment, request).await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.auto_date_header(false);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        // A killed process leaves half a request behind: nothing to mend.
        tracing::trace!(%error, "Runtime API connection");
    }
}

async fn handle(environment: &Arc<Environment>, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    if let Some(path) = path.strip_prefix(RUNTIME) {
        return runtime(environment, path, request).await;
    }
    match path.strip_prefix(EXTENSION) {
        Some("register") => registered(environment),
        // Extensions that only want to hear of the end hear it by SIGTERM.
        Some("event/next") => std::future::pending().await,
        Some("init/error" | "exit/error") => accepted(),
        _ => refused(StatusCode::NOT_FOUND, "no such path of the Runtime API"),
    }
}

async fn runtime(environment: &Arc<Environment>, path: &str, request: Request<Incoming>) -> Answer {
    match (request.method().clone(), path.split('/').collect::<Vec<_>>().as_slice()) {
        (Method::GET, ["invocation", "next"]) => next(environment).await,
        (Method::POST, ["invocation", id, "response"]) => {
            let outcome = match read(request).await {
                Ok(body) => success(body),
                Err(refusal) => {
                    environment.answer(id, too_large().outcome(id)).await;
                    return refusal;
                }
            };
            answered(environment.answer(id, outcome).await)
        }
        (Method::POST, ["invocation", id, "error"]) => match read(request).await {
            Ok(body) => answered(environment.answer(id, errors::reported(body)).await),
            Err(refusal) => refusal,
        },
        (Method::POST, ["init", "error"]) => match read(request).await {
            Ok(body) => {
                *environment.init_failure() = Some(errors::reported_init(&body));
                accepted()
            }
            Err(refusal) => refusal,
        },
        _ => refused(StatusCode::NOT_FOUND, "no such path of the Runtime API"),
    }
}

/// The long poll: answered when there is a call, and never otherwise, since a closed or failed
/// poll ends the runtime clients.
async fn next(environment: &Environment) -> Answer {
    let Some((current, payload)) = environment.next().await else { return std::future::pending().await };
    let function = &environment.pool.function;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let deadline_ms = (now + function.timeout).as_millis().to_string();
    let mut response = Response::new(Full::new(payload));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        (REQUEST_ID, &*current.request_id),
        (DEADLINE_MS, deadline_ms.as_str()),
        (FUNCTION_ARN, function.arn.as_str()),
        (TRACE_ID, ids::trace_header(now.as_secs()).as_str()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    environment.begin(current);
    response
}

/// A handler's answer is JSON; some runtime clients let `NaN` through.
fn success(body: Bytes) -> InvokeOutcome {
    if serde_json::from_slice::<IgnoredAny>(&body).is_ok() {
        return InvokeOutcome::Success(body);
    }
    let payload = json!({"errorType": "Runtime.MarshalError", "errorMessage": "the answer is no JSON"});
    errors::reported(Bytes::from(payload.to_string()))
}

fn too_large() -> Failure {
    let message =
        format!("Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes).");
    Failure::new("Function.ResponseSizeTooLarge", message)
}

async fn read(request: Request<Incoming>) -> Result<Bytes, Answer> {
    let body = Limited::new(request.into_body(), RESPONSE_BYTES_MAX).collect().await;
    body.map(|body| body.to_bytes()).map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "more than 6 MB"))
}

fn registered(environment: &Environment) -> Answer {
    let function = &environment.pool.function;
    let body = json!({
        "functionName": function.name, "functionVersion": "$LATEST", "handler": function.handler,
    });
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
        response.headers_mut().insert(EXTENSION_ID, id);
    }
    response
}

/// An answer for a call that has timed out meanwhile is refused, and the process goes on.
fn answered(is_under_way: bool) -> Answer {
    if is_under_way {
        accepted()
    } else {
        refused(StatusCode::BAD_REQUEST, "no call with this request id is under way")
    }
}

fn accepted() -> Answer {
    let mut response = Response::new(Full::new(Bytes::from_static(br#"{"status":"OK"}"#)));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

fn refused(status: StatusCode, message: &str) -> Answer {
    let body = json!({"errorType": "InvalidRequest", "errorMessage": message}).to_string();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}
