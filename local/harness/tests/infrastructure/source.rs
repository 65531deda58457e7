//! The sources of functions and adapters, read as text.

use std::collections::BTreeSet;
use std::path::Path;

use crate::template::{read, root};

/// A function's own code without its tests.
pub fn code(function: &str) -> String {
    let mut text = String::new();
    collect(&root().join(format!("functions/{function}/src")), &mut text);
    text
}

fn collect(folder: &Path, text: &mut String) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries.iter().filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs")) {
        if path.is_dir() {
            collect(path, text);
        } else {
            text.push_str(without_tests(&std::fs::read_to_string(path).unwrap()));
        }
    }
}

/// Up to a file's own tests.
pub fn without_tests(source: &str) -> &str {
    source.split_once("#[cfg(test)]\nmod tests {").map_or(source, |(code, _)| code)
}

/// Whether a function's manifest names an adapter.
pub fn depends_on(function: &str, adapter: &str) -> bool {
    let manifest = read(&format!("functions/{function}/Cargo.toml"));
    let dependencies = manifest.split_once("[dependencies]").unwrap().1;
    let own = dependencies.split("[dev-dependencies]").next().unwrap();
    own.lines().any(|line| line.starts_with(&format!("{adapter}.")))
}

/// The adapters in a function's manifest that speak to a server: crates whose own manifest names a client.
pub fn server_adapters(function: &str) -> Vec<String> {
    const CLIENTS: [&str; 5] = ["aws-sdk-", "opensearch", "rdkafka", "reqwest", "sqlx"];
    let manifest = read(&format!("functions/{function}/Cargo.toml"));
    let gateways = manifest.lines().filter_map(|line| line.strip_prefix("gateway-")?.split('.').next());
    let speaks = |adapter: &&str| {
        let own = read(&format!("functions/shared/{adapter}/Cargo.toml"));
        let own = own.split("[dev-dependencies]").next().unwrap_or_default().to_owned();
        own.lines().any(|line| CLIENTS.iter().any(|client| line.starts_with(client)))
    };
    gateways.filter(speaks).map(|adapter| format!("gateway-{adapter}")).collect()
}

/// The texts in double quotes.
pub fn literals(code: &str) -> BTreeSet<&str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// The value of a numeric constant, found by its name.
pub fn constant(path: &str, name: &str) -> i64 {
    let source = read(path);
    let declared =
        source.split_once(&format!("const {name}: ")).unwrap_or_else(|| panic!("{path} has no {name}")).1;
    let value = declared.split_once("= ").unwrap().1.split_once(';').unwrap().0;
    value.replace('_', "").parse().unwrap_or_else(|error| panic!("{name} is {value}: {error}"))
}

/// Names of topics that a function's code produces to, by the constants of `gateway_wire::topics`.
pub fn produces_to(code: &str) -> BTreeSet<&'static str> {
    let calls = code.split("outgoing(").skip(1).map(str::trim_start);
    let mut topics: BTreeSet<_> =
        calls.filter_map(|rest| rest.strip_prefix("topics::")).map(|rest| topic(rest)).collect();
    // Whoever puts a record back where it came from may have to put it anywhere but among the dead.
    if code.contains("topics::ALL") {
        topics.extend(gateway_wire::topics::ALL);
        topics.remove(gateway_wire::topics::PAYMENT_DLQ);
    }
    // A Kafka step's edge dead-letters what cannot be read.
    if code.contains("kafka::serve(") {
        topics.insert(gateway_wire::topics::PAYMENT_DLQ);
    }
    topics
}

fn topic(constant: &str) -> &'static str {
    use gateway_wire::topics::*;
    let name: String = constant.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
    match name.as_str() {
        "ORDER_QUEUE" => ORDER_QUEUE,
        "PROCESS_PURCHASES" => PROCESS_PURCHASES,
        "PURCHASES_PROCESSED" => PURCHASES_PROCESSED,
        "PAYMENT_RETRY" => PAYMENT_RETRY,
        "PAYMENT_DLQ" => PAYMENT_DLQ,
        other => panic!("{other} is a topic this test does not know"),
    }
}
