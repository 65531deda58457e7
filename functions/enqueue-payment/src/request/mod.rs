//! Reading a request, cheapest first: the key, the order, and only then the card.

mod card;
mod fingerprint;
mod key;
mod produto;

use gateway_domain::{CardSecret, Timestamp};
use gateway_edge::http::{Fields, HttpRequest, Problem};

use crate::order::Order;

/// What a request asks for. Has no `Debug`: it holds a card.
pub(crate) struct Wish {
    /// What to pay.
    pub(crate) order: Order,
    /// With what.
    pub(crate) card: CardSecret,
    /// The caller's `Idempotency-Key`.
    pub(crate) key: Option<String>,
    /// Digest of the request's meaning.
    pub(crate) fingerprint: [u8; 32],
}

/// Reads a request.
///
/// # Errors
/// 400 for an unusable key or body, 403 for another user's, 422 with everything that is wrong.
pub(crate) fn read(request: &HttpRequest, now: Timestamp) -> Result<Wish, Problem> {
    let key = request.header(key::HEADER).map(key::read).transpose()?;
    let fields = Fields::of(request)?;
    let order = produto::read(fields.object("produto")?, &request.caller)?;
    let card = card::read(fields.object("card")?, now)?;
    let fingerprint = fingerprint::of(&order, &card);
    Ok(Wish { order, card, key, fingerprint })
}
