//! The OpenAPI document is what the types, the template and the samples say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use esm_local::template::{Settings, Template};
use harness::openapi::document;
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sample(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Everything in `instance` that the schema at `reference` does not allow.
fn faults(document: &Value, schema: &Value, instance: &Value) -> Vec<String> {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&whole).unwrap();
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// `GENERATE=1 cargo test --test openapi` writes the file anew.
#[test]
fn the_file_is_what_the_types_say() {
    let generated = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("GENERATE").is_some() {
        std::fs::write(root().join("infra/openapi.json"), &generated).unwrap();
    }
    assert!(read("infra/openapi.json") == generated, "infra/openapi.json: run this test with GENERATE=1");
}

#[test]
fn every_route_of_the_template_is_described_and_no_other() {
    let settings = Settings::read(&[root().join("local/parameters.yaml")]).unwrap();
    let application =
        Template::read(&root().join("infra/template.yaml"), settings).unwrap().application().unwrap();
    let deployed: BTreeSet<_> = application
        .routes
        .iter()
        .map(|route| {
            (route.method.clone().unwrap().to_lowercase(), route.path.clone(), route.authorizer.is_some())
        })
        .collect();
    let document = document();
    let described: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, operation)| {
                (method.clone(), path.clone(), operation["security"] != json!([]))
            })
        })
        .collect();
    assert_eq!(described, deployed, "method, path, whether a token is demanded");
}

#[test]
fn ids_are_unique_and_path_parameters_are_those_of_the_path() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named: Vec<_> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let in_path: Vec<_> = path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(name, _)| name)
                .collect();
            assert_eq!(named, in_path, "{path}");
        }
    }
}

#[test]
fn the_golden_answers_are_as_described() {
    let document = document();
    for (golden, schema, required) in [
        ("http-reservation", "ReservationBody", "expires_at"),
        ("http-payment-accepted", "AcceptedBody", "links"),
        ("http-payment-accepted-encrypted", "AcceptedBody", "links"),
        ("http-payment", "PaymentBody", "status"),
        ("http-payment-declined", "PaymentBody", "status"),
        ("http-payment-events", "EventsBody", "items"),
        ("http-dead-letters", "DeadLettersBody", "items"),
        ("http-dead-letter", "DeadLetterDetailBody", "what_to_do"),
        ("http-review", "ReviewBody", "status"),
    ] {
        let answer = sample(&format!("events/golden/{golden}.json"));
        assert_eq!(faults(&document, &component(schema), &answer), [""; 0], "{golden}");
        let mut lacking = answer;
        lacking.as_object_mut().unwrap().remove(required).unwrap();
        assert_eq!(faults(&document, &component(schema), &lacking).len(), 1, "{golden} without {required}");
    }
    let problem = gateway_edge::http::Problem::unavailable().to_response().body;
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(faults(&document, &component("Problem"), &problem), [""; 0]);
}

#[test]
fn the_sample_requests_are_as_described() {
    let document = document();
    let mut bodies = 0;
    for entry in std::fs::read_dir(root().join("events")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".json") {
            continue;
        }
        let event = sample(&format!("events/{name}"));
        let Some((method, path)) = event["routeKey"].as_str().and_then(|route| route.split_once(' ')) else {
            continue;
        };
        let operation = &document["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{name}: {method} {path}");
        let known = operation["parameters"].as_array().cloned().unwrap_or_default();
        for (place, given) in [("path", &event["pathParameters"]), ("query", &event["queryStringParameters"])]
        {
            for parameter in given.as_object().into_iter().flat_map(|given| given.keys()) {
                let described = known.iter().any(|it| it["in"] == place && it["name"] == parameter.as_str());
                assert!(described, "{name}: {place} {parameter}");
            }
        }
        let Some(body) = event["body"].as_str() else { continue };
        let body: Value = serde_json::from_str(body).unwrap();
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(faults(&document, schema, &body), [""; 0], "{name}");
        assert!(!faults(&document, schema, &json!({})).is_empty(), "{name}: an empty body");
        bodies += 1;
    }
    assert!(bodies >= 4, "sample events with a body: {bodies}");
}
