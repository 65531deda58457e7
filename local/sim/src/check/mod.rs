//! The checkers: what must always hold, written apart from the workload and from the gateway's own
//! rules (a rule that is wrong there must not be wrong here too).

mod cards;
mod charges;
mod commits;
mod end;
mod letters;
mod promises;
mod records;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gateway_domain::{PaymentId, PaymentStatus, ReservationId, ReservationStatus};
use gateway_ports::{PortError, error::PortErrorKind};

pub use end::at_the_end;
pub use promises::Promise;

use crate::world::World;

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: &'static str,
    /// What was seen.
    pub what: String,
    /// When, in milliseconds since the start.
    pub at_ms: i64,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (at {}.{:03} s)", self.rule, self.what, self.at_ms / 1000, self.at_ms % 1000)
    }
}

/// What the checkers remember.
#[derive(Debug, Default)]
pub struct Judge {
    found: Option<Violation>,
    payments: BTreeMap<PaymentId, PaymentStatus>,
    reservations: BTreeMap<ReservationId, ReservationStatus>,
    promises: Vec<Promise>,
    told: BTreeMap<PaymentId, PaymentStatus>,
    failed: Vec<PaymentId>,
    by_word: BTreeSet<PaymentId>,
    redriven: BTreeSet<String>,
}

impl Judge {
    /// The first violation.
    #[must_use]
    pub const fn found(&self) -> Option<&Violation> {
        self.found.as_ref()
    }

    /// Notes a violation; the first one counts.
    pub(crate) fn accuse(&mut self, violation: Violation) {
        self.found.get_or_insert(violation);
    }

    fn find(&mut self, rule: &'static str, at_ms: i64, what: impl FnOnce() -> String) {
        if self.found.is_none() {
            self.found = Some(Violation { rule, what: what(), at_ms });
        }
    }
}

/// Final: nothing leaves them.
pub(crate) const fn is_final(status: PaymentStatus) -> bool {
    use PaymentStatus::{Authorized, Declined, Failed, Rejected, Voided};
    matches!(status, Authorized | Declined | Failed | Rejected | Voided)
}

impl World {
    /// A store that contradicts itself says so: nothing planted there, so it is the gateway's doing.
    pub(crate) fn suspect<T>(&self, what: &str, result: &Result<T, PortError>) {
        if let Err(error) = result
            && error.kind != PortErrorKind::Transient
        {
            self.accuse("stores are never asked for what cannot be", || format!("{what}: {error}"));
        }
    }
}
