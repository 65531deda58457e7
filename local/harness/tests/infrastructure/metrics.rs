//! Each metric that the code tells is on the dashboard, and each that an alarm looks at is told by the
//! function that the alarm names.

use std::collections::BTreeMap;

use crate::source::code;
use crate::template::{document, read, resources};

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
    serde_json::from_str::<serde_json::Value>(body).expect("the dashboard is JSON");
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
