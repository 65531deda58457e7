//! Claims as maps in items.

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::Timestamp;
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::claims::ClaimRequest;

use crate::item::{Item, Reader, bytes, damaged, millis, text, ttl};

/// A claim just made. The names are short, for the item is to stay below 1 KB.
pub(super) fn write(request: &ClaimRequest, holder: [u8; 16]) -> AttributeValue {
    let map = [
        ("payment_id", text(request.payment_id)),
        ("digest", bytes(request.fingerprint)),
        ("queued", AttributeValue::Bool(false)),
        ("lease", millis(request.lease_until)),
        ("forgotten_at", millis(request.expires_at)),
        // The same as TTL reads it, for the item's end.
        ("ends_at", ttl(request.expires_at)),
        // Reserved in expressions.
        ("by", bytes(holder)),
    ];
    AttributeValue::M(map.map(|(name, value)| (name.to_owned(), value)).into())
}

/// The claim that an item holds. One without was made by a verdict that came when the payment's own item
/// was gone: what had claimed the key is forgotten.
pub(super) fn read(item: &Item) -> Result<Claim, PortError> {
    let item = Reader::new(item);
    let Some(claim) = item.map_or_none("claim") else {
        let long_ago = Timestamp::from_millis(0);
        return Ok(Claim {
            payment_id: item.parsed("payment_id")?,
            fingerprint: [0; 32],
            completed: true,
            lease_until: long_ago,
            forgotten_at: long_ago,
        });
    };
    Ok(Claim {
        payment_id: claim.parsed("payment_id")?,
        fingerprint: claim.bytes("digest")?.try_into().map_err(|_| damaged("claim.digest"))?,
        completed: claim.flag("queued")?,
        lease_until: claim.moment("lease")?,
        forgotten_at: claim.moment("forgotten_at")?,
    })
}

/// Whether the item's claim was made by whoever bears this name.
pub(super) fn is_held_by(item: &Item, holder: [u8; 16]) -> bool {
    let claim = Reader::new(item).map_or_none("claim");
    claim.is_some_and(|claim| claim.bytes("by").is_ok_and(|name| name == holder))
}
