//! Payments as items.

use gateway_domain::attempt::AttemptState;
use gateway_domain::{Money, PaymentId, UserId};
use gateway_ports::PortError;
use gateway_ports::attempts::NewPaymentItem;

use super::outcomes;
use crate::item::{Item, KEY, Reader, bytes, damaged, millis, number, place, text, ttl};
use crate::vault::SealedCard;

/// The attributes of [`plain_part`].
pub(super) const PLAIN_PART: &str = "payment_id, reservation_id, user_id, amount, card_until";

/// A new payment's item. It is gone with its card unless it is queued or something is recorded: what
/// nobody decided is asked at the PSP then.
pub(crate) fn item(new: &NewPaymentItem, sealed: SealedCard) -> Item {
    let mut item: Item = [
        (KEY, place(new.payment_id)),
        ("payment_id", text(new.payment_id)),
        ("reservation_id", text(new.reservation_id)),
        ("user_id", text(&new.user_id)),
        ("amount", number(new.amount.units())),
        ("card_until", millis(new.card_expires_at)),
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
        card_expires_at: reader.moment("card_until")?,
    }))
}

/// What the rules need to know of the payment, if the item at its place is its own.
pub(super) fn state_of(
    payment_id: PaymentId,
    item: Option<&Item>,
) -> Result<Option<AttemptState>, PortError> {
    item.map(Reader::new).filter(|item| is_of(payment_id, *item)).map(state).transpose()
}

/// Whether the item is the payment's: not another's that claimed the same key, nor a claim alone.
pub(super) fn is_of(payment_id: PaymentId, item: Reader<'_>) -> bool {
    item.parsed("payment_id").is_ok_and(|id: PaymentId| id == payment_id)
}

fn state(reader: Reader<'_>) -> Result<AttemptState, PortError> {
    let card_until = if reader.has("card") { Some(reader.moment("card_until")?) } else { None };
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
