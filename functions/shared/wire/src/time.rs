//! Moments in HTTP bodies: RFC 3339 in UTC, always with milliseconds. (Messages carry epoch milliseconds.)

use std::fmt;
use std::str::FromStr;

use gateway_domain::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The last moment that every calendar here has, 9999-12-30T22:00:00Z, in epoch milliseconds.
const LAST_MS: i64 = 253_402_207_200_000;

/// [`Timestamp`] as RFC 3339, such as `2026-11-23T09:30:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireTime(pub Timestamp);

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A record may hold any number; an answer that tells of it must not fail for that.
        let millis = self.0.as_millis().clamp(0, LAST_MS);
        let moment = jiff::Timestamp::from_millisecond(millis).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl FromStr for WireTime {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|moment| Self(Timestamp::from_millis(moment.as_millisecond())))
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_three_decimals_and_survive_their_text() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_426_200_000, "2026-11-23T09:30:00.000Z"),
            (1_795_426_200_070, "2026-11-23T09:30:00.070Z"),
        ] {
            let time = WireTime(Timestamp::from_millis(millis));
            assert_eq!(time.to_string(), text);
            assert_eq!(text.parse::<WireTime>().unwrap(), time);
        }
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_shown_as_the_nearest() {
        for (millis, text) in [(i64::MIN, "1970-01-01T00:00:00.000Z"), (i64::MAX, "9999-12-30T22:00:00.000Z")]
        {
            assert_eq!(WireTime(Timestamp::from_millis(millis)).to_string(), text);
        }
    }
}
