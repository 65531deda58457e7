//! EventBridge's cron: six fields (minutes, hours, day of month, month, day of week, year),
//! one of the two day fields is `?`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// How far ahead a next time is looked for: 29 February may be 8 years away.
const DAYS_AHEAD_MAX: usize = 366 * 9;
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A parsed cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: Vec<i16>,
    hours: Vec<i16>,
    months: Vec<i16>,
    years: Vec<i16>,
    days: Vec<DayRule>,
}

/// One alternative of the two day fields.
#[derive(Debug, Clone, PartialEq, Eq)]
enum DayRule {
    /// `*` or `?` in both fields.
    Every,
    /// Days of the month.
    OfMonth(Vec<i16>),
    /// `L`.
    LastOfMonth,
    /// `15W`: the weekday nearest to the day, within the month.
    NearestWeekday(i16),
    /// Days of the week, 1 is Sunday.
    OfWeek(Vec<i16>),
    /// `6L`: the last Friday.
    LastOfWeek(i16),
    /// `3#2`: the second Tuesday.
    Nth(i16, i16),
}

impl Cron {
    /// The first time after `now`, by the clocks of a time zone.
    pub fn next_in(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut date = zone.to_datetime(now).date();
        for _ in 0..DAYS_AHEAD_MAX {
            if self.is_day(date)
                && let Some(time) =
                    self.times(date).filter_map(|time| instant(time, zone)).find(|time| *time > now)
            {
                return Some(time);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn times(&self, date: Date) -> impl Iterator<Item = DateTime> {
        let hours = self.hours.iter();
        hours.flat_map(move |hour| {
            self.minutes.iter().filter_map(move |minute| {
                Some(date.at(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0))
            })
        })
    }

    fn is_day(&self, date: Date) -> bool {
        self.months.contains(&i16::from(date.month()))
            && self.years.contains(&date.year())
            && self.days.iter().any(|rule| rule.is_day(date))
    }
}

/// As EventBridge Scheduler: a time that the clocks skip in spring is none, one that they show twice in autumn
/// is the first of the two.
fn instant(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        _ => ambiguous.earlier().ok(),
    }
}

impl DayRule {
    fn is_day(&self, date: Date) -> bool {
        let (day, last) = (i16::from(date.day()), i16::from(date.days_in_month()));
        let weekday = i16::from(date.weekday().to_sunday_one_offset());
        match self {
            Self::Every => true,
            Self::OfMonth(days) => days.contains(&day),
            Self::LastOfMonth => day == last,
            Self::NearestWeekday(wanted) => nearest_weekday(date, *wanted) == Some(date),
            Self::OfWeek(days) => days.contains(&weekday),
            Self::LastOfWeek(wanted) => weekday == *wanted && day + 7 > last,
            Self::Nth(wanted, nth) => weekday == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

/// The weekday nearest to a day of the date's month, never in another month.
fn nearest_weekday(date: Date, wanted: i16) -> Option<Date> {
    let wanted = Date::new(date.year(), date.month(), i8::try_from(wanted).ok()?).ok()?;
    let shift = match wanted.weekday() {
        Weekday::Saturday if wanted.day() == 1 => 2.days(),
        Weekday::Saturday => -1.days(),
        Weekday::Sunday if wanted.day() == wanted.days_in_month() => -2.days(),
        Weekday::Sunday => 1.days(),
        _ => 0.days(),
    };
    wanted.checked_add(shift).ok()
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, day_of_month, month, day_of_week, year] = fields.as_slice() else {
            return Err(format!("cron has six fields, not {}", fields.len()));
        };
        Ok(Self {
            text: fields.join(" "),
            minutes: numbers(minutes, 0, 59, &[])?,
            hours: numbers(hours, 0, 23, &[])?,
            months: numbers(month, 1, 12, &MONTHS)?,
            years: numbers(year, 1970, 2199, &[])?,
            days: days(day_of_month, day_of_week)?,
        })
    }
}

fn days(of_month: &str, of_week: &str) -> Result<Vec<DayRule>, String> {
    let is_open = |field: &str| matches!(field, "*" | "?");
    match (is_open(of_month), is_open(of_week)) {
        (true, true) => Ok(vec![DayRule::Every]),
        (false, true) => of_month.split(',').map(month_rule).collect(),
        (true, false) => of_week.split(',').map(week_rule).collect(),
        (false, false) => Err("one of day-of-month and day-of-week is `?`".into()),
    }
}

fn month_rule(field: &str) -> Result<DayRule, String> {
    if field == "L" {
        return Ok(DayRule::LastOfMonth);
    }
    match field.strip_suffix('W') {
        Some(day) => single(day, 1, 31, &[]).map(DayRule::NearestWeekday),
        None => numbers(field, 1, 31, &[]).map(DayRule::OfMonth),
    }
}

fn week_rule(field: &str) -> Result<DayRule, String> {
    if let Some((day, nth)) = field.split_once('#') {
        return Ok(DayRule::Nth(single(day, 1, 7, &DAYS)?, single(nth, 1, 5, &[])?));
    }
    match field.strip_suffix('L') {
        Some("") => Ok(DayRule::OfWeek(vec![7])),
        Some(day) => single(day, 1, 7, &DAYS).map(DayRule::LastOfWeek),
        None => numbers(field, 1, 7, &DAYS).map(DayRule::OfWeek),
    }
}

/// `*`, `5`, `1-5`, `*/15`, `5/10`, `MON-FRI`, and lists of these; in ascending order.
fn numbers(field: &str, low: i16, high: i16, names: &[&str]) -> Result<Vec<i16>, String> {
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step_size = step.map_or(Ok(1), |step| single(step, 1, high, &[]))?;
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (single(from, low, high, names)?, single(to, low, high, names)?),
            None if matches!(range, "*" | "?") => (low, high),
            None => {
                let from = single(range, low, high, names)?;
                (from, if step.is_some() { high } else { from })
            }
        };
        // `FRI-MON` goes over the end of the week.
        let to = if to < from { to + high - low + 1 } else { to };
        let values = (from..=to).step_by(usize::try_from(step_size).unwrap_or(1));
        found.extend(values.map(|value| if value > high { value - (high - low + 1) } else { value }));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn single(text: &str, low: i16, high: i16, names: &[&str]) -> Result<i16, String> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(index) => i16::try_from(index).ok().map(|index| index + low),
        None => text.parse().ok(),
    };
    number
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("{text} is not in {low} to {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_follows_the_fields() {
        // 2026-11-23 is a Monday.
        for (cron, expected) in [
            ("0 12 * * ? *", "2026-11-23T12:00:00Z"),
            ("*/15 * * * ? *", "2026-11-23T08:15:00Z"),
            ("5/10 * ? * * *", "2026-11-23T08:05:00Z"),
            ("0 8 ? * MON *", "2026-11-30T08:00:00Z"),
            ("0 18 ? * MON-FRI *", "2026-11-23T18:00:00Z"),
            ("0 7 ? * SAT-SUN *", "2026-11-28T07:00:00Z"),
            ("0 0 L * ? *", "2026-11-30T00:00:00Z"),
            ("0 0 ? * 6L *", "2026-11-27T00:00:00Z"),
            ("0 0 ? * 3#2 *", "2026-12-08T00:00:00Z"),
            ("0 9 28W * ? *", "2026-11-27T09:00:00Z"),
            ("0 0 29 FEB ? *", "2028-02-29T00:00:00Z"),
            ("0 0 1 1 ? 2030", "2030-01-01T00:00:00Z"),
        ] {
            let now = "2026-11-23T08:00:00Z".parse().unwrap();
            let next = cron.parse::<Cron>().unwrap().next_in(now, &TimeZone::UTC);
            assert_eq!(next, Some(expected.parse().unwrap()), "{cron}");
        }
    }

    #[test]
    fn a_time_in_the_past_never_comes() {
        let cron: Cron = "0 0 1 1 ? 1999".parse().unwrap();
        assert_eq!(cron.next_in("2026-11-23T08:00:00Z".parse().unwrap(), &TimeZone::UTC), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["* * * * *", "60 * * * ? *", "0 0 1 * MON *", "0 0 ? * XYZ *", "0 0 ? * 3#6 *"] {
            assert!(text.parse::<Cron>().is_err(), "{text}");
        }
    }
}
