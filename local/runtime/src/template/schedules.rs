//! `Schedule` and `ScheduleV2` events.

use serde_json::Value;

use super::EventSource;
use super::error::Fault;
use super::model::{Schedule, ScheduleService};
use super::settings::Settings;
use crate::schedule::Expression;

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
                properties.fault(key, Fault::at(properties.node.line, format!("{text}: {reason}")));
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
            input: self.input(),
            enabled: !disabled && self.is_enabled(),
        })
    }

    fn schedule_arn(&self, is_rule: bool) -> String {
        let name = self.properties.text("Name").unwrap_or_else(|| self.id.to_owned());
        let (service, prefix) =
            if is_rule { ("events", "rule/") } else { ("scheduler", "schedule/default/") };
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
