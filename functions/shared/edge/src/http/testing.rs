//! Requests as API Gateway hands them over, for the tests of handlers.
#![allow(clippy::needless_pass_by_value, reason = "what stands in a row of a test is given as it stands")]

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Authorization, HttpHandler, HttpResponse, answer};

/// A request to a route. Unless a user is named, nobody is asked who calls.
#[derive(Debug, Clone)]
pub struct TestRequest {
    event: Value,
    authorization: Authorization,
}

impl TestRequest {
    /// A request to `METHOD /route/{parameter}`.
    #[must_use]
    pub fn to(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap_or(("GET", route));
        let event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "headers": {},
            "pathParameters": {},
            "queryStringParameters": {},
            "requestContext": {
                "routeKey": route,
                "requestId": "test",
                "http": { "method": method, "path": path },
            },
            "isBase64Encoded": false,
        });
        Self { event, authorization: Authorization::None }
    }

    /// A request as an event file has it: `None` if the text is no JSON. A token counts where it has one.
    #[must_use]
    pub fn from_event(text: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(text).ok()?;
        let token = event["requestContext"]["authorizer"].is_object();
        let authorization = if token { Authorization::Jwt } else { Authorization::None };
        Some(Self { event, authorization })
    }

    /// With a parameter in the path.
    #[must_use]
    pub fn path(self, name: &str, value: impl ToString) -> Self {
        self.set("pathParameters", name, value)
    }

    /// With a parameter in the query.
    #[must_use]
    pub fn query(self, name: &str, value: impl ToString) -> Self {
        self.set("queryStringParameters", name, value)
    }

    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl ToString) -> Self {
        self.set("headers", name, value)
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl ToString) -> Self {
        self.event["body"] = Value::String(body.to_string());
        self
    }

    /// With these bytes as body, handed over in base64 as API Gateway does with what is no text.
    #[must_use]
    pub fn bytes(mut self, body: &[u8]) -> Self {
        self.event["isBase64Encoded"] = Value::Bool(true);
        self.body(STANDARD.encode(body))
    }

    /// Tokens are demanded, and none is there.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.authorization = Authorization::Jwt;
        self
    }

    /// By this user.
    #[must_use]
    pub fn user(self, user: &str) -> Self {
        self.claims(json!({ "sub": user, "realm_access": "{\"roles\":[\"user\"]}" }))
    }

    /// By this admin.
    #[must_use]
    pub fn admin(self, user: &str) -> Self {
        self.claims(json!({ "sub": user, "realm_access": "{\"roles\":[\"admin\"]}" }))
    }

    /// What the handler answers.
    pub async fn send(self, handler: &impl HttpHandler) -> HttpResponse {
        let event = serde_json::from_value::<ApiGatewayV2httpRequest>(self.event).unwrap_or_default();
        answer(handler, event, self.authorization).await
    }

    fn claims(mut self, claims: Value) -> Self {
        self.event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
        self.without_token()
    }

    fn set(mut self, part: &str, name: &str, value: impl ToString) -> Self {
        self.event[part][name] = Value::String(value.to_string());
        self
    }
}
