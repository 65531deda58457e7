//! `Schedule` and `ScheduleV2` events.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::EventSource;
use super::error::Fault;
use super::model::{Schedule, ScheduleService};
use super::settings::Settings;
use crate::schedule::{Expression, Timing, time_zone};

impl EventSource<'_> {
    /// The schedule of an event, with the parameters file's expression if it has one.
    pub(super) fn schedule(&self, kind: &str, settings: &Settings) -> Option<Schedule> {
        let is_rule = kind == "Schedule";
        let properties = self.properties;
        let key = if is_rule { "Schedule" } else { "ScheduleExpression" };
        let over = settings.schedules.get(self.id);
        let text =
            over.cloned().or_else(|| Some(properties.required_text(key)).filter(|text| !text.is_empty()))?;
        let disabled = text == "disabled";
        let expression = match if disabled { Ok(Expression::NEVER) } else { text.parse() } {
            Ok(expression) => expression,
            Err(reason) => {
                self.schedule_fault(key, format!("{text}: {reason}"));
                return None;
            }
        };
        Some(Schedule {
            id: self.id.to_owned(),
            function: self.function.name.clone(),
            arn: self.schedule_arn(is_rule),
            service: if is_rule {
                ScheduleService::EventBridgeRule
            } else {
                ScheduleService::EventBridgeScheduler
            },
            expression,
            timing: if is_rule { Timing::default() } else { self.timing() },
            input: self.input(),
            enabled: !disabled && self.is_enabled(),
        })
    }

    /// `ScheduleExpressionTimezone`, `StartDate` and `EndDate`, which rules have not.
    fn timing(&self) -> Timing {
        Timing {
            zone: self.zone().unwrap_or(TimeZone::UTC),
            start: self.time("StartDate"),
            end: self.time("EndDate"),
        }
    }

    fn zone(&self) -> Option<TimeZone> {
        let key = "ScheduleExpressionTimezone";
        let name = self.properties.text(key)?;
        let zone = time_zone(&name);
        if zone.is_none() {
            self.schedule_fault(
                key,
                format!(
                    "{name} is no time zone of this machine's database (tzdata), such as America/Sao_Paulo"
                ),
            );
        }
        zone
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        let text = self.properties.text(key)?;
        let time = text.parse::<Timestamp>();
        if time.is_err() {
            self.schedule_fault(key, format!("{text} is no time such as 2030-01-31T08:00:00Z"));
        }
        time.ok()
    }

    fn schedule_fault(&self, key: &str, message: String) {
        let line = self.properties.node.get(key).map_or(self.properties.node.line, |node| node.line);
        self.properties.fault(key, Fault::at(line, message));
    }

    fn schedule_arn(&self, is_rule: bool) -> String {
        let group = self.properties.text("GroupName").unwrap_or_else(|| "default".into());
        let name = self.properties.text("Name").unwrap_or_else(|| self.id.to_owned());
        let (service, prefix) = if is_rule {
            ("events", "rule/".to_owned())
        } else {
            ("scheduler", format!("schedule/{group}/"))
        };
        self.properties.resolver.arn(service, &format!("{prefix}{name}"))
    }

    fn is_enabled(&self) -> bool {
        let state = self.properties.text("State").is_none_or(|state| state.starts_with("ENABLED"));
        state && self.properties.flag("Enabled").unwrap_or(true)
    }

    /// `Input` is JSON text; what is no JSON is a text.
    fn input(&self) -> Option<Value> {
        let text = self.properties.text("Input")?;
        Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
