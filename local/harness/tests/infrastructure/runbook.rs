//! Each alarm has an entry in the runbook, and each entry an alarm.

use std::collections::BTreeSet;

use crate::template::{document, functions, read, resources};

/// The alarms by the name that the runbook's headings have.
fn alarms() -> BTreeSet<String> {
    let alarms = resources(&document("observability"), "AWS::CloudWatch::Alarm");
    let names = alarms.iter().map(|(_, alarm)| alarm["AlarmName"]["Fn::Sub"].as_str().unwrap().to_owned());
    names.map(|name| name.trim_start_matches("gateway-${Stage}-").to_owned()).collect()
}

#[test]
fn every_alarm_has_an_entry_and_every_entry_an_alarm() {
    let runbook = read("infra/runbook.md");
    let entries: BTreeSet<String> =
        runbook.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    assert_eq!(entries, alarms());
}

#[test]
fn every_entry_says_what_it_means_where_to_look_and_what_to_do() {
    let runbook = read("infra/runbook.md");
    for entry in runbook.split("\n### ").skip(1) {
        let (name, body) = entry.split_once('\n').unwrap();
        for part in ["**Means**", "**Look**", "**Do**"] {
            assert!(body.contains(part), "{name} has no {part}");
        }
    }
}

#[test]
fn every_alarm_is_told_and_names_its_entry() {
    for (id, alarm) in resources(&document("observability"), "AWS::CloudWatch::Alarm") {
        assert_eq!(alarm["AlarmActions"][0]["Ref"], "AlarmTopic", "{id}");
        let name = alarm["AlarmName"]["Fn::Sub"]
            .as_str()
            .unwrap()
            .trim_start_matches("gateway-${Stage}-")
            .to_owned();
        let description = alarm["AlarmDescription"].as_str().unwrap();
        assert!(description.ends_with(&format!("infra/runbook.md#{name}")), "{id}: {description}");
        let missing = alarm["TreatMissingData"].as_str();
        assert!(missing.is_some(), "{id} does not say what silence means");
    }
}

#[test]
fn every_function_is_watched() {
    let dashboard = document("observability").to_string();
    for function in functions() {
        let watched = dashboard.contains(&format!("${{FunctionPrefix}}{}", function.name));
        assert!(watched, "{} is in no alarm and no diagram", function.name);
    }
}

/// The words by which alarms find lines in the log are words that the code writes.
#[test]
fn what_is_counted_in_the_logs_is_logged() {
    let dispatch = read("functions/dispatch-retries/src/lib.rs");
    assert!(dispatch.contains("tracing::info!(due, stuck, unacknowledged"), "the field `stuck` is counted");
    let process = read("functions/process-payment/src/tell.rs");
    assert!(process.contains("tracing::warn!("), "lines of process_payment at WARN are counted");
    let telemetry = read("functions/shared/edge/src/telemetry.rs");
    assert!(
        telemetry.contains(".json()") && telemetry.contains(".flatten_event(true)"),
        "the log is flat JSON"
    );
}
