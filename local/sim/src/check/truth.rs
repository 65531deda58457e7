//! Nothing is guessed: a payment fails when the PSP has said that there is no charge, or a person has; and
//! what was cancelled is told.

use gateway_domain::review::VOID_REQUESTED;
use gateway_domain::{PaymentId, PaymentStatus};

use super::Judge;
use crate::psp::{Charge, Standing};
use crate::runtime::lock;
use crate::world::World;

impl Judge {
    /// A person is about to say how a payment ended.
    pub(crate) fn person_says(&mut self, payment_id: PaymentId) {
        self.by_word.insert(payment_id);
    }

    /// Payments that have failed since this was asked last.
    pub(crate) fn take_failed(&mut self) -> Vec<PaymentId> {
        std::mem::take(&mut self.failed)
    }
}

impl World {
    /// Looks at a payment that has just failed.
    pub(crate) fn look_at_failure(&self, payment_id: PaymentId) {
        let by_word = lock(&self.judge).by_word.contains(&payment_id);
        if !by_word && !self.psp.knew_of_none(payment_id) {
            self.accuse("nothing is guessed", || {
                format!("{payment_id} failed, and the PSP never said that it had no charge for it")
            });
        }
        if !by_word && self.was_named(payment_id) {
            self.accuse("a charge that was named is not taken for none", || {
                format!("{payment_id} failed, and the PSP had named its charge")
            });
        }
    }

    /// Whether the ledger knows a charge of the payment that nobody wanted to be cancelled.
    fn was_named(&self, payment_id: PaymentId) -> bool {
        let wish = |(name, text): &(String, String)| name == "reason" && text == VOID_REQUESTED;
        self.ledger.inspect(|rows| {
            let named = rows.payment(payment_id).is_some_and(|payment| payment.charge_id.is_some());
            named && !rows.timeline(payment_id).iter().any(|event| event.detail.iter().any(wish))
        })
    }

    /// Looks at a payment whose charge was decided about while an inquiry had to wait for it.
    pub(crate) fn look_at_haste(&self, payment_id: PaymentId) {
        let by_word = lock(&self.judge).by_word.contains(&payment_id);
        let status = self.ledger.inspect(|rows| rows.payment(payment_id).map(|payment| payment.status));
        if status == Some(PaymentStatus::Failed) && !by_word {
            self.accuse("\"no charge\" is not believed too early", || {
                format!("{payment_id} had failed when the PSP decided in its usual time")
            });
        }
    }

    /// Each charge that was cancelled is told of by its payment's end or its story.
    pub(super) fn look_at_voids(&self) {
        if let Some(charge) = self.untold_voids().first() {
            self.accuse("a cancelled charge is recorded", || format!("{charge:?}"));
        }
    }

    /// Charges that were cancelled and are not told of.
    pub(crate) fn untold_voids(&self) -> Vec<Charge> {
        let mut charges = self.psp.charges();
        charges.retain(|charge| charge.standing == Standing::Cancelled && !self.tells_of_void(charge));
        charges
    }

    fn tells_of_void(&self, charge: &Charge) -> bool {
        let about = |(name, text): &(String, String)| name == "charge_id" && *text == charge.id.0;
        self.ledger.inspect(|rows| {
            let ended_so = rows.payment(charge.payment_id).is_some_and(|payment| {
                payment.status == PaymentStatus::Voided && payment.charge_id.as_ref() == Some(&charge.id)
            });
            let mut story = rows.timeline(charge.payment_id).iter();
            ended_so || story.any(|event| event.event == "VOIDED" && event.detail.iter().any(about))
        })
    }
}
