//! The event a function gets from a schedule.

use jiff::{Timestamp, ToSpan, Unit};
use serde_json::{Value, json};

use crate::template::{Place, Schedule, ScheduleService};

/// The event for one firing: the schedule's `Input`, else what the service sends.
pub fn event(schedule: &Schedule, place: &Place, time: Timestamp, id: &str) -> Value {
    let time = seconds(time);
    if let Some(input) = &schedule.input {
        return with_context(input.clone(), schedule, &time, id);
    }
    let (source, detail) = match schedule.service {
        ScheduleService::EventBridgeRule => ("aws.events", json!({})),
        ScheduleService::EventBridgeScheduler => ("aws.scheduler", json!("{}")),
    };
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Scheduled Event",
        "source": source,
        "account": place.account_id,
        "time": time,
        "region": place.region,
        "resources": [schedule.arn],
        "detail": detail,
    })
}

/// EventBridge Scheduler fills in keywords in its `Input`; rules do not.
fn with_context(input: Value, schedule: &Schedule, time: &str, id: &str) -> Value {
    match input {
        Value::String(text) if schedule.service == ScheduleService::EventBridgeScheduler => Value::String(
            text.replace("<aws.scheduler.schedule-arn>", &schedule.arn)
                .replace("<aws.scheduler.scheduled-time>", time)
                .replace("<aws.scheduler.execution-id>", id)
                .replace("<aws.scheduler.attempt-number>", "1"),
        ),
        Value::Array(items) => items.into_iter().map(|item| with_context(item, schedule, time, id)).collect(),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, with_context(value, schedule, time, id)))
                .collect(),
        ),
        other => other,
    }
}

/// AWS gives whole seconds.
fn seconds(time: Timestamp) -> String {
    let whole = time.round(Unit::Second).unwrap_or(time);
    let whole = if whole > time { whole.checked_sub(1.second()).unwrap_or(whole) } else { whole };
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Expression, Timing};

    fn schedule(service: ScheduleService, input: Option<Value>) -> Schedule {
        Schedule {
            id: "SweepEvery".into(),
            function: "sweep".into(),
            arn: "arn:aws:events:us-east-1:000000000000:rule/SweepEvery".into(),
            service,
            expression: Expression::NEVER,
            timing: Timing::default(),
            input,
            enabled: true,
        }
    }

    #[test]
    fn the_event_is_the_services_own_or_the_input() {
        let place =
            Place { region: "us-east-1".into(), account_id: "000000000000".into(), partition: "aws".into() };
        let time = "2026-11-23T08:00:00.75Z".parse().unwrap();
        let fire = |service, input| event(&schedule(service, input), &place, time, "id-1");
        let rule = fire(ScheduleService::EventBridgeRule, None);
        assert_eq!(
            rule,
            json!({"version": "0", "id": "id-1", "detail-type": "Scheduled Event", "source": "aws.events",
                "account": "000000000000", "time": "2026-11-23T08:00:00Z", "region": "us-east-1",
                "resources": ["arn:aws:events:us-east-1:000000000000:rule/SweepEvery"], "detail": {}})
        );
        let scheduler = fire(ScheduleService::EventBridgeScheduler, None);
        assert_eq!((&scheduler["source"], &scheduler["detail"]), (&json!("aws.scheduler"), &json!("{}")));
        let input = json!({"at": "<aws.scheduler.scheduled-time>"});
        assert_eq!(
            fire(ScheduleService::EventBridgeScheduler, Some(input.clone())),
            json!({"at": "2026-11-23T08:00:00Z"})
        );
        assert_eq!(fire(ScheduleService::EventBridgeRule, Some(input.clone())), input);
    }
}
