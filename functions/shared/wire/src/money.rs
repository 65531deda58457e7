//! Money in JSON: a number with its exact digits, read from a number or a text, never through a float.

use gateway_domain::Money;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// [`Money`] as a JSON number; also reads a JSON string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireMoney(pub Money);

impl Serialize for WireMoney {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WireMoney {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        raw.get().trim_matches('"').parse().map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive_as_they_are() {
        for (json, text) in [("4500.00", "4500.00"), ("\"0.1\"", "0.10"), ("4500", "4500.00")] {
            let money: WireMoney = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&money).unwrap(), text);
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for json in ["1e3", "\"abc\"", "null", "0.12345", "[1]"] {
            assert!(serde_json::from_str::<WireMoney>(json).is_err(), "{json}");
        }
    }
}
