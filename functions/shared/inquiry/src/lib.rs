//! Asks the PSP what became of a payment, and ends it accordingly.
//!
//! What handle-dlq does for dead letters and review-payments for payments under review: a verdict that
//! is learned is recorded, then settled; an authorization that comes too late is cancelled at the PSP
//! and recorded as voided. Nothing here decides *that* a payment failed: it says what the PSP said, and
//! whether that may be believed already.

mod ask;
mod early;
mod settle;
mod void;

pub use ask::{ask, ask_doubting, with_named_charge};
pub use early::{holder_lives, too_early};
pub use settle::{ByPerson, ByStep, Case, Settling};

use gateway_domain::Timestamp;

/// The ports that ending a payment needs, and the time.
pub struct Ending<'a, S, V, P> {
    /// Who settles.
    pub settling: S,
    /// Where a verdict is recorded before it is settled.
    pub vault: &'a V,
    /// Who knows what was charged, and cancels.
    pub provider: &'a P,
    /// Now.
    pub now: Timestamp,
}
