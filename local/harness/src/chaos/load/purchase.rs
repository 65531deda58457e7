//! What the buyers are going to do, drawn from the seed. Pure.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::card::{self, TestCard};

/// Cards with how many of a hundred buyers have them: most are fine, the others are what a PSP is like.
const CARDS: [(TestCard, u32); 11] = [
    (card::APPROVED, 58),
    (card::DECLINED, 10),
    (card::ANSWER_LOST, 7),
    (card::ANSWER_ALWAYS_LOST, 4),
    (card::UNREADABLE, 3),
    (card::ERROR_THEN_FINE, 5),
    (card::THROTTLED_THEN_FINE, 3),
    (card::ALWAYS_ERROR, 3),
    (card::ALWAYS_CLOSED, 2),
    (card::ANALYSIS_APPROVED, 3),
    (card::ANALYSIS_DECLINED, 2),
];

/// What one buyer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Its number, which its keys are made of.
    pub number: usize,
    /// Chooses the user.
    pub user: usize,
    /// Chooses the product.
    pub product: usize,
    /// How many units.
    pub quantity: u32,
    /// The card.
    pub card: TestCard,
    /// A second payment of the same reservation beside the first, under a key of its own.
    pub rival: Option<TestCard>,
    /// Whether the accepted request is sent once more, as an impatient buyer does.
    pub repeated: bool,
    /// Whether a payment that came to nothing is followed by one with another card.
    pub again: bool,
}

impl Purchase {
    /// How many payments are asked for, each under a key of its own.
    #[must_use]
    pub fn payments(&self) -> usize {
        1 + usize::from(self.rival.is_some()) + usize::from(self.again)
    }
}

/// Purchases that ask for `payments` payments in all.
#[must_use]
pub fn purchases(seed: u64, payments: usize) -> Vec<Purchase> {
    let mut random = StdRng::seed_from_u64(seed ^ 0x5eed_0f10_ad00);
    let (mut left, mut purchases) = (payments, Vec::with_capacity(payments));
    while left > 0 {
        let card = draw(&mut random);
        let rival = (random.random_range(0..20) == 0).then(|| draw(&mut random));
        let again = card == card::DECLINED && random.random_range(0..2) == 0;
        let mut purchase = Purchase {
            number: purchases.len(),
            user: random.random_range(0..usize::MAX),
            product: random.random_range(0..usize::MAX),
            quantity: random.random_range(1..4),
            card,
            rival,
            repeated: random.random_range(0..10) == 0,
            again,
        };
        if purchase.payments() > left {
            (purchase.rival, purchase.again) = (None, false);
        }
        left -= purchase.payments();
        purchases.push(purchase);
    }
    purchases
}

fn draw(random: &mut StdRng) -> TestCard {
    let mut drawn = random.random_range(0..CARDS.iter().map(|(_, weight)| weight).sum());
    for (card, weight) in CARDS {
        if drawn < weight {
            return card;
        }
        drawn -= weight;
    }
    card::APPROVED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_payments_are_asked_for_as_wanted() {
        for (seed, wanted) in [(1, 1), (2, 2), (3, 150), (4, 2000)] {
            let asked: usize = purchases(seed, wanted).iter().map(Purchase::payments).sum();
            assert_eq!(asked, wanted, "seed {seed}");
        }
        assert_eq!(purchases(5, 100), purchases(5, 100));
    }

    #[test]
    fn every_card_and_every_habit_turns_up() {
        let purchases = purchases(1, 2000);
        for (card, _) in CARDS {
            assert!(purchases.iter().any(|purchase| purchase.card == card), "{card:?}");
        }
        assert!(purchases.iter().any(|purchase| purchase.rival.is_some()));
        assert!(purchases.iter().any(|purchase| purchase.repeated));
        assert!(purchases.iter().any(|purchase| purchase.again));
    }
}
