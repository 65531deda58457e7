//! When a key may be claimed.

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::claim::Claim;
use gateway_ports::claims::ClaimRequest;

use crate::item::{Item, bytes, millis, text};

const FREE: &str = "attribute_not_exists(claim_key) OR forgotten_at <= :now";
const FREE_OR_AS_EARLIER: &str = "attribute_not_exists(claim_key) OR forgotten_at <= :now \
     OR (payment_id = :payment_id AND fingerprint = :fingerprint \
         AND completed = :completed AND lease_until = :lease_until)";

/// A condition on a key's item, with the values it names.
pub(super) struct Condition {
    pub(super) expression: &'static str,
    pub(super) values: Item,
}

impl Condition {
    /// Nobody holds the key, or not any more.
    pub(super) fn free(request: &ClaimRequest) -> Self {
        Self { expression: FREE, values: [(":now".to_owned(), millis(request.now))].into() }
    }

    /// The same, or it is held as `earlier` says.
    pub(super) fn free_or_as(earlier: &Claim, request: &ClaimRequest) -> Self {
        let values = [
            (":now", millis(request.now)),
            (":payment_id", text(earlier.payment_id)),
            (":fingerprint", bytes(earlier.fingerprint)),
            (":completed", AttributeValue::Bool(earlier.completed)),
            (":lease_until", millis(earlier.lease_until)),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        Self { expression: FREE_OR_AS_EARLIER, values }
    }
}
