//! The payment service provider: one charge for each idempotency key, decided when it is decided,
//! whether or not the caller still listens.

mod decide;
mod webhook;

pub use decide::Taken;

use std::collections::BTreeSet;
use std::sync::Mutex;

use gateway_domain::PaymentId;
use gateway_domain::charge::{ChargeId, Verdict};

use crate::runtime::lock;

/// What a charge at the PSP has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The money is held.
    Authorized,
    /// Refused.
    Declined,
    /// At the risk check.
    InAnalysis,
    /// Was authorized; the money is free again.
    Cancelled,
    /// Was at the risk check; the PSP knows nothing of it any more.
    Forgotten,
}

/// A charge at the PSP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The idempotency key it was made with.
    pub key: String,
    /// Its id.
    pub id: ChargeId,
    /// Its reference.
    pub payment_id: PaymentId,
    /// Cents.
    pub amount: i64,
    /// What it has come to.
    pub standing: Standing,
}

impl Charge {
    /// Whether it holds money, or may come to.
    #[must_use]
    pub const fn holds_money(&self) -> bool {
        matches!(self.standing, Standing::Authorized | Standing::InAnalysis)
    }

    /// Whether the PSP still knows it.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.standing, Standing::Forgotten)
    }

    /// As the gateway's adapter reads it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let charge_id = self.id.clone();
        let declined = |code: &str| Verdict::Declined {
            charge_id: Some(self.id.clone()),
            code: code.to_owned(),
            message: "simulated".to_owned(),
            card: None,
        };
        match self.standing {
            Standing::Authorized => Verdict::Authorized { charge_id, authorization_code: None, card: None },
            Standing::InAnalysis => Verdict::InAnalysis { charge_id, card: None },
            Standing::Declined => declined("10002"),
            Standing::Cancelled | Standing::Forgotten => declined("CANCELED"),
        }
    }
}

/// What the PSP says to a request to charge when it arrives.
pub enum Arrival {
    /// The key is known: this is its charge.
    Known(Charge),
    /// The key is being worked on: 409.
    Busy,
    /// It will be decided.
    Taken,
}

/// The PSP's books.
#[derive(Default)]
pub struct Psp {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    charges: Vec<Charge>,
    pending: BTreeSet<String>,
    reached: BTreeSet<PaymentId>,
    said_none: BTreeSet<PaymentId>,
    hints: usize,
}

impl State {
    /// Charges that were not forgotten, in the order in which they were decided.
    fn known(&self) -> impl DoubleEndedIterator<Item = &Charge> + Clone {
        self.charges.iter().filter(|charge| charge.is_known())
    }
}

impl Psp {
    /// A request to charge arrives.
    pub fn arrive(&self, key: &str, payment_id: PaymentId) -> Arrival {
        let mut state = lock(&self.state);
        state.reached.insert(payment_id);
        if let Some(charge) = state.known().find(|charge| charge.key == key) {
            return Arrival::Known(charge.clone());
        }
        if !state.pending.insert(key.to_owned()) {
            return Arrival::Busy;
        }
        state.said_none.remove(&payment_id);
        Arrival::Taken
    }

    /// The charge made with a key.
    pub fn by_key(&self, key: &str) -> Option<Charge> {
        lock(&self.state).known().find(|charge| charge.key == key).cloned()
    }

    /// The charge with an id.
    pub fn by_id(&self, id: &ChargeId) -> Option<Charge> {
        lock(&self.state).known().find(|charge| charge.id == *id).cloned()
    }

    /// The charge that speaks for a payment: the one that holds money, else the last.
    pub fn by_payment(&self, payment_id: PaymentId) -> Option<Charge> {
        let state = lock(&self.state);
        let mut of = state.known().filter(|charge| charge.payment_id == payment_id);
        of.clone().find(|charge| charge.holds_money()).or_else(|| of.next_back()).cloned()
    }

    /// Every charge, in the order in which they were decided.
    pub fn charges(&self) -> Vec<Charge> {
        lock(&self.state).charges.clone()
    }

    /// Frees the money of a charge that is authorized.
    pub fn cancel(&self, id: &ChargeId) -> Option<Charge> {
        let mut state = lock(&self.state);
        let mut known = state.charges.iter_mut().filter(|charge| charge.is_known());
        let charge = known.find(|charge| charge.id == *id)?;
        if charge.standing == Standing::Authorized {
            charge.standing = Standing::Cancelled;
        }
        Some(charge.clone())
    }

    /// The PSP was asked about a payment and knew of no charge.
    pub fn says_none(&self, payment_id: PaymentId) {
        lock(&self.state).said_none.insert(payment_id);
    }

    /// Whether a payment may fail as far as the PSP goes: no request has reached it, or it has said that
    /// there is no charge.
    pub fn knew_of_none(&self, payment_id: PaymentId) -> bool {
        let state = lock(&self.state);
        !state.reached.contains(&payment_id) || state.said_none.contains(&payment_id)
    }

    /// A webhook sets out (true) or has ended (false).
    fn hint(&self, sets_out: bool) {
        let mut state = lock(&self.state);
        state.hints = if sets_out { state.hints + 1 } else { state.hints - 1 };
    }

    /// Whether nothing is to be decided or told any more.
    pub fn is_at_rest(&self) -> bool {
        let state = lock(&self.state);
        let analysed = state.charges.iter().any(|charge| charge.standing == Standing::InAnalysis);
        state.pending.is_empty() && state.hints == 0 && !analysed
    }
}
