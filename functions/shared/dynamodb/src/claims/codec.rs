//! Claims as items.

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimKey, ClaimRequest};

use crate::item::{Item, Reader, bytes, damaged, millis, text, ttl};

/// The key as one text. Users have no spaces in their id, so no two keys give the same text.
pub(super) fn key(key: &ClaimKey) -> AttributeValue {
    AttributeValue::S(match key {
        ClaimKey::Idempotency { user, key } => format!("key {user} {key}"),
        ClaimKey::Payment { user, reservation, amount } => {
            format!("payment {user} {reservation} {}", amount.units())
        }
    })
}

/// The item of a claim just made.
pub(super) fn item(request: &ClaimRequest, holder: [u8; 16]) -> Item {
    [
        ("claim_key", key(&request.key)),
        ("payment_id", text(request.payment_id)),
        ("fingerprint", bytes(request.fingerprint)),
        ("completed", AttributeValue::Bool(false)),
        ("lease_until", millis(request.lease_until)),
        ("forgotten_at", millis(request.expires_at)),
        ("holder", bytes(holder)),
        ("expires_at", ttl(request.expires_at)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The claim that an item holds.
pub(super) fn claim(reader: Reader<'_>) -> Result<Claim, PortError> {
    Ok(Claim {
        payment_id: reader.parsed("payment_id")?,
        fingerprint: reader.bytes("fingerprint")?.try_into().map_err(|_| damaged("fingerprint"))?,
        completed: reader.flag("completed")?,
        lease_until: reader.moment("lease_until")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gateway_domain::{Money, ReservationId, UserId};

    #[test]
    fn each_user_has_their_own_keys() {
        let of = |user: &str, text: &str| {
            key(&ClaimKey::Idempotency { user: UserId::new(user).unwrap(), key: text.into() })
        };
        assert_ne!(of("ana", "b c"), of("ana#b", "c"));
        assert_ne!(of("ana", "1"), of("bia", "1"));
    }

    #[test]
    fn equal_payments_share_a_key_and_others_do_not() {
        let of = |amount: &str| {
            key(&ClaimKey::Payment {
                user: UserId::new("ana").unwrap(),
                reservation: ReservationId::from_u128(1),
                amount: amount.parse::<Money>().unwrap(),
            })
        };
        assert_eq!(of("10"), of("10.00"));
        assert_ne!(of("10"), of("10.01"));
    }
}
