//! `HttpApi` events.

use std::collections::BTreeMap;
use std::time::Duration;

use super::EventSource;
use super::error::Fault;
use super::model::{Api, Route};

/// The API that SAM makes for routes that name none.
const IMPLICIT_API: &str = "ServerlessHttpApi";
/// HTTP APIs wait for an integration at most this long.
const INTEGRATION_TIMEOUT_MAX_MS: i64 = 30_000;

impl EventSource<'_> {
    /// The route of an `HttpApi` event; makes the implicit API known.
    pub(super) fn route(&self, apis: &mut BTreeMap<String, Api>) -> Option<Route> {
        let properties = self.properties;
        let id = properties
            .node
            .get("ApiId")
            .and_then(|id| id.get("Ref").and_then(|id| id.as_str()).or(id.as_str()));
        let id = id.unwrap_or(IMPLICIT_API).to_owned();
        let api = apis.entry(id.clone()).or_default();
        if properties.text("PayloadFormatVersion").is_some_and(|version| version != "2.0") {
            properties
                .fault("PayloadFormatVersion", Fault::at(properties.node.line, "only 2.0 is served here"));
        }
        let method = properties.text("Method").map(|method| method.to_uppercase());
        let path = properties.text("Path").unwrap_or_else(|| "$default".into());
        if !path.starts_with('/') && path != "$default" {
            properties
                .fault("Path", Fault::at(properties.node.line, format!("{path} does not start with `/`")));
            return None;
        }
        let (authorizer, scopes) = self.authorizer(api);
        let timeout_ms = properties.number("TimeoutInMillis", 50..=INTEGRATION_TIMEOUT_MAX_MS);
        Some(Route {
            function: self.function.name.clone(),
            api: id,
            method: method
                .filter(|method| !matches!(method.as_str(), "ANY" | "*" | "X-AMAZON-APIGATEWAY-ANY-METHOD")),
            path,
            authorizer,
            scopes,
            timeout: Duration::from_millis(timeout_ms.unwrap_or(INTEGRATION_TIMEOUT_MAX_MS).unsigned_abs()),
        })
    }

    /// The route's own authorizer, else the API's default; `NONE` opens it.
    fn authorizer(&self, api: &Api) -> (Option<String>, Vec<String>) {
        let auth = self.properties.section("Auth");
        let name = auth.text("Authorizer").or_else(|| api.default_authorizer.clone());
        let Some(name) = name.filter(|name| name != "NONE") else { return (None, Vec::new()) };
        let Some(authorizer) = api.authorizers.get(&name) else {
            let message = format!("the API has no JWT authorizer {name}");
            self.properties.fault("Auth", Fault::at(self.properties.node.line, message));
            return (Some(name), Vec::new());
        };
        let own = auth.texts("AuthorizationScopes");
        let scopes = if own.is_empty() { authorizer.scopes.clone() } else { own };
        (Some(name), scopes)
    }
}
