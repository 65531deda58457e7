//! Which faults come when: everything that is left to chance, drawn from one seed. Pure.

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::fault::Fault;

/// Waits before a stroke, so that it meets requests under way.
const BEFORE_MS: std::ops::Range<u64> = 50..600;
/// How long a part stays down before it is started again.
const DOWN_MS: std::ops::Range<u64> = 0..4_000;

/// One fault with its pauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stroke {
    /// What is done.
    pub fault: Fault,
    /// How long after the round's begin, or after the stroke before, in milliseconds.
    pub before_ms: u64,
    /// How long the part stays down, in milliseconds; between the blows where functions are killed.
    pub down_ms: u64,
    /// Chooses among the functions.
    pub choice: u64,
}

/// How the strokes of a round stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// One stroke.
    Alone,
    /// Two parts at once.
    Together,
    /// The second as soon as the first part answers again, while the gateway is recovering.
    Chained,
}

/// Strokes after which the gateway must recover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// How they stand to one another.
    pub shape: Shape,
    /// One or two.
    pub strokes: Vec<Stroke>,
}

/// Rounds of `faults` strokes in all. Every kind comes once before any comes again.
#[must_use]
pub fn rounds(seed: u64, faults: usize) -> Vec<Round> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut strokes = strokes(&mut random, faults).into_iter().peekable();
    let mut rounds = Vec::new();
    while let Some(first) = strokes.next() {
        let shape = match random.random_range(0..10) {
            0..=5 => Shape::Alone,
            6..=7 => Shape::Together,
            _ => Shape::Chained,
        };
        let second = if shape == Shape::Alone { None } else { strokes.next() };
        let shape = match &second {
            None => Shape::Alone,
            // One part cannot end twice at once.
            Some(second) if second.fault.part() == first.fault.part() => Shape::Chained,
            Some(_) => shape,
        };
        rounds.push(Round { shape, strokes: [first].into_iter().chain(second).collect() });
    }
    rounds
}

fn strokes(random: &mut StdRng, faults: usize) -> Vec<Stroke> {
    let mut drawn = Vec::with_capacity(faults + Fault::ALL.len());
    while drawn.len() < faults {
        let mut deck = Fault::ALL;
        deck.shuffle(random);
        drawn.extend(deck);
    }
    drawn.truncate(faults);
    let mut stroke = |fault| Stroke {
        fault,
        before_ms: random.random_range(BEFORE_MS),
        down_ms: random.random_range(DOWN_MS),
        choice: random.random(),
    };
    drawn.into_iter().map(&mut stroke).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn faults(rounds: &[Round]) -> Vec<Fault> {
        rounds.iter().flat_map(|round| &round.strokes).map(|stroke| stroke.fault).collect()
    }

    #[test]
    fn a_seed_makes_one_plan_and_another_seed_another() {
        assert_eq!(rounds(7, 30), rounds(7, 30));
        assert_ne!(rounds(7, 30), rounds(8, 30));
    }

    #[test]
    fn every_kind_comes_before_any_comes_again() {
        for seed in 0..50 {
            let drawn = faults(&rounds(seed, 20));
            assert_eq!(drawn.len(), 20, "seed {seed}");
            let first: BTreeSet<_> = drawn.iter().take(Fault::ALL.len()).collect();
            assert_eq!(first.len(), Fault::ALL.len(), "seed {seed}");
        }
    }

    #[test]
    fn no_part_ends_twice_at_once() {
        for round in (0..50).flat_map(|seed| rounds(seed, 30)) {
            let count = round.strokes.len();
            assert_eq!(count == 1, round.shape == Shape::Alone, "{round:?}");
            if round.shape == Shape::Together {
                assert_ne!(round.strokes[0].fault.part(), round.strokes[1].fault.part(), "{round:?}");
            }
        }
    }
}
