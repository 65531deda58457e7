//! Environment variables: what each function's code reads is set, and what is set is read.

use std::collections::BTreeSet;

use crate::source::{code, depends_on, literals, without_tests};
use crate::template::{Function, document, functions, functions_of, read};

/// Where each adapter reads its configuration.
const ADAPTERS: [(&str, &str); 5] = [
    ("gateway-mysql", "functions/shared/mysql/src/environment.rs"),
    ("gateway-kafka", "functions/shared/kafka/src/config.rs"),
    ("gateway-search", "functions/shared/search/src/config.rs"),
    ("gateway-dynamodb", "functions/shared/dynamodb/src/config.rs"),
    ("gateway-pagbank", "functions/shared/pagbank/src/environment.rs"),
];

/// Where every function reads whom it tells of spans.
const SPANS: &str = "functions/shared/edge/src/span/export.rs";

/// Read by the code and not set on AWS, with the reason.
const NOT_SET: [(&str, &str); 3] = [
    ("SEARCH_INDEX", "the alias has the name that the code gives it"),
    ("SEARCH_USER", "the domain knows IAM roles, no users"),
    ("SEARCH_PASSWORD", "the domain knows IAM roles, no users"),
];

/// Words of Kafka's own that look like variables.
const KAFKAS: [&str; 2] = ["SASL_SSL", "OAUTHBEARER"];

fn is_variable(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.len() > 7
        && !KAFKAS.contains(&text)
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(is_name)
}

/// Names in an adapter's or a function's configuration, but for those that Lambda sets itself.
fn named_in(source: &str) -> BTreeSet<String> {
    let names = literals(source).into_iter().filter(|text| is_variable(text) && !text.starts_with("AWS_"));
    names.map(str::to_owned).collect()
}

fn read_by(function: &str) -> BTreeSet<String> {
    let mut names = named_in(&read(&format!("functions/{function}/src/main.rs")));
    for (adapter, file) in ADAPTERS.iter().filter(|(adapter, _)| depends_on(function, adapter)) {
        let found = named_in(without_tests(&read(file)));
        assert!(!found.is_empty(), "{adapter} reads nothing in {file}");
        names.extend(found);
    }
    for (name, _) in NOT_SET {
        names.remove(name);
    }
    // Only who seals or opens cards has the vault's keys.
    let source = code(function);
    if !source.contains("claims.claim(") && !source.contains(".claim_attempt(") {
        names.retain(|name| !name.starts_with("GATEWAY_VAULT_"));
    }
    names
}

fn set_for(function: &Function) -> BTreeSet<String> {
    let mut names = function.variables();
    let globals = document("template")["Globals"]["Function"]["Environment"]["Variables"].clone();
    let is_route = !function.events("HttpApi").is_empty();
    // Every function is told how callers prove themselves; those behind a route ask.
    names.extend(
        globals.as_object().unwrap().keys().filter(|name| is_route || *name != "AUTHORIZATION").cloned(),
    );
    names.remove("RUST_LOG");
    names
}

#[test]
fn every_variable_that_is_read_is_set_and_every_one_that_is_set_is_read() {
    for function in functions() {
        let mut read = read_by(&function.name);
        read.extend(named_in(&crate::template::read(SPANS)));
        // The PSP has no token of ours, and the API's description is for everybody.
        if ["receive-psp-webhook", "describe-api"].contains(&function.name.as_str()) {
            read.insert("AUTHORIZATION".to_owned());
        }
        assert_eq!(set_for(&function), read, "{}", function.name);
    }
}

#[test]
fn the_deploy_step_has_its_variables_too() {
    for function in functions_of("provision") {
        let mut set = function.variables();
        set.remove("RUST_LOG");
        assert_eq!(set, read_by(&function.name), "{}", function.name);
    }
}

#[test]
fn logging_is_configured_by_the_variable_that_the_code_reads() {
    let telemetry = read("functions/shared/edge/src/telemetry.rs");
    assert!(telemetry.contains("RUST_LOG"));
    assert!(document("template")["Globals"]["Function"]["Environment"]["Variables"]["RUST_LOG"].is_string());
}

#[test]
fn no_secret_has_a_default_and_none_is_shown() {
    for part in crate::template::PARTS {
        for (name, parameter) in document(part)["Parameters"].as_object().unwrap() {
            let is_secret = ["Token", "Password", "VaultKey"].iter().any(|word| name.ends_with(word));
            if is_secret {
                assert_eq!(parameter["NoEcho"], true, "{part}: {name}");
                assert_eq!(parameter["Default"].as_str().unwrap_or_default(), "", "{part}: {name}");
            }
        }
    }
}
