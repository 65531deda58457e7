//! The event of payload format 1.0: of HTTP APIs that ask for it, and of REST APIs, which had it first.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::event::EventBuilder;
use super::media_type;
use crate::percent;
use crate::template::{Api, ApiKind};

type Multi<'e> = BTreeMap<&'e str, Vec<Cow<'e, str>>>;

/// Field order is that of AWS's documentation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'e> {
    /// Of HTTP APIs only.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    resource: &'e str,
    path: &'e str,
    http_method: &'e str,
    headers: BTreeMap<&'e str, &'e str>,
    multi_value_headers: &'e Multi<'e>,
    query_string_parameters: Option<BTreeMap<&'e str, &'e str>>,
    multi_value_query_string_parameters: Option<&'e BTreeMap<String, Vec<String>>>,
    request_context: Value,
    path_parameters: Option<BTreeMap<&'e str, &'e str>>,
    stage_variables: Option<&'e BTreeMap<String, String>>,
    body: Option<Cow<'e, str>>,
    is_base64_encoded: bool,
}

impl EventBuilder<'_> {
    /// The event as JSON text.
    pub(super) fn build_v1_at(&self, api: &Api, now: Timestamp, request_id: &str) -> Bytes {
        let is_rest = api.kind == ApiKind::Rest;
        // REST APIs hand the path on as it came, HTTP APIs decoded.
        let path = self.head.uri.path();
        let path = if is_rest { Cow::Borrowed(path) } else { Cow::Owned(percent::decode(path)) };
        let headers = self.multi_value_headers(now);
        let query = query(self.head.uri.query().unwrap_or_default());
        let parameters = self.matched.parameters.iter().map(|(name, value)| (*name, value.as_str()));
        let parameters: BTreeMap<_, _> = parameters.collect();
        let (body, is_base64_encoded) = if is_rest { self.rest_body(api) } else { self.body() };
        let event = Event {
            version: (!is_rest).then_some("1.0"),
            resource: &self.matched.route.path,
            path: &path,
            http_method: self.head.method.as_str(),
            headers: last(headers.iter().map(|(name, values)| (*name, values.as_slice()))),
            multi_value_headers: &headers,
            query_string_parameters: (!query.is_empty())
                .then(|| last(query.iter().map(|(name, values)| (name.as_str(), values.as_slice())))),
            multi_value_query_string_parameters: (!query.is_empty()).then_some(&query),
            request_context: self.context(api, &path, now, request_id),
            path_parameters: (!parameters.is_empty()).then_some(parameters),
            stage_variables: self.stage_variables.filter(|variables| !variables.is_empty()),
            body,
            is_base64_encoded,
        };
        // Maps with text keys and no fallible serialiser: this cannot fail.
        Bytes::from(serde_json::to_vec(&event).unwrap_or_default())
    }

    fn context(&self, api: &Api, path: &str, now: Timestamp, request_id: &str) -> Value {
        let is_rest = api.kind == ApiKind::Rest;
        let host = self.header(HOST.as_str());
        let mut context = json!({
            "accountId": self.place.account_id,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
            "extendedRequestId": request_id,
            "httpMethod": self.head.method.as_str(),
            "identity": {
                "accessKey": null,
                "accountId": null,
                "caller": null,
                "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "principalOrgId": null,
                "sourceIp": self.peer.ip().to_string(),
                "user": null,
                "userAgent": self.header(USER_AGENT.as_str()),
                "userArn": null,
            },
            "path": if is_rest { format!("/{}{path}", api.stage) } else { path.to_owned() },
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "requestTimeEpoch": now.as_millisecond(),
            "resourceId": if is_rest { json!("local") } else { Value::Null },
            "resourcePath": self.matched.route.path,
            "stage": api.stage,
        });
        if !is_rest || self.authorizer.is_some() {
            context["authorizer"] = authorizer(self.authorizer.as_deref());
        }
        context
    }

    /// REST APIs take everything for text that is none of the API's `BinaryMediaTypes`.
    fn rest_body(&self, api: &Api) -> (Option<Cow<'_, str>>, bool) {
        if media_type::is_binary(&api.binary_media_types, self.header("content-type")) {
            return self.encoded_body();
        }
        let text = String::from_utf8_lossy(&self.body);
        (Some(text).filter(|text| !text.is_empty()), false)
    }

    /// Every value of every header, and what API Gateway adds. Names come in lower case here.
    fn multi_value_headers(&self, now: Timestamp) -> Multi<'_> {
        let mut headers = Multi::new();
        for (name, value) in &self.head.headers {
            headers.entry(name.as_str()).or_default().push(String::from_utf8_lossy(value.as_bytes()));
        }
        for (name, value) in self.added_headers(now) {
            headers.entry(name).or_insert_with(|| vec![value]);
        }
        headers
    }
}

/// Format 2.0 has the claims one level deeper.
fn authorizer(context: Option<&RawValue>) -> Value {
    #[derive(Deserialize)]
    struct Context {
        jwt: Value,
    }
    let claims = context.and_then(|context| serde_json::from_str::<Context>(context.get()).ok());
    claims.map_or_else(|| json!({"claims": null, "scopes": null}), |context| context.jwt)
}

/// Of several values the last one.
fn last<'v, T: AsRef<str> + 'v>(
    multi: impl Iterator<Item = (&'v str, &'v [T])>,
) -> BTreeMap<&'v str, &'v str> {
    multi.filter_map(|(name, values)| Some((name, values.last()?.as_ref()))).collect()
}

/// Decoded, every value of every name.
fn query(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.entry(percent::decode_query(name)).or_default().push(percent::decode_query(value));
    }
    parameters
}

#[cfg(test)]
#[path = "event_v1_tests.rs"]
mod tests;
