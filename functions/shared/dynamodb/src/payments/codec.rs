//! Payments as items.

use gateway_domain::attempt::AttemptState;
use gateway_domain::{Money, UserId};
use gateway_ports::PortError;
use gateway_ports::attempts::NewPaymentItem;

use super::outcomes;
use crate::item::{Item, Reader, bytes, damaged, millis, number, text, ttl};
use crate::vault::SealedCard;

/// The attributes of [`plain_part`].
pub(super) const PLAIN_PART: &str =
    "payment_id, reservation_id, user_id, amount, accepted_at, card_expires_at";

/// A new payment's item. It is gone with its card unless something is recorded: what nobody
/// decided is asked at the PSP then.
pub(super) fn item(new: &NewPaymentItem, sealed: SealedCard) -> Item {
    let mut item: Item = [
        ("payment_id", text(new.payment_id)),
        ("reservation_id", text(new.reservation_id)),
        ("user_id", text(&new.user_id)),
        ("amount", number(new.amount.units())),
        ("accepted_at", millis(new.accepted_at)),
        ("card_expires_at", millis(new.card_expires_at)),
        ("attempt", number(0)),
        ("fence", number(0)),
        ("cleared", number(0)),
        ("lease_until", number(0)),
        ("card", bytes(sealed.card)),
        ("expires_at", ttl(new.card_expires_at)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(cvv) = sealed.cvv {
        item.insert("cvv".to_owned(), bytes(cvv));
    }
    item
}

/// What [`item`] was made of; `None` for an item that only holds a learned verdict.
pub(super) fn plain_part(reader: Reader<'_>) -> Result<Option<NewPaymentItem>, PortError> {
    if !reader.has("reservation_id") {
        return Ok(None);
    }
    Ok(Some(NewPaymentItem {
        payment_id: reader.parsed("payment_id")?,
        reservation_id: reader.parsed("reservation_id")?,
        user_id: UserId::new(reader.text("user_id")?).map_err(|_| damaged("user_id"))?,
        amount: Money::from_units(reader.number("amount")?),
        accepted_at: reader.moment("accepted_at")?,
        card_expires_at: reader.moment("card_expires_at")?,
    }))
}

/// What the rules need to know of an item.
pub(super) fn state(reader: Reader<'_>) -> Result<AttemptState, PortError> {
    let card_until = if reader.has("card") { Some(reader.moment("card_expires_at")?) } else { None };
    Ok(AttemptState {
        attempt: reader.number_or("attempt", 0)?,
        fence: reader.number_or("fence", 0)?,
        cleared: reader.number_or("cleared", 0)?,
        lease_until: reader.moment_or_none("lease_until")?,
        failure: reader.map_or_none("failure").map(outcomes::read_failure).transpose()?,
        verdict: reader.map_or_none("verdict").map(outcomes::read_verdict).transpose()?,
        card_until,
    })
}

/// The sealed card of an item that has one.
pub(super) fn sealed(reader: Reader<'_>) -> Result<SealedCard, PortError> {
    let cvv = if reader.has("cvv") { Some(reader.bytes("cvv")?.to_vec()) } else { None };
    Ok(SealedCard { card: reader.bytes("card")?.to_vec(), cvv })
}
