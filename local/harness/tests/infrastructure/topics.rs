//! One list of topics, wherever it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::template::{document, functions, read, resources, root};

/// Name and retention of each topic in the template's metadata, which the local stack makes.
fn listed() -> BTreeMap<String, String> {
    let metadata = document("template")["Metadata"]["KafkaTopics"].clone();
    let entries = metadata.as_array().unwrap().iter();
    entries
        .map(|topic| (topic["Name"].as_str().unwrap().to_owned(), topic["RetentionMs"].to_string()))
        .collect()
}

#[test]
fn the_list_is_the_codes() {
    let in_code: BTreeSet<_> = gateway_wire::topics::ALL.iter().map(|topic| (*topic).to_owned()).collect();
    assert_eq!(listed().into_keys().collect::<BTreeSet<_>>(), in_code);
}

#[test]
fn msk_makes_the_listed_topics_with_their_retention() {
    let topics = resources(&document("topics"), "AWS::MSK::Topic");
    let made: BTreeMap<String, String> = topics
        .iter()
        .map(|(_, topic)| {
            let configs: Value = serde_json::from_str(topic["Configs"]["Fn::Base64"].as_str().unwrap())
                .expect("configs are JSON");
            let retention = configs["retention.ms"].as_str().unwrap().to_owned();
            (topic["TopicName"].as_str().unwrap().to_owned(), retention)
        })
        .collect();
    assert_eq!(made, listed());
}

#[test]
fn the_script_for_serverless_makes_the_listed_topics_with_their_retention() {
    let output = Command::new("bash")
        .arg(root().join("infra/topics.sh"))
        .args(["--show", "broker:9098", "6"])
        .output()
        .expect("bash runs");
    let shown = String::from_utf8(output.stdout).unwrap();
    let word_after = |line: &str, word: &str| {
        let mut words = line.split_whitespace().skip_while(|each| *each != word);
        words.nth(1).unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    let made: BTreeMap<_, _> = shown
        .lines()
        .map(|line| {
            let retention = word_after(line, "--config");
            (word_after(line, "--topic"), retention.trim_start_matches("retention.ms=").to_owned())
        })
        .collect();
    assert_eq!(made, listed());
}

#[test]
fn mappings_read_listed_topics_and_dead_letter_into_a_listed_one() {
    let listed = listed();
    for function in functions() {
        for mapping in function.events("MSK") {
            let source = mapping["Topics"][0].as_str().unwrap();
            assert!(listed.contains_key(source), "{} reads {source}", function.name);
            assert_eq!(mapping["ConsumerGroupId"], function.name.as_str());
            let destination = mapping["DestinationConfig"]["OnFailure"]["Destination"].as_str();
            let destination = destination.map(|uri| uri.strip_prefix("kafka://").unwrap());
            // What analyses the dead has nowhere to put them.
            assert_eq!(
                destination.is_none(),
                source == gateway_wire::topics::PAYMENT_DLQ,
                "{}",
                function.name
            );
            assert!(destination.is_none_or(|topic| listed.contains_key(topic) && topic != source));
        }
    }
}

/// The two `.properties` files, without the connector's name.
fn properties() -> BTreeMap<String, String> {
    let text = read("infra/connect/products-mysql.properties")
        + &read("infra/connect/schema-history-iam.properties");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once('=').unwrap());
    pairs.filter(|(key, _)| *key != "name").map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_deployed_connector_is_that_of_the_properties_files() {
    let connectors = resources(&document("cdc"), "AWS::KafkaConnect::Connector");
    let deployed = connectors[0].1["ConnectorConfiguration"].as_object().unwrap().clone();
    let written = properties();
    assert_eq!(deployed.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (key, value) in written {
        // What differs from place to place is filled in by either side.
        let is_filled_in = value.starts_with("${CDC_");
        assert!(
            is_filled_in || deployed[&key] == value.as_str(),
            "{key}: {} is deployed, {value} written",
            deployed[&key]
        );
    }
}

#[test]
fn debezium_is_of_one_version_here_and_there() {
    let version = |path: &str| {
        let text = read(path);
        text.split_once("<debezium.version>").unwrap().1.split_once('<').unwrap().0.to_owned()
    };
    assert_eq!(version("infra/connect/pom.xml"), version("local/stack/pom.xml"));
}
