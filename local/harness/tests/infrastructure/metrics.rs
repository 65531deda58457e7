//! Each metric that the code tells is on the dashboard, and each that an alarm looks at is told by the
//! function that the alarm names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::source::code;
use crate::template::{STAGES, document, parameter, read, resources, stage};

const SOURCE: &str = "functions/shared/edge/src/metrics.rs";
/// Told on behalf of whoever ends a payment.
const OF_ENDING: [&str; 2] = ["PaymentsEnded", "AcceptToFinal"];

/// Names of metrics by the constants that the code has for them.
fn metrics() -> BTreeMap<String, String> {
    let source = read(SOURCE);
    let constants =
        source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = \""));
    let metrics = constants.filter(|(constant, _)| *constant != "NAMESPACE");
    metrics.map(|(constant, rest)| (rest.trim_end_matches("\";").to_owned(), constant.to_owned())).collect()
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let (id, dashboard) = resources(&document("observability"), "AWS::CloudWatch::Dashboard").remove(0);
    let body = dashboard["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    assert!(metrics().len() > OF_ENDING.len());
    for name in metrics().into_keys() {
        let shown = body.contains(&format!("\"{name}\"")) || body.contains(&format!("MetricName={name}"));
        assert!(shown, "{id} does not show {name}");
    }
    serde_json::from_str::<Value>(body).expect("the dashboard is JSON");
}

#[test]
fn every_alarm_on_a_metric_of_ours_names_the_function_that_tells_it() {
    let metrics = metrics();
    let template = document("observability");
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let ours: Vec<_> = alarms.iter().filter(|(_, alarm)| alarm["Namespace"] == "PaymentGateway").collect();
    assert!(!ours.is_empty());
    for (id, alarm) in ours {
        let name = alarm["MetricName"].as_str().unwrap();
        let constant = metrics.get(name).unwrap_or_else(|| panic!("{id}: nothing tells {name}"));
        let dimension = &alarm["Dimensions"][0];
        assert_eq!(dimension["Name"], "service", "{id}");
        let service = dimension["Value"]["Fn::Sub"].as_str().unwrap().trim_start_matches("${FunctionPrefix}");
        let told = if OF_ENDING.contains(&name) { "metrics::ended(" } else { constant.as_str() };
        assert!(code(service).contains(told), "{id}: {service} does not tell {name}");
    }
}

/// The metrics that an alarm reckons with, those of optional brokers among them.
fn metrics_of(alarm: &Value) -> Vec<Value> {
    let entries = alarm["Metrics"].as_array().into_iter().flatten();
    let entries = entries.map(|entry| entry["Fn::If"].get(1).unwrap_or(entry));
    entries.map(|entry| entry["MetricStat"]["Metric"].clone()).collect()
}

#[test]
fn alarms_look_at_every_broker_that_a_stage_may_have() {
    let template = document("observability");
    let counts = template["Parameters"]["BrokerCount"]["AllowedValues"].as_array().unwrap();
    let counts: Vec<i64> = counts.iter().filter_map(Value::as_i64).collect();
    for name in STAGES {
        let count = parameter("BrokerCount", "observability", &stage(name));
        assert!(counts.contains(&count), "{name}: {count} brokers");
    }
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let brokers: BTreeSet<String> = (1..=*counts.iter().max().unwrap()).map(|id| id.to_string()).collect();
    for name in ["UnderReplicatedPartitions", "KafkaDataLogsDiskUsed", "CpuUser", "CpuSystem"] {
        let metrics = alarms.iter().flat_map(|(_, alarm)| metrics_of(alarm));
        let watched: BTreeSet<String> = metrics
            .filter(|metric| metric["MetricName"] == name)
            .map(|metric| metric["Dimensions"][1]["Value"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(watched, brokers, "{name}");
    }
}

/// One broker tells 1 and the others 0: how many there are makes no difference.
#[test]
fn the_alarm_on_the_controller_does_not_count_brokers() {
    let alarms = resources(&document("observability"), "AWS::CloudWatch::Alarm");
    let (_, alarm) = alarms.iter().find(|(_, alarm)| alarm["MetricName"] == "ActiveControllerCount").unwrap();
    assert_eq!((alarm["Statistic"].as_str(), alarm["Threshold"].as_i64()), (Some("Maximum"), Some(1)));
}

#[test]
fn no_alarm_has_more_metrics_than_cloudwatch_takes() {
    const METRICS_MAX: usize = 10;
    for (id, alarm) in resources(&document("observability"), "AWS::CloudWatch::Alarm") {
        let count = metrics_of(&alarm).iter().filter(|metric| metric.is_object()).count();
        assert!(count <= METRICS_MAX, "{id}: {count}");
    }
}
