//! At every decision of the PSP: at most one charge a payment holds money.

use gateway_domain::PaymentId;

use crate::psp::Standing;
use crate::world::World;

impl World {
    /// Looks at a payment's charges after the PSP has decided about one.
    pub(crate) fn look_at_charges(&self, payment_id: PaymentId) {
        let charges = self.psp.charges();
        let authorized = charges.iter().filter(|charge| {
            charge.payment_id == payment_id
                && matches!(charge.standing, Standing::Authorized | Standing::Cancelled)
        });
        let count = authorized.count();
        if count > 1 {
            self.accuse("at most one authorized charge a payment", || format!("{payment_id} has {count}"));
        }
    }
}
