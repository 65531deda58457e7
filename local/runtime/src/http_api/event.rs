//! The event of payload format 2.0, and what it has in common with 1.0.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::authorize::AuthorizerContext;
use super::router::Matched;
use crate::ids;
use crate::percent;
use crate::template::{Api, PayloadFormat, Place};

/// What an event is made of.
#[derive(Debug)]
pub(super) struct EventBuilder<'b> {
    pub(super) head: &'b Parts,
    pub(super) body: Bytes,
    pub(super) matched: &'b Matched<'b>,
    pub(super) place: &'b Place,
    pub(super) stage_variables: Option<&'b BTreeMap<String, String>>,
    pub(super) authorizer: Option<AuthorizerContext>,
    pub(super) peer: SocketAddr,
}

/// Field order is that of AWS's documentation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'e> {
    version: &'static str,
    route_key: &'e str,
    raw_path: &'e str,
    raw_query_string: &'e str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<&'e str>,
    headers: BTreeMap<&'e str, Cow<'e, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'e>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<&'e str, &'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_variables: Option<&'e BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'e, str>>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'e> {
    account_id: &'e str,
    api_id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<&'e RawValue>,
    domain_name: &'e str,
    domain_prefix: &'e str,
    http: Http<'e>,
    request_id: String,
    route_key: &'e str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'e> {
    method: &'e str,
    path: &'e str,
    protocol: &'static str,
    source_ip: String,
    user_agent: &'e str,
}

impl EventBuilder<'_> {
    /// The event as JSON text.
    pub(super) fn build(&self, api: &Api) -> Bytes {
        match self.matched.route.payload_format {
            PayloadFormat::V2 => self.build_at(Timestamp::now(), ids::uuid()),
            PayloadFormat::V1 | PayloadFormat::Rest => self.build_v1_at(api, Timestamp::now(), &ids::uuid()),
        }
    }

    fn build_at(&self, now: Timestamp, request_id: String) -> Bytes {
        // HTTP APIs hand the path on decoded (unlike REST APIs and function URLs).
        let path = percent::decode(self.head.uri.path());
        let host = self.header(HOST.as_str());
        let (body, is_base64_encoded) = self.body();
        let query = self.head.uri.query().unwrap_or_default();
        let event = Event {
            version: "2.0",
            route_key: self.matched.key,
            raw_path: &path,
            raw_query_string: query,
            cookies: self.cookies(),
            headers: self.headers(now),
            query_string_parameters: parameters(query),
            request_context: RequestContext {
                account_id: &self.place.account_id,
                api_id: "local",
                authorizer: self.authorizer.as_deref(),
                domain_name: host,
                domain_prefix: host.split(['.', ':']).next().unwrap_or_default(),
                http: self.http(&path),
                request_id,
                route_key: self.matched.key,
                stage: "$default",
                time: now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                time_epoch: now.as_millisecond(),
            },
            path_parameters: self
                .matched
                .parameters
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect(),
            stage_variables: self.stage_variables.filter(|variables| !variables.is_empty()),
            body,
            is_base64_encoded,
        };
        // Maps with text keys and no fallible serialiser: this cannot fail.
        Bytes::from(serde_json::to_vec(&event).unwrap_or_default())
    }

    fn http<'e>(&'e self, path: &'e str) -> Http<'e> {
        Http {
            method: self.head.method.as_str(),
            path,
            protocol: "HTTP/1.1",
            source_ip: self.peer.ip().to_string(),
            user_agent: self.header(USER_AGENT.as_str()),
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `a=1; b=2`, one each; they are left out of `headers`.
    fn cookies(&self) -> Vec<&str> {
        let headers = self.head.headers.get_all(COOKIE).iter();
        let texts = headers.filter_map(|value| value.to_str().ok());
        texts.flat_map(|text| text.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty()).collect()
    }

    /// Lower-case names; several values of one name joined by commas; and what API Gateway adds.
    fn headers(&self, now: Timestamp) -> BTreeMap<&str, Cow<'_, str>> {
        let mut headers: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
        for (name, value) in self.head.headers.iter().filter(|(name, _)| *name != COOKIE) {
            let value = String::from_utf8_lossy(value.as_bytes());
            match headers.get_mut(name.as_str()) {
                Some(joined) => *joined = Cow::Owned(format!("{joined},{value}")),
                None => drop(headers.insert(name.as_str(), value)),
            }
        }
        for (name, value) in self.added_headers(now) {
            headers.entry(name).or_insert(value);
        }
        headers
    }

    /// What API Gateway adds where the client has not sent it.
    pub(super) fn added_headers(&self, now: Timestamp) -> [(&'static str, Cow<'static, str>); 4] {
        let epoch_s = now.as_second().unsigned_abs();
        [
            ("x-amzn-trace-id", Cow::Owned(ids::root_trace(epoch_s))),
            ("x-forwarded-for", Cow::Owned(self.peer.ip().to_string())),
            ("x-forwarded-port", Cow::Borrowed("443")),
            ("x-forwarded-proto", Cow::Borrowed("https")),
        ]
    }

    /// Text as it is, anything else in base64.
    pub(super) fn body(&self) -> (Option<Cow<'_, str>>, bool) {
        if self.body.is_empty() {
            return (None, false);
        }
        match std::str::from_utf8(&self.body) {
            Ok(text) if is_text(self.header(CONTENT_TYPE.as_str())) => (Some(Cow::Borrowed(text)), false),
            _ => self.encoded_body(),
        }
    }

    /// Whatever it is in base64.
    pub(super) fn encoded_body(&self) -> (Option<Cow<'_, str>>, bool) {
        let text = (!self.body.is_empty()).then(|| Cow::Owned(STANDARD.encode(&self.body)));
        let is_encoded = text.is_some();
        (text, is_encoded)
    }
}

/// The media types API Gateway passes on as text. A body without one is taken for text, which
/// AWS leaves open.
fn is_text(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.is_empty()
        || media_type.starts_with("text/")
        || matches!(media_type.as_str(), "application/json" | "application/xml" | "application/javascript")
        || media_type.ends_with("+json")
}

/// Decoded; several values of one name joined by commas.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent::decode_query(value);
        parameters
            .entry(percent::decode_query(name))
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
