//! Deciding about a charge, in the PSP's own time.

use std::sync::Arc;

use gateway_domain::PaymentId;
use gateway_domain::charge::ChargeId;

use super::{Charge, Psp, Standing};
use crate::actor::Actor;
use crate::chance::Fault;
use crate::ports::LATE_MS_MAX;
use crate::runtime::lock;
use crate::world::World;

/// The risk check takes from seconds to minutes, in milliseconds.
const ANALYSIS_MS: (i64, i64) = (5_000, 8 * 60 * 1000);

/// A request that was taken.
pub struct Taken {
    /// Its idempotency key.
    pub key: String,
    /// Its reference.
    pub payment_id: PaymentId,
    /// Cents.
    pub amount: i64,
    /// How long the decision takes, in milliseconds.
    pub takes_ms: i64,
}

impl Psp {
    /// Decides whether or not anybody waits for it.
    pub fn decide_later(world: &Arc<World>, taken: Taken) {
        let there = Arc::clone(world);
        world.runtime.spawn(async move {
            there.sleep(taken.takes_ms).await;
            Self::decide(&there, taken);
        });
    }

    fn decide(world: &Arc<World>, taken: Taken) {
        let lot = world.draw(Actor::Psp, "decide");
        let standing = match lot.below(100, 1) {
            0..60 => Standing::Authorized,
            60..85 => Standing::Declined,
            _ => Standing::InAnalysis,
        };
        let Taken { key, payment_id, amount, takes_ms } = taken;
        let mut state = lock(&world.psp.state);
        state.pending.remove(&key);
        let id = ChargeId(format!("CHAR_{}", state.charges.len() + 1));
        state.charges.push(Charge { key, id: id.clone(), payment_id, amount, standing });
        drop(state);
        world.tell(|| format!("psp: {} for {payment_id} of {amount} is {standing:?}", id.0));
        world.look_at_charges(payment_id);
        if takes_ms <= LATE_MS_MAX {
            world.look_at_haste(payment_id);
        }
        if standing == Standing::InAnalysis {
            let wait_ms = lot.millis(ANALYSIS_MS.0, ANALYSIS_MS.1, 2);
            let standing = match world.fault(&lot, &[Fault::ChargeForgotten]) {
                Some(_) => Standing::Forgotten,
                None if lot.happens(600, 3) => Standing::Authorized,
                None => Standing::Declined,
            };
            Self::end_analysis(world, id.clone(), standing, wait_ms);
        }
        Self::tell_by_webhook(world, id, payment_id);
    }

    fn end_analysis(world: &Arc<World>, id: ChargeId, standing: Standing, wait_ms: i64) {
        let there = Arc::clone(world);
        world.runtime.spawn(async move {
            there.sleep(wait_ms).await;
            let Some(charge) = there.psp.leave_analysis(&id, standing) else { return };
            there.tell(|| format!("psp: {} leaves the risk check as {standing:?}", id.0));
            there.look_at_charges(charge.payment_id);
            if charge.is_known() {
                Self::tell_by_webhook(&there, id, charge.payment_id);
            }
        });
    }

    fn leave_analysis(&self, id: &ChargeId, standing: Standing) -> Option<Charge> {
        let mut state = lock(&self.state);
        let charge = state.charges.iter_mut().find(|charge| charge.id == *id)?;
        if charge.standing != Standing::InAnalysis {
            return None;
        }
        charge.standing = standing;
        Some(charge.clone())
    }
}
