//! From the table to the document.

use gateway_edge::http::Problem;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::operation::of;
use super::operations::OPERATIONS;
use super::{Body, Caller, Operation, Parameter};

/// Problems that every operation of a caller with a token has; their codes.
const UNAUTHORIZED: (u16, &str) = (401, "unauthorized");
const FORBIDDEN: (u16, &str) =
    (403, "user_mismatch, not_yours, reservation_not_yours, payment_not_yours, admin_required");
/// Problems that every operation has. API Gateway itself answers so too: it may have no room for a call,
/// or none for what is sent.
const COMMON: [(u16, &str); 4] = [
    (413, "body_too_large"),
    (429, "none, by API Gateway alone"),
    (431, "none, by API Gateway alone"),
    (503, "unavailable"),
];
/// What API Gateway answers in its own words.
const BY_THE_API: [u16; 5] = [401, 413, 429, 431, 503];

/// The OpenAPI document.
#[must_use]
pub fn document() -> Value {
    // What is answered has every field it serialises; what is asked may leave out what has a default.
    let mut answers = generator(SchemaSettings::for_serialize);
    let mut requests = generator(SchemaSettings::for_deserialize);
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = describe(operation, &mut requests, &mut answers);
    }
    let mut schemas = requests.take_definitions(true);
    schemas.extend(answers.take_definitions(true));
    schemas.insert("Message".to_owned(), message());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Payment gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Products are reserved; payments are accepted at once, queued, charged at a PSP and \
                settled. Errors are RFC 9457 problem details with a stable code.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "callerToken": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "callerToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of the gateway's issuer; `sub` is the user, `realm_access.roles` \
                        may contain `admin`.",
                },
            },
        },
    })
}

fn generator(contract: fn(SchemaSettings) -> SchemaSettings) -> SchemaGenerator {
    let settings = contract(SchemaSettings::draft2020_12()).with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

fn describe(operation: &Operation, requests: &mut SchemaGenerator, answers: &mut SchemaGenerator) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses(operation, answers),
    });
    if !operation.parameters.is_empty() {
        let parameters = operation.parameters.iter().map(|parameter| describe_parameter(parameter, requests));
        described["parameters"] = parameters.collect();
    }
    if let Some(body) = operation.request {
        described["requestBody"] = json!({ "required": true, "content": content(body, requests) });
    }
    match operation.caller {
        Caller::Anyone => described["security"] = json!([]),
        Caller::User => {}
        Caller::Admin => described["description"] = json!("Needs the role `admin`."),
    }
    described
}

fn describe_parameter(parameter: &Parameter, requests: &mut SchemaGenerator) -> Value {
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": (parameter.schema)(requests),
    })
}

fn responses(operation: &Operation, answers: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for (status, meaning, body) in operation.answers {
        let mut response = json!({ "description": meaning });
        if let Some(body) = body {
            response["content"] = content(*body, answers);
        }
        responses.insert(status.to_string(), response);
    }
    let of_tokens: &[_] = match operation.caller {
        Caller::Anyone => &[],
        Caller::User | Caller::Admin => &[UNAUTHORIZED, FORBIDDEN],
    };
    for (status, codes) in operation.problems.iter().chain(of_tokens).chain(&COMMON) {
        let mut response = json!({
            "description": format!("A problem; codes: {codes}."),
            "content": { "application/problem+json": { "schema": of::<Problem>(answers) } },
        });
        if BY_THE_API.contains(status) {
            let message = json!({ "$ref": "#/components/schemas/Message" });
            response["content"]["application/json"] = json!({ "schema": message });
        }
        if matches!(status, 429 | 503) {
            response["headers"] = json!({ "Retry-After": retry_after() });
        }
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn retry_after() -> Value {
    json!({
        "description": "Seconds to wait. API Gateway leaves it out where it answers by itself.",
        "schema": { "type": "integer", "minimum": 1 },
    })
}

/// API Gateway's own answers.
fn message() -> Value {
    json!({
        "description": "What API Gateway says by itself.",
        "type": "object",
        "properties": { "message": { "type": "string" } },
        "required": ["message"],
    })
}

fn content(body: Body, generator: &mut SchemaGenerator) -> Value {
    json!({ "application/json": { "schema": body(generator) } })
}
