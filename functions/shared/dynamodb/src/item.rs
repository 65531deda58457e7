//! Attribute values in and out.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_lc_rs::rand;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;

/// An item, or a map in one.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table's key.
pub(crate) const KEY: &str = "pk";

/// The place of a payment's item: the tail of its id.
pub(crate) fn place(payment_id: PaymentId) -> AttributeValue {
    AttributeValue::S(payment_id.tail())
}

/// A text.
pub(crate) fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A whole number.
pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A moment in epoch milliseconds.
pub(crate) fn millis(at: Timestamp) -> AttributeValue {
    number(at.as_millis())
}

/// The moment as TTL reads it.
pub(crate) fn ttl(at: Timestamp) -> AttributeValue {
    number(ttl_seconds(at))
}

/// Epoch seconds, rounded up so that nothing is deleted early.
pub(crate) const fn ttl_seconds(at: Timestamp) -> i64 {
    at.as_millis().saturating_add(999).div_euclid(1000)
}

/// A string of bytes.
pub(crate) fn bytes(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// A random name for whoever makes a write. If the answer to it is lost and the SDK repeats it, the
/// item that refuses the repetition bears this name: the write was ours.
pub(crate) fn holder_name() -> Result<[u8; 16], PortError> {
    let mut name = [0; 16];
    rand::fill(&mut name).map_err(|_| PortError::permanent("the system gives no randomness"))?;
    Ok(name)
}

/// Reads attributes; what is missing or of another kind is a permanent error that names it.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    item: &'a Item,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(item: &'a Item) -> Self {
        Self { item }
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.item.contains_key(name)
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str, PortError> {
        let value = self.item.get(name).and_then(|value| value.as_s().ok());
        value.map(String::as_str).ok_or_else(|| damaged(name))
    }

    pub(crate) fn text_or_none(self, name: &str) -> Option<String> {
        self.text(name).ok().map(str::to_owned)
    }

    pub(crate) fn parsed<T: FromStr>(self, name: &str) -> Result<T, PortError> {
        self.text(name)?.parse().map_err(|_| damaged(name))
    }

    pub(crate) fn number<T: FromStr>(self, name: &str) -> Result<T, PortError> {
        let value = self.item.get(name).and_then(|value| value.as_n().ok());
        value.and_then(|digits| digits.parse().ok()).ok_or_else(|| damaged(name))
    }

    pub(crate) fn number_or<T: FromStr>(self, name: &str, default: T) -> Result<T, PortError> {
        if self.has(name) { self.number(name) } else { Ok(default) }
    }

    pub(crate) fn moment(self, name: &str) -> Result<Timestamp, PortError> {
        self.number(name).map(Timestamp::from_millis)
    }

    pub(crate) fn moment_or_none(self, name: &str) -> Result<Option<Timestamp>, PortError> {
        if self.has(name) { self.moment(name).map(Some) } else { Ok(None) }
    }

    pub(crate) fn flag(self, name: &str) -> Result<bool, PortError> {
        let value = self.item.get(name).and_then(|value| value.as_bool().ok());
        value.copied().ok_or_else(|| damaged(name))
    }

    pub(crate) fn bytes(self, name: &str) -> Result<&'a [u8], PortError> {
        let value = self.item.get(name).and_then(|value| value.as_b().ok());
        value.map(Blob::as_ref).ok_or_else(|| damaged(name))
    }

    pub(crate) fn map_or_none(self, name: &str) -> Option<Self> {
        self.item.get(name).and_then(|value| value.as_m().ok()).map(Self::new)
    }
}

/// An item that no version of this program wrote.
pub(crate) fn damaged(name: &str) -> PortError {
    PortError::permanent(format!("the stored attribute `{name}` is missing or not what it should be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ttl_never_ends_before_the_moment() {
        for (at, seconds) in [(0, "0"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            assert_eq!(ttl(Timestamp::from_millis(at)), AttributeValue::N(seconds.into()), "{at}");
        }
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_named() {
        let item = Item::from([("fence".to_owned(), text("three"))]);
        for name in ["fence", "attempt"] {
            let error = Reader::new(&item).number::<u64>(name).unwrap_err();
            assert!(error.to_string().contains(name) && !error.is_transient(), "{error}");
        }
    }
}
