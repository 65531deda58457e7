//! `HttpApi` and `Api` events.

use std::collections::BTreeMap;
use std::time::Duration;

use super::EventSource;
use super::apis::{API_KEY, NOT_ENFORCED};
use super::document::Node;
use super::error::Fault;
use super::model::{Api, ApiKind, PayloadFormat, Route};
use super::settings::Settings;

/// APIs wait for an integration at most this long.
const INTEGRATION_TIMEOUT_MAX_MS: i64 = 30_000;

impl EventSource<'_> {
    /// The route of an event to one of the template's APIs.
    pub(super) fn route(
        &self,
        event: &str,
        apis: &BTreeMap<String, Api>,
        settings: &Settings,
    ) -> Option<Route> {
        let properties = self.properties;
        let kind = ApiKind::of_event(event);
        let id = self.api_id(kind, apis)?;
        let api = apis.get(&id)?;
        let method = properties.text("Method").map(|method| method.to_uppercase());
        let path = properties.text("Path").unwrap_or_else(|| "$default".into());
        if !path.starts_with('/') && (path != "$default" || kind == ApiKind::Rest) {
            self.route_fault("Path", format!("{path} does not start with `/`"));
            return None;
        }
        let (authorizer, scopes) = self.authorizer(api, settings);
        let timeout_ms = properties.number("TimeoutInMillis", 50..=INTEGRATION_TIMEOUT_MAX_MS);
        Some(Route {
            function: self.function.name.clone(),
            method: method
                .filter(|method| !matches!(method.as_str(), "ANY" | "*" | "X-AMAZON-APIGATEWAY-ANY-METHOD")),
            path,
            authorizer,
            scopes,
            timeout: Duration::from_millis(timeout_ms.unwrap_or(INTEGRATION_TIMEOUT_MAX_MS).unsigned_abs()),
            payload_format: self.payload_format(kind),
            api: id,
        })
    }

    /// The API that the event names, else the implicit one.
    fn api_id(&self, kind: ApiKind, apis: &BTreeMap<String, Api>) -> Option<String> {
        let (resolver, key) = (self.properties.resolver, kind.id_property());
        let Some(node) = self.properties.node.get(key) else {
            return Some(resolver.scope.full(kind.implicit_id()));
        };
        let named = node.get("Ref").unwrap_or(node).as_str().map(|id| resolver.scope.full(id));
        if let Some(id) = named.filter(|id| apis.contains_key(id)) {
            return Some(id);
        }
        let id = self.properties.text(key)?;
        if !apis.contains_key(&id) {
            let message = format!("{id} is no API of this template, so that nobody knows who may call it");
            self.route_fault(key, message);
            return None;
        }
        Some(id)
    }

    fn payload_format(&self, kind: ApiKind) -> PayloadFormat {
        let version = self.properties.text("PayloadFormatVersion");
        match (kind, version.as_deref()) {
            (ApiKind::Rest, _) => PayloadFormat::Rest,
            (ApiKind::Http, None | Some("2.0" | "2")) => PayloadFormat::V2,
            (ApiKind::Http, Some("1.0" | "1")) => PayloadFormat::V1,
            (ApiKind::Http, Some(other)) => {
                self.route_fault("PayloadFormatVersion", format!("{other} is neither '1.0' nor '2.0'"));
                PayloadFormat::V2
            }
        }
    }

    /// The route's own authorizer, else the API's default; `NONE` opens it.
    fn authorizer(&self, api: &Api, settings: &Settings) -> (Option<String>, Vec<String>) {
        let auth = self.properties.section("Auth");
        if auth.flag("ApiKeyRequired").unwrap_or(false) {
            return (Some(self.not_enforced(API_KEY, settings)), Vec::new());
        }
        let name = auth.text("Authorizer").or_else(|| api.default_authorizer.clone());
        let Some(name) = name.filter(|name| name != "NONE") else { return (None, Vec::new()) };
        let Some(authorizer) = api.authorizers.get(&name) else {
            let is_told = api.not_enforced.contains(&name);
            let name = if is_told { name } else { self.not_enforced(&name, settings) };
            return (Some(name), Vec::new());
        };
        let own = auth.texts("AuthorizationScopes");
        let scopes = if own.is_empty() { authorizer.scopes.clone() } else { own };
        (Some(name), scopes)
    }

    /// What guards the route on AWS and cannot here, which is a fault unless guards are turned off.
    fn not_enforced(&self, guard: &str, settings: &Settings) -> String {
        if !settings.is_open() {
            self.route_fault("Auth", format!("{guard} is no JWT authorizer of the API, {NOT_ENFORCED}"));
        }
        guard.to_owned()
    }

    fn route_fault(&self, key: &str, message: String) {
        let node = self.properties.node.get(key);
        let line = node.map_or(self.properties.node.line, |node: &Node| node.line);
        self.properties.fault(key, Fault::at(line, message));
    }
}
