//! API Gateway's HTTP API with Lambda proxy integrations, payload format 2.0.

mod authorize;
mod cors;
mod event;
mod response;
mod router;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use authorize::{Authorize, Disabled, Refusal};
use event::EventBuilder;
use router::Router;

use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::serve::{self, Answer, Service};
use crate::template::{Api, Application, Place, Route};

/// HTTP APIs take requests of at most 10 MB.
const BODY_BYTES_MAX: usize = 10 * 1_024 * 1_024;

/// Routes requests to functions.
#[derive(Debug)]
pub struct HttpApi<I, A> {
    invoker: Arc<I>,
    authorize: A,
    router: Router,
    apis: BTreeMap<String, Api>,
    place: Place,
}

impl<I: Invoke, A: Authorize> HttpApi<I, A> {
    /// An API of all the application's routes; several APIs of a template share the address.
    pub fn new(application: &Application, invoker: Arc<I>, authorize: A) -> Self {
        Self {
            invoker,
            authorize,
            router: Router::new(application.routes.clone()),
            apis: application.apis.clone(),
            place: application.place.clone(),
        }
    }
}

/// Serves until the shutdown.
pub async fn run<I: Invoke, A: Authorize>(
    listener: TcpListener,
    api: HttpApi<I, A>,
    shutdown: CancellationToken,
) {
    serve::serve(listener, Arc::new(api), shutdown).await;
}

impl<I: Invoke, A: Authorize> Service for Arc<HttpApi<I, A>> {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let started = std::time::Instant::now();
        let line = tracing::enabled!(tracing::Level::DEBUG)
            .then(|| format!("{} {}", request.method(), request.uri()));
        let answer = self.route(request, peer).await;
        if let Some(line) = line {
            tracing::debug!(
                status = answer.status().as_u16(),
                micros = started.elapsed().as_micros(),
                "{line}"
            );
        }
        answer
    }
}

impl<I: Invoke, A: Authorize> HttpApi<I, A> {
    async fn route(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let (head, body) = request.into_parts();
        if let Some(preflight) = self.preflight(&head) {
            return preflight;
        }
        let Some(matched) = self.router.find(&head.method, head.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let api = self.apis.get(&matched.route.api);
        let authorizer = match self.authorize.authorize(matched.route, api, &head).await {
            Ok(authorizer) => authorizer,
            Err(Refusal::Unauthorized) => return message(StatusCode::UNAUTHORIZED, "Unauthorized"),
            Err(Refusal::Forbidden) => return message(StatusCode::FORBIDDEN, "Forbidden"),
        };
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return too_large();
        };
        let builder = EventBuilder {
            head: &head,
            body: body.to_bytes(),
            matched: &matched,
            place: &self.place,
            stage_variables: api.map(|api| &api.stage_variables),
            authorizer,
            peer,
        };
        let mut answer = self.call(matched.route, builder.build()).await;
        if let Some(cors) = api.and_then(|api| api.cors.as_ref()) {
            cors::decorate(cors, &head, &mut answer);
        }
        answer
    }

    /// Calls the function for at most as long as API Gateway would wait.
    async fn call(&self, route: &Route, event: Bytes) -> Answer {
        let invocation = Invocation { function: route.function.as_str().into(), payload: event };
        match tokio::time::timeout(route.timeout, self.invoker.invoke(invocation)).await {
            Ok(InvokeOutcome::Success(payload)) => response::read(&payload).unwrap_or_else(|reason| {
                tracing::warn!(function = route.function, reason, "the answer is no HTTP response");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }),
            Ok(InvokeOutcome::FunctionError { error_type, error_message, .. }) => {
                tracing::warn!(function = route.function, error_type, error_message, "the function failed");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            Ok(InvokeOutcome::Throttled) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(InvokeOutcome::ServiceError(reason)) => {
                tracing::warn!(function = route.function, reason, "the function was not reached");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    /// With CORS configured, API Gateway answers `OPTIONS` itself, unless a route takes it.
    fn preflight(&self, head: &http::request::Parts) -> Option<Answer> {
        if head.method != Method::OPTIONS {
            return None;
        }
        let cors = self.apis.values().find_map(|api| api.cors.as_ref())?;
        cors::preflight(cors, head)
    }
}

/// The rest of the body is still on its way: the connection cannot be used again.
fn too_large() -> Answer {
    let mut answer = message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// API Gateway's own answers.
fn message(status: StatusCode, text: &str) -> Answer {
    let body = Bytes::from(format!(r#"{{"message":"{text}"}}"#));
    let mut answer = Answer::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
