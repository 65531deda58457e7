//! Sends one call and reads the whole answer, or says how far it got.

use std::time::Duration;

use bytes::Bytes;
use gateway_ports::span::TARGET;
use gateway_secrets::Value;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, Response, Url};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::config::{PagBankError, Token};

/// How long a connection may take to be made: a failure within it proves that nothing was sent.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Idle connections are closed before the other side may have closed them.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Idle connections kept: as many as calls run side by side.
const POOL_IDLE_MAX: usize = 32;
/// Longer answers are not read; a charge has some 1.5 KB.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// A longer `Retry-After` is cut to this, since the card does not live so long.
const RETRY_AFTER_MS_MAX: i64 = 5 * 60 * 1000;

const API_VERSION: (&str, &str) = ("x-api-version", "4.0");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("x-idempotency-key");

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// Path segments below the base URL.
    pub(crate) path: &'a [&'a str],
    pub(crate) query: Option<(&'a str, &'a str)>,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) body: Option<Bytes>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after_ms: Option<i64>,
    pub(crate) body: Vec<u8>,
}

/// No answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// No connection was made, so nothing was sent.
    NotSent(String),
    /// It took too long; what was sent may have been heard.
    TimedOut,
    /// The connection broke; what was sent may have been heard.
    Lost(String),
}

impl NoAnswer {
    /// As OpenTelemetry's `error.type`.
    const fn kind(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::TimedOut => "timeout",
            Self::Lost(_) => "connection_lost",
        }
    }
}

/// The connections to PagBank.
pub(crate) struct Transport {
    client: Client,
    base_url: Url,
    token: Token,
}

impl Transport {
    pub(crate) fn new(base_url: &str, token: Token) -> Result<Self, PagBankError> {
        let base_url = Url::parse(base_url).map_err(|_| PagBankError::BaseUrl)?;
        if base_url.cannot_be_a_base() || !matches!(base_url.scheme(), "http" | "https") {
            return Err(PagBankError::BaseUrl);
        }
        let mut client = Client::builder()
            .default_headers(headers())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(POOL_IDLE_MAX)
            .tcp_nodelay(true)
            // A redirect would carry card data to who knows where, and a retry is the schedule's.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if base_url.scheme() == "http" {
            // The system's root certificates are not read: that takes longer than all the rest of a start.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(PagBankError::Client)?;
        Ok(Self { client, base_url, token })
    }

    pub(crate) const fn token(&self) -> &Token {
        &self.token
    }

    /// Sends a call. One that PagBank refuses for its token is sent once more when the secret has another token
    /// by now: PagBank did nothing, and the idempotency key is the same.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, NoAnswer> {
        let span = self.span(&call);
        let answer = self.send_unseen(call).instrument(span.clone()).await;
        match &answer {
            Ok(answer) => span.record("http.response.status_code", i64::from(answer.status)),
            Err(error) => span.record("error.type", error.kind()),
        };
        answer
    }

    /// The path's first segment is a route's; further ones are ids.
    fn span(&self, call: &Call<'_>) -> Span {
        tracing::info_span!(target: TARGET, "psp", otel.kind = "client",
            otel.name = format!("{} /{}", call.method, call.path.first().unwrap_or(&"")),
            http.request.method = call.method.as_str(), server.address = self.base_url.host_str(),
            server.port = self.base_url.port_or_known_default().map(u64::from),
            http.response.status_code = Empty, error.type = Empty)
    }

    async fn send_unseen(&self, call: Call<'_>) -> Result<Answer, NoAnswer> {
        let token =
            self.token.current().await.map_err(|error| NoAnswer::NotSent(format!("no token: {error}")))?;
        let answer = self.send_with(&token, &call).await?;
        if answer.status != StatusCode::UNAUTHORIZED.as_u16() {
            return Ok(answer);
        }
        match self.token.instead_of(&token).await {
            Some(newer) => self.send_with(&newer, &call).await,
            None => Ok(answer),
        }
    }

    async fn send_with(&self, token: &Value, call: &Call<'_>) -> Result<Answer, NoAnswer> {
        let mut request = self.client.request(call.method.clone(), self.url(call));
        request = request.header(header::AUTHORIZATION, bearer(token)?);
        if let Some(key) = call.idempotency_key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(body) = call.body.clone() {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(no_answer)?;
        let (status, retry_after_ms) = (response.status().as_u16(), retry_after_ms(response.headers()));
        let body = read(response).await?;
        Ok(Answer { status, retry_after_ms, body })
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(call.path);
        }
        if let Some((name, value)) = call.query {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    }
}

fn bearer(token: &Value) -> Result<HeaderValue, NoAnswer> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.as_str())).map_err(|_| {
        NoAnswer::NotSent("the token of PagBank holds characters that no HTTP header may hold".to_owned())
    })?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// `Accept` must be anything: PagBank's search by reference answers 406 to `application/json`.
fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(HeaderName::from_static(API_VERSION.0), HeaderValue::from_static(API_VERSION.1));
    headers
}

async fn read(mut response: Response) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(NoAnswer::Lost("the answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn no_answer(error: reqwest::Error) -> NoAnswer {
    if error.is_connect() || error.is_builder() {
        return NoAnswer::NotSent(words(error));
    }
    lost(error)
}

fn lost(error: reqwest::Error) -> NoAnswer {
    if error.is_timeout() { NoAnswer::TimedOut } else { NoAnswer::Lost(words(error)) }
}

/// The error and its innermost cause, which says most, without the URL.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("{error}: {cause}")
}

/// `Retry-After` in seconds; its form as a date is not taken.
fn retry_after_ms(headers: &HeaderMap) -> Option<i64> {
    let seconds: u32 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some((i64::from(seconds) * 1000).min(RETRY_AFTER_MS_MAX))
}
