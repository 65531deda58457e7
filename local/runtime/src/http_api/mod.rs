//! API Gateway's HTTP API with Lambda proxy integrations, payload format 2.0.

mod authorize;
mod claims_text;
mod cors;
mod event;
mod jwt;
mod limits;
mod response;
mod router;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use authorize::{Authorize, AuthorizerContext, Disabled, Refusal};
pub use claims_text::NestedClaims;
use event::EventBuilder;
pub use jwt::{Jwt, JwtAlgorithm, JwtError, JwtOptions};
use limits::{BODY_BYTES_MAX, BODY_WAIT_MAX, EVENT_BYTES_MAX, RETRY_AFTER_S};
use router::{Matched, Router};

use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::serve::{self, Answer, Service};
use crate::template::{Api, Application, Cors, Place, Route};

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
    /// With CORS, its headers are on every answer of the API: on refusals too, which a browser would not
    /// show to its script otherwise.
    async fn route(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let (head, body) = request.into_parts();
        if !limits::is_head_small(&head) {
            return closing(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        if let Some(preflight) = self.preflight(&head) {
            return preflight;
        }
        let Some(matched) = self.router.find(&head.method, head.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let api = self.apis.get(&matched.route.api);
        let mut answer = self.pass(&matched, &head, body, peer).await;
        if let Some(cors) = api.and_then(|api| api.cors.as_ref()) {
            cors::decorate(cors, &head, &mut answer);
        }
        answer
    }

    /// Through the authorizer to the function.
    async fn pass(&self, matched: &Matched<'_>, head: &Parts, body: Incoming, peer: SocketAddr) -> Answer {
        let authorizer = match self.authorize.authorize(matched.route, head).await {
            Ok(authorizer) => authorizer,
            Err(refusal) => return refused(refusal),
        };
        let whole = Limited::new(body, BODY_BYTES_MAX).collect();
        let body = match tokio::time::timeout(BODY_WAIT_MAX, whole).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return closing(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Err(_) => return closing(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
        };
        let builder = EventBuilder {
            head,
            body: body.to_bytes(),
            matched,
            place: &self.place,
            stage_variables: self.apis.get(&matched.route.api).map(|api| &api.stage_variables),
            authorizer,
            peer,
        };
        let event = builder.build();
        if event.len() > EVENT_BYTES_MAX {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        self.call(matched.route, event).await
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
            Ok(InvokeOutcome::Throttled) | Err(_) => unavailable(),
            Ok(InvokeOutcome::ServiceError(reason)) => {
                tracing::warn!(function = route.function, reason, "the function was not reached");
                unavailable()
            }
        }
    }

    /// With CORS configured, API Gateway answers `OPTIONS` itself, unless it is a route's own: one of
    /// that method, or `$default`, which takes whatever no other route does.
    fn preflight(&self, head: &Parts) -> Option<Answer> {
        if head.method != Method::OPTIONS {
            return None;
        }
        let taken = self.router.find(&head.method, head.uri.path()).map(|matched| matched.route);
        if taken.is_some_and(|route| route.method.is_some() || route.path == "$default") {
            return None;
        }
        cors::preflight(self.cors_of(head)?, head)
    }

    /// The settings of the API that the announced request would go to; several share the address.
    fn cors_of(&self, head: &Parts) -> Option<&Cors> {
        let method = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let api = self.router.find(&method, head.uri.path()).and_then(|it| self.apis.get(&it.route.api));
        match api {
            Some(api) => api.cors.as_ref(),
            None => self.apis.values().find_map(|api| api.cors.as_ref()),
        }
    }
}

fn refused(refusal: Refusal) -> Answer {
    let (mut answer, challenge) = match refusal {
        Refusal::Unauthorized(challenge) => (message(StatusCode::UNAUTHORIZED, "Unauthorized"), challenge),
        Refusal::Forbidden(challenge) => (message(StatusCode::FORBIDDEN, "Forbidden"), challenge),
    };
    // A scope of the template may hold what no header may.
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// The rest of the body may still be on its way: the connection cannot be used again.
fn closing(status: StatusCode, text: &str) -> Answer {
    let mut answer = message(status, text);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Nobody had room for the call, or nobody answered in time.
fn unavailable() -> Answer {
    let mut answer = message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
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
