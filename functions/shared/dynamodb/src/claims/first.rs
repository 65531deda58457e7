//! The first claim of a key: one conditional put of an item that is claim and payment.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimOutcome, ClaimRequest, NewPayment};

use super::{codec, outcome};
use crate::DynamoStore;
use crate::error::{Written, written};
use crate::item::holder_name;
use crate::payments::put;
use crate::vault::KeyProvider;

const CALL: &str = "payments PutItem (claim)";

/// Puts the payment with its claim, unless there is an item.
pub(super) async fn claim<K: KeyProvider>(
    store: &DynamoStore<K>,
    request: &ClaimRequest,
    payment: NewPayment<'_>,
) -> Result<ClaimOutcome, PortError> {
    if !request.key.names(request.payment_id) {
        // Under another id the claim would never be found again.
        return Err(PortError::permanent(format!("{CALL}: {} is not its key's id", request.payment_id)));
    }
    let holder = holder_name()?;
    let mut item = put::item(store, payment).await?;
    item.insert("claim".to_owned(), codec::write(request, holder));
    let answer = store
        .client
        .put_item()
        .table_name(&store.payments_table)
        .set_item(Some(item))
        .condition_expression(put::ABSENT)
        .return_values_on_condition_check_failure(AllOld)
        .send()
        .await;
    match written(CALL, answer)? {
        Written::Done(_) => Ok(ClaimOutcome::Claimed),
        Written::Refused(Some(item)) => outcome(&item, holder),
        Written::Refused(None) => Err(PortError::transient(format!("{CALL}: refused by no item: ask again"))),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use gateway_domain::card::{Brand, CardExpiry, Cvv, EncryptedCard, Holder, Pan};
    use gateway_domain::limits::{CARD_LIFE_MS, CLAIM_LEASE_MS, IDEMPOTENCY_WINDOW_MS, USER_ID_LEN_MAX};
    use gateway_domain::{CardSecret, Money, ReservationId, Timestamp, UserId};
    use gateway_ports::attempts::NewPaymentItem;
    use gateway_ports::claims::ClaimKey;
    use zeroize::Zeroizing;

    use super::*;
    use crate::item::{Item, bytes, millis};
    use crate::payments::codec as payments;
    use crate::vault::{GeneratedKey, KeyService, KmsKeys, Vault};

    const NOW: Timestamp = Timestamp::from_millis(1_795_426_200_001);

    /// Its ciphertext of a key of 32 bytes is as long as AWS's.
    struct Kms;

    impl KeyService for Kms {
        async fn generate(&self) -> Result<GeneratedKey, PortError> {
            Ok(GeneratedKey { plaintext: [7; 32].into(), wrapped: vec![7; 184] })
        }

        async fn unwrap_key(&self, _wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, PortError> {
            Ok([7; 32].into())
        }
    }

    fn longest_raw() -> CardSecret {
        let pan = Pan::new("6062825624254001591".to_owned()).ok().unwrap();
        let cvv = Cvv::new("1234".to_owned(), Brand::Amex).ok().unwrap();
        CardSecret::Raw { pan, cvv, expiry: CardExpiry::new(12, 2030, 1, 2026).unwrap() }
    }

    /// RSA-2048, and a holder.
    fn encrypted() -> CardSecret {
        let card = EncryptedCard::new(format!("{}==", "Zm9v".repeat(85) + "Zg")).ok().unwrap();
        let holder = Holder::new("Maria Aparecida dos Santos Silva".to_owned(), "52998224725".to_owned());
        CardSecret::Encrypted(card.held_by(holder.ok().unwrap()))
    }

    async fn claimed_item(card: &CardSecret) -> Item {
        let user_id = UserId::new("u".repeat(USER_ID_LEN_MAX)).unwrap();
        let reservation_id = ReservationId::from_u128(u128::MAX >> 1);
        let amount = Money::from_units(99_999_999_999);
        let key = ClaimKey::Payment { user: user_id.clone(), reservation: reservation_id, amount };
        let payment_id = key.payment_id(NOW);
        let card_expires_at = NOW.plus_millis(CARD_LIFE_MS);
        let item = NewPaymentItem { payment_id, reservation_id, user_id, amount, card_expires_at };
        let sealed = Vault::new(KmsKeys::new(Kms)).seal(payment_id, card).await.unwrap();
        let request = ClaimRequest {
            key,
            payment_id,
            fingerprint: [255; 32],
            now: NOW,
            lease_until: NOW.plus_millis(CLAIM_LEASE_MS),
            expires_at: NOW.plus_millis(IDEMPOTENCY_WINDOW_MS),
        };
        let mut item = payments::item(&item, sealed);
        item.insert("claim".to_owned(), codec::write(&request, [255; 16]));
        item
    }

    /// As DynamoDB counts, see its developer guide on capacity units.
    fn size(item: &Item) -> usize {
        item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
    }

    fn size_of_value(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            AttributeValue::Bool(_) => 1,
            AttributeValue::M(map) => 3 + map.len() + size(map),
            other => panic!("no item holds {other:?}"),
        }
    }

    #[tokio::test]
    async fn accepting_and_claiming_an_attempt_are_one_write_unit_each() {
        for card in [longest_raw(), encrypted()] {
            let mut item = claimed_item(&card).await;
            // What claiming an attempt makes of it; the verdict takes more out than it puts in.
            item.insert("holder".to_owned(), bytes([255; 16]));
            item.insert("lease_until".to_owned(), millis(NOW));
            assert!((950..=1024).contains(&size(&item)), "{} bytes", size(&item));
        }
    }
}
