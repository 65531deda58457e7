//! Identifiers: ULIDs for what the gateway makes, an opaque text for the user.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;
use crate::limits::USER_ID_LEN_MAX;

/// Why a text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id: a ULID has 26 characters of Crockford's base 32")
    }
}

impl std::error::Error for InvalidId {}

/// The 128 bits of a ULID's text. 26 characters hold 130: a text that would need them all is none, or two
/// texts would mean the same id.
///
/// # Errors
/// [`InvalidId`].
pub fn ulid_bits(text: &str) -> Result<u128, InvalidId> {
    let fits = text.bytes().next().is_some_and(|first| first <= b'7');
    ulid::Ulid::from_string(text).ok().filter(|_| fits).map(|ulid| ulid.0).ok_or(InvalidId)
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ulid::Ulid);

        impl $name {
            /// From the 128 bits of a ULID: 48 bits of time, then 80.
            #[must_use]
            pub const fn from_u128(bits: u128) -> Self {
                Self(ulid::Ulid(bits))
            }

            /// The 128 bits of this ULID.
            #[must_use]
            pub const fn to_u128(self) -> u128 {
                self.0.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; ulid::ULID_LEN];
                f.write_str(self.0.array_to_str(&mut text))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                ulid_bits(text).map(Self::from_u128)
            }
        }
    };
}

ulid_id!(
    /// A product of the catalogue.
    ProductId
);
ulid_id!(
    /// A reservation of stock; the Kafka key of everything about its payment.
    ReservationId
);
ulid_id!(
    /// A payment; also its reference and idempotency key at the PSP. Its last 80 bits are a digest of what it
    /// claimed, or random.
    PaymentId
);

/// How many characters of a ULID's text follow its time.
const TAIL_LEN: usize = 16;
/// The bits that they hold.
const TAIL: u128 = (1 << 80) - 1;

impl PaymentId {
    /// The id of a payment accepted at this time, with these last 80 bits. What does not fit into a ULID's 48
    /// bits of time (until the year 10889) is cut off.
    #[must_use]
    pub fn new(accepted_at: Timestamp, tail: u128) -> Self {
        let time = u128::try_from(accepted_at.as_millis()).unwrap_or(0);
        Self::from_u128((time << 80) | (tail & TAIL))
    }

    /// The last 80 bits of the id, all but the time. The same text as the id's last 16 characters.
    #[must_use]
    pub fn tail(self) -> String {
        let mut text = self.to_string();
        text.split_off(text.len() - TAIL_LEN)
    }

    /// When the payment was accepted: the time in its id.
    #[must_use]
    pub const fn accepted_at(self) -> Timestamp {
        Timestamp::from_millis((self.to_u128() >> 80) as i64)
    }
}

/// Who acts: the `sub` of the token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(String);

impl UserId {
    /// A user id of 1 to 64 printable ASCII characters without spaces.
    ///
    /// # Errors
    /// [`InvalidUserId`] for any other text.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidUserId> {
        let text = text.into();
        let fits = !text.is_empty() && text.len() <= USER_ID_LEN_MAX;
        if fits && text.bytes().all(|b| b.is_ascii_graphic()) { Ok(Self(text)) } else { Err(InvalidUserId) }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUserId;

impl fmt::Display for InvalidUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a user id: 1 to {USER_ID_LEN_MAX} printable ASCII characters without spaces")
    }
}

impl std::error::Error for InvalidUserId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = PaymentId::from_u128(0x0193_5c1e_0000_1234_5678_9abc_def0_1122);
        assert_eq!(id.to_string().len(), 26);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_payments_id_is_its_time_and_its_tail() {
        let tail = 0xffff_5678_9abc_def0_1122;
        let id = PaymentId::new(Timestamp::from_millis(0x0193_5c1e_0000), tail);
        assert_eq!(id.accepted_at(), Timestamp::from_millis(0x0193_5c1e_0000));
        assert_eq!(id.to_u128(), 0x0193_5c1e_0000_ffff_5678_9abc_def0_1122);
        let later = PaymentId::new(Timestamp::from_millis(0x0193_5c1e_0001), tail | 1 << 80);
        assert_eq!((id.tail(), id.tail().len()), (later.tail(), 16));
        assert!(id.to_string().ends_with(&id.tail()));
    }

    #[test]
    fn texts_that_are_no_ids_are_refused() {
        for text in [
            "",
            "abc",
            "01J0000000000000000000000U",
            "01J00000000000000000000000000",
            // More than 128 bits.
            "80000000000000000000000000",
            "01J0000000000000000000000é",
        ] {
            assert_eq!(text.parse::<ReservationId>(), Err(InvalidId), "{text}");
        }
    }

    #[test]
    fn user_ids_are_short_printable_and_whole() {
        assert!(UserId::new("f5d8-user@example").is_ok());
        for text in ["", "two words", "naïve", &"x".repeat(65)] {
            assert_eq!(UserId::new(text), Err(InvalidUserId), "{text}");
        }
    }
}
