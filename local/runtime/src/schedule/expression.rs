//! The three kinds of schedule expressions.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Cron;

/// When a schedule fires. Times are those of a time zone, which [`Timing`](super::Timing) knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Each time so much has passed, first after one period.
    Rate(Duration),
    /// At the times of a cron expression.
    Cron(Cron),
    /// Once.
    At(DateTime),
    /// Never: turned off by the parameters file.
    Never,
}

impl Expression {
    /// What a schedule is set to that the parameters file turns off.
    pub const NEVER: Self = Self::Never;

    /// The first time after `now` in a time zone; `None` if there is none.
    pub fn next_in(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Rate(period) => now.checked_add(*period).ok(),
            Self::Cron(cron) => cron.next_in(now, zone),
            Self::At(time) => zone.to_timestamp(*time).ok().filter(|time| *time > now),
            Self::Never => None,
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(period) => write!(f, "each {period:?}"),
            Self::Cron(cron) => write!(f, "cron({cron})"),
            Self::At(time) => write!(f, "at {time}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let inner = |name: &str| text.strip_prefix(name)?.strip_suffix(')').map(str::trim);
        if let Some(rate) = inner("rate(") {
            return period(rate).map(Self::Rate);
        }
        if let Some(cron) = inner("cron(") {
            return cron.parse().map(Self::Cron);
        }
        if let Some(at) = inner("at(") {
            return at.parse().map(Self::At).map_err(|error| format!("{error}"));
        }
        Err("is none of rate(5 minutes), cron(0 12 * * ? *), at(2030-01-31T08:00:00)".into())
    }
}

fn period(text: &str) -> Result<Duration, String> {
    let usage = || "a rate is a whole number above 0 and minutes, hours, days (here also seconds)".to_owned();
    let (number, unit) = text.split_once(' ').ok_or_else(usage)?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0).ok_or_else(usage)?;
    let unit_ms = match unit.trim() {
        "millisecond" | "milliseconds" => 1,
        "second" | "seconds" => 1_000,
        "minute" | "minutes" => 60_000,
        "hour" | "hours" => 3_600_000,
        "day" | "days" => 86_400_000,
        _ => return Err(usage()),
    };
    number.checked_mul(unit_ms).map(Duration::from_millis).ok_or_else(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_nonsense_is_refused() {
        for (text, expected_ms) in [
            ("rate(1 minute)", Some(60_000)),
            ("rate(5 minutes)", Some(300_000)),
            ("rate(2 hours)", Some(7_200_000)),
            ("rate(1 day)", Some(86_400_000)),
            ("rate(1 second)", Some(1_000)),
            ("rate(200 milliseconds)", Some(200)),
            ("rate(0 minutes)", None),
            ("rate(minutes)", None),
            ("rate(5 weeks)", None),
            ("every minute", None),
        ] {
            let read = text.parse::<Expression>().ok();
            assert_eq!(read, expected_ms.map(|ms| Expression::Rate(Duration::from_millis(ms))), "{text}");
        }
    }

    #[test]
    fn a_time_fires_once() {
        let expression: Expression = "at(2030-01-31T08:00:00)".parse().unwrap();
        let time: Timestamp = "2030-01-31T08:00:00Z".parse().unwrap();
        assert_eq!(expression.next_in("2030-01-01T00:00:00Z".parse().unwrap(), &TimeZone::UTC), Some(time));
        assert_eq!(expression.next_in(time, &TimeZone::UTC), None);
    }
}
