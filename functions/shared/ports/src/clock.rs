//! Time and chance, asked for at the edge and handed to the rules as values.

use gateway_domain::Timestamp;

/// Tells the time and draws lots. One port, so that a simulation controls both.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// 128 random bits that have never been drawn before, in a ULID's layout: 48 bits of time first.
    fn ulid(&self) -> u128;

    /// A number between −200 and 200, evenly: the jitter of a retry.
    fn jitter_permille(&self) -> i64;
}
