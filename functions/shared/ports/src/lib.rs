//! What a step needs from the outside, one capability a trait.
