//! What EventBridge Scheduler knows beside the expression: a time zone, a first and a last day.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Expression;

/// In which time zone a schedule's times are, and between which times it fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// `ScheduleExpressionTimezone`; UTC unless it says otherwise.
    pub zone: TimeZone,
    /// `StartDate`: a rate beats from then on.
    pub start: Option<Timestamp>,
    /// `EndDate`.
    pub end: Option<Timestamp>,
}

impl Default for Timing {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, start: None, end: None }
    }
}

impl Timing {
    /// The first time after `now`; `None` if there is none. A single time knows no first and last day.
    pub fn next(&self, expression: &Expression, now: Timestamp) -> Option<Timestamp> {
        let next = match (expression, self.start) {
            (Expression::At(_), _) => return expression.next_in(now, &self.zone),
            (Expression::Rate(period), Some(start)) => beat(start, period.as_nanos(), now)?,
            (_, Some(start)) if start > now => {
                expression.next_in(start.checked_sub(1.nanosecond()).ok()?, &self.zone)?
            }
            _ => expression.next_in(now, &self.zone)?,
        };
        self.end.is_none_or(|end| next <= end).then_some(next)
    }
}

/// The first of the times a period apart from `start` on that is after `now`.
fn beat(start: Timestamp, period_ns: u128, now: Timestamp) -> Option<Timestamp> {
    if start > now {
        return Some(start);
    }
    let period_ns = i128::try_from(period_ns).ok().filter(|period_ns| *period_ns > 0)?;
    let passed = (now.as_nanosecond() - start.as_nanosecond()) / period_ns;
    Timestamp::from_nanosecond(start.as_nanosecond() + (passed + 1) * period_ns).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::time_zone;

    fn next(
        expression: &str,
        zone: &str,
        start: Option<&str>,
        end: Option<&str>,
        now: &str,
    ) -> Option<String> {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let timing = Timing { zone: time_zone(zone).unwrap(), start: start.map(time), end: end.map(time) };
        timing.next(&expression.parse().unwrap(), time(now)).map(|time| time.to_string())
    }

    #[test]
    fn times_are_those_of_the_time_zone() {
        for (expression, zone, now, expected) in [
            ("cron(30 9 * * ? *)", "UTC", "2026-11-23T08:00:00Z", "2026-11-23T09:30:00Z"),
            ("cron(30 9 * * ? *)", "America/Sao_Paulo", "2026-11-23T08:00:00Z", "2026-11-23T12:30:00Z"),
            ("cron(0 1 ? * MON *)", "Asia/Tokyo", "2026-11-22T15:00:00Z", "2026-11-22T16:00:00Z"),
            ("at(2030-01-31T08:00:00)", "Europe/Berlin", "2026-11-23T08:00:00Z", "2030-01-31T07:00:00Z"),
            // The clocks of Berlin go from 2:00 to 3:00: what is due between is skipped …
            ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
            // … and from 3:00 to 2:00: what is due between is due once.
            ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ] {
            let found = next(expression, zone, None, None, now);
            assert_eq!(found.as_deref(), Some(expected), "{expression} {zone} {now}");
        }
    }

    #[test]
    fn time_zones_have_names() {
        for (name, is_known) in
            [("UTC", true), ("Asia/Tokyo", true), ("Mars/Base", false), ("../passwd", false), ("", false)]
        {
            assert_eq!(time_zone(name).is_some(), is_known, "{name}");
        }
    }

    #[test]
    fn nothing_is_due_before_the_first_and_after_the_last_day() {
        let (start, end) = (Some("2026-12-01T00:00:00Z"), Some("2026-12-02T00:00:00Z"));
        for (expression, now, expected) in [
            ("rate(5 hours)", "2026-11-23T08:00:00Z", Some("2026-12-01T00:00:00Z")),
            ("rate(5 hours)", "2026-12-01T00:00:00Z", Some("2026-12-01T05:00:00Z")),
            ("rate(5 hours)", "2026-12-01T19:59:00Z", Some("2026-12-01T20:00:00Z")),
            ("rate(5 hours)", "2026-12-01T20:00:00Z", None),
            ("cron(0 0 * * ? *)", "2026-11-23T08:00:00Z", Some("2026-12-01T00:00:00Z")),
            ("cron(0 0 * * ? *)", "2026-12-01T00:00:00Z", Some("2026-12-02T00:00:00Z")),
            ("cron(0 0 * * ? *)", "2026-12-02T00:00:00Z", None),
        ] {
            assert_eq!(next(expression, "UTC", start, end, now).as_deref(), expected, "{expression} {now}");
        }
    }
}
