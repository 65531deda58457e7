//! Serde for domain values that travel as their text.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// `#[serde(with = "convert::text")]`: through `Display` and `FromStr`.
pub mod text {
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the value's text.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads the value from its text.
    ///
    /// # Errors
    /// The deserializer's, or the value's own.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// `#[serde(default, deserialize_with = "convert::optional_text")]`: as [`text`], where it may be absent or null.
///
/// # Errors
/// The deserializer's, or the value's own.
pub fn optional_text<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr,
    T::Err: Display,
    D: Deserializer<'de>,
{
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// `#[serde(with = "convert::user")]`: a [`gateway_domain::UserId`].
pub mod user {
    use gateway_domain::UserId;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the id.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(value: &UserId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }

    /// Reads and checks the id.
    ///
    /// # Errors
    /// The deserializer's, or that the text is no user id.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
        UserId::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
