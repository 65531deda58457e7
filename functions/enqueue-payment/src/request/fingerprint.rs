//! The digest of a request's meaning: what tells a repetition from another request under the same key.

use gateway_domain::CardSecret;
use sha2::{Digest as _, Sha256};

use crate::order::Order;

/// Of a card it knows what a receipt may show: brand, first six and last four digits, expiry. A digest
/// of the whole number could be searched for it (PCI DSS 3.5.1.1), and the code is never digested. The
/// PSP's ciphertext is random and may be digested whole.
pub(super) fn of(order: &Order, card: &CardSecret) -> [u8; 32] {
    let mut digest = Sha256::new();
    // Each part ends with a byte that no part contains, so that no two meanings read the same.
    let mut part = |text: &str| {
        digest.update(text);
        digest.update([0]);
    };
    part("payment.v1");
    part(&order.reservation_id.to_string());
    part(&order.product_id.to_string());
    part(order.user_id.as_str());
    part(&order.quantity.get().to_string());
    part(&order.amount.units().to_string());
    match card {
        CardSecret::Raw { pan, expiry, .. } => {
            let summary = pan.summary();
            part(summary.brand.as_str());
            part(&summary.bin);
            part(&summary.last4);
            part(&format!("{:04}-{:02}", expiry.year, expiry.month));
        }
        CardSecret::Encrypted(card) => {
            part("encrypted");
            part(card.expose());
        }
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use gateway_domain::card::{Brand, CardExpiry, Cvv, EncryptedCard, Pan};
    use gateway_domain::{Money, ProductId, Quantity, ReservationId, UserId};

    use super::*;

    fn order(amount: &str) -> Order {
        Order {
            reservation_id: ReservationId::from_u128(1),
            product_id: ProductId::from_u128(2),
            user_id: UserId::new("ana").unwrap(),
            quantity: Quantity::new(2).unwrap(),
            amount: amount.parse::<Money>().unwrap(),
        }
    }

    fn card(number: &str, code: &str, year: u16) -> CardSecret {
        CardSecret::Raw {
            pan: Pan::new(number.to_owned()).ok().unwrap(),
            cvv: Cvv::new(code.to_owned(), Brand::Visa).ok().unwrap(),
            expiry: CardExpiry::new(12, year, 1, 2026).unwrap(),
        }
    }

    fn encrypted(text: &str) -> CardSecret {
        CardSecret::Encrypted(EncryptedCard::new(text.to_owned()).ok().unwrap())
    }

    #[test]
    fn the_same_meaning_has_the_same_digest_and_another_has_another() {
        let one = of(&order("100.00"), &card("4539620659922097", "123", 2030));
        for (order, card, same) in [
            (order("100"), card("4539 6206 5992 2097", "123", 2030), true),
            (order("100.00"), card("4539620659922097", "321", 2030), true),
            (order("100.01"), card("4539620659922097", "123", 2030), false),
            (order("100.00"), card("4929291898380766", "123", 2030), false),
            (order("100.00"), card("4539620659922097", "123", 2031), false),
            (order("100.00"), encrypted("YWJj"), false),
        ] {
            assert_eq!(of(&order, &card) == one, same);
        }
        assert_ne!(of(&order("1"), &encrypted("YWJj")), of(&order("1"), &encrypted("YWJk")));
    }
}
