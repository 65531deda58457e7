//! API Gateway with Lambda proxy integrations: HTTP APIs, payload formats 2.0 and 1.0, and REST APIs.
//!
//! All APIs of a template share one address. A REST API's stage is no part of the path here, as in `sam local`.

mod answers;
mod authorize;
mod claims_text;
mod cors;
mod event;
mod event_v1;
mod jwt;
mod limits;
mod media_type;
mod response;
mod router;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, ACCESS_CONTROL_REQUEST_METHOD};
use http::request::Parts;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use authorize::{Authorize, AuthorizerContext, Disabled, Refusal};
pub use claims_text::NestedClaims;
use event::EventBuilder;
pub use jwt::{Jwt, JwtAlgorithm, JwtError, JwtOptions};
use limits::{BODY_BYTES_MAX, BODY_WAIT_MAX, EVENT_BYTES_MAX};
use router::{Matched, Router};

use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::serve::{self, Answer, Service};
use crate::template::{Api, ApiKind, Application, PayloadFormat, Place};

/// Routes requests to functions.
#[derive(Debug)]
pub struct HttpApi<I, A> {
    invoker: Arc<I>,
    authorize: A,
    router: Router,
    apis: BTreeMap<String, Api>,
    /// Where a route names an API that is not known: no template says so.
    no_api: Api,
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
            no_api: Api::default(),
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
    /// With CORS of an HTTP API, its headers are on every answer: on refusals too, which a browser would not
    /// show to its script otherwise. Those of a REST API are the function's own to give.
    async fn route(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let (head, body) = request.into_parts();
        if !limits::is_head_small(&head) {
            return answers::head_too_large();
        }
        if let Some(preflight) = self.preflight(&head) {
            return preflight;
        }
        let Some(matched) = self.router.find(&head.method, head.uri.path()) else {
            return answers::not_found(self.kind());
        };
        let api = self.api(&matched);
        let mut answer = self.pass(&matched, &head, body, peer).await;
        if let (ApiKind::Http, Some(cors)) = (api.kind, &api.cors) {
            cors::decorate(cors, &head, &mut answer);
        }
        answer
    }

    fn api(&self, matched: &Matched<'_>) -> &Api {
        self.apis.get(&matched.route.api).unwrap_or(&self.no_api)
    }

    /// Whose words are used where no route says it.
    fn kind(&self) -> ApiKind {
        let is_rest = !self.apis.is_empty() && self.apis.values().all(|api| api.kind == ApiKind::Rest);
        if is_rest { ApiKind::Rest } else { ApiKind::Http }
    }

    /// Through the authorizer to the function.
    async fn pass(&self, matched: &Matched<'_>, head: &Parts, body: Incoming, peer: SocketAddr) -> Answer {
        let authorizer = match self.authorize.authorize(matched.route, head).await {
            Ok(authorizer) => authorizer,
            Err(refusal) => return answers::refused(refusal),
        };
        let whole = Limited::new(body, BODY_BYTES_MAX).collect();
        let body = match tokio::time::timeout(BODY_WAIT_MAX, whole).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return answers::too_large(),
            Err(_) => return answers::too_slow(),
        };
        let api = self.api(matched);
        let builder = EventBuilder {
            head,
            body: body.to_bytes(),
            matched,
            place: &self.place,
            stage_variables: Some(&api.stage_variables),
            authorizer,
            peer,
        };
        let event = builder.build(api);
        if event.len() > EVENT_BYTES_MAX {
            return answers::too_large();
        }
        self.call(matched, head, event).await
    }

    /// Calls the function for at most as long as API Gateway would wait.
    async fn call(&self, matched: &Matched<'_>, head: &Parts, event: Bytes) -> Answer {
        let (route, api) = (matched.route, self.api(matched));
        let kind = api.kind;
        let invocation = Invocation { function: route.function.as_str().into(), payload: event };
        match tokio::time::timeout(route.timeout, self.invoker.invoke(invocation)).await {
            Ok(InvokeOutcome::Success(payload)) => read(route.payload_format, api, head, &payload)
                .unwrap_or_else(|reason| {
                    tracing::warn!(function = route.function, reason, "the answer is no HTTP response");
                    answers::failed(kind)
                }),
            Ok(InvokeOutcome::FunctionError { error_type, error_message, .. }) => {
                tracing::warn!(function = route.function, error_type, error_message, "the function failed");
                answers::failed(kind)
            }
            Ok(InvokeOutcome::Throttled) => answers::throttled(kind),
            Ok(InvokeOutcome::ServiceError(reason)) => {
                tracing::warn!(function = route.function, reason, "the function was not reached");
                answers::not_reached(kind)
            }
            Err(_) => answers::timed_out(kind),
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
        let api = self.announced_api(head)?;
        let cors = api.cors.as_ref()?;
        match api.kind {
            ApiKind::Http => cors::preflight(cors, head),
            ApiKind::Rest => Some(cors::rest_preflight(cors, &self.router.methods(head.uri.path()))),
        }
    }

    /// The API that the announced request would go to; several share the address.
    fn announced_api(&self, head: &Parts) -> Option<&Api> {
        let path = head.uri.path();
        let Some(method) = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD) else {
            // A REST API's OPTIONS is a method like any other, and answers whoever asks.
            let of_path = self.router.first(path).map(|matched| self.api(&matched));
            return of_path.filter(|api| api.kind == ApiKind::Rest);
        };
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let found = self.router.find(&method, path).or_else(|| self.router.first(path));
        match found {
            Some(matched) => Some(self.api(&matched)),
            None => self.apis.values().find(|api| api.kind == ApiKind::Http && api.cors.is_some()),
        }
    }
}

/// The response that a function's answer stands for.
fn read(format: PayloadFormat, api: &Api, head: &Parts, payload: &Bytes) -> Result<Answer, String> {
    match format {
        PayloadFormat::V2 => response::read(payload),
        PayloadFormat::V1 => response::read_v1(payload),
        PayloadFormat::Rest => {
            let accept = head.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            response::read_rest(payload, media_type::is_binary(&api.binary_media_types, accept))
        }
    }
}
