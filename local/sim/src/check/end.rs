//! When faults have stopped and all is quiet: every payment has ended, and PSP, ledger, reservations
//! and vault tell the same story.

use gateway_domain::letter::LetterState;
use gateway_domain::{Payment, PaymentStatus, Reservation, ReservationStatus};

use super::is_final;
use crate::psp::{Charge, Standing};
use crate::runtime::lock;
use crate::world::{START_MS, World};

/// Looks at everything once more; `quiet` tells whether the run came to rest in time.
pub fn at_the_end(world: &World, quiet: bool) {
    world.look_at_ledger();
    if !quiet {
        world.accuse("once faults stop, all comes to rest", || unfinished(world));
    }
    let payments: Vec<Payment> = world.ledger.inspect(|rows| rows.payments().cloned().collect());
    let reservations: Vec<Reservation> = world.ledger.inspect(|rows| rows.reservations().cloned().collect());
    let charges = world.psp.charges();
    for payment in &payments {
        world.look_at_outcome(payment, &charges);
        world.look_at_reservation(payment, &reservations);
    }
    for charge in charges.iter().filter(|charge| charge.holds_money()) {
        if !payments.iter().any(|payment| payment.id == charge.payment_id) {
            world.accuse("no charge without a payment", || format!("{charge:?}"));
        }
    }
    for reservation in &reservations {
        world.look_at_confirmed(reservation, &payments);
    }
    world.look_at_cards();
    world.look_at_kept_records();
    world.look_at_records();
    world.look_at_voids();
    world.look_at_open_letters();
    world.look_at_index();
    let at_ms = world.now_ms() - START_MS;
    let mut judge = lock(&world.judge);
    judge.promises_kept(world, at_ms);
    judge.told_truly(at_ms);
}

impl World {
    /// Charges that turned up late and are still to be found and cancelled.
    pub(crate) fn held_for_nothing(&self) -> Vec<Charge> {
        let mut charges = self.psp.charges();
        self.ledger.inspect(|rows| {
            let status = |charge: &Charge| rows.payment(charge.payment_id).map(|payment| payment.status);
            charges
                .retain(|charge| charge.holds_money() && status(charge) != Some(PaymentStatus::Authorized));
        });
        charges
    }

    /// Money is held for a payment if and only if it is authorized, and exactly as much.
    fn look_at_outcome(&self, payment: &Payment, charges: &[Charge]) {
        let held: Vec<_> =
            charges.iter().filter(|charge| charge.payment_id == payment.id && charge.holds_money()).collect();
        let amount = payment.amount.to_cents().map_or(0, |cents| cents.get());
        match payment.status {
            PaymentStatus::Authorized => {
                let right = |charge: &&Charge| {
                    charge.standing == Standing::Authorized
                        && charge.amount == amount
                        && Some(&charge.id) == payment.charge_id.as_ref()
                };
                if held.len() != 1 || !held.iter().copied().all(|charge| right(&charge)) {
                    self.accuse("an authorized payment has exactly its charge", || {
                        format!("{} of {amount}: {held:?}", payment.id)
                    });
                }
            }
            status if is_final(status) => {
                if !held.is_empty() {
                    self.accuse("no money is held for a payment that came to nothing", || {
                        format!("{} is {status}: {held:?}", payment.id)
                    });
                }
            }
            status => self.accuse("every payment ends", || format!("{} is {status}", payment.id)),
        }
    }

    fn look_at_reservation(&self, payment: &Payment, reservations: &[Reservation]) {
        let Some(reservation) = reservations.iter().find(|row| row.id == payment.reservation_id) else {
            return;
        };
        let its = reservation.payment_id == Some(payment.id);
        let right = match payment.status {
            PaymentStatus::Authorized => its && reservation.status == ReservationStatus::Confirmed,
            _ => !its,
        };
        if !right {
            self.accuse("a reservation follows its payment", || {
                format!("{} is {} and {reservation:?}", payment.id, payment.status)
            });
        }
    }

    fn look_at_confirmed(&self, reservation: &Reservation, payments: &[Payment]) {
        let authorized = payments.iter().any(|payment| {
            payment.reservation_id == reservation.id && payment.status == PaymentStatus::Authorized
        });
        if authorized != (reservation.status == ReservationStatus::Confirmed) {
            self.accuse("what is confirmed is paid", || format!("{reservation:?}"));
        }
    }
}

fn unfinished(world: &World) -> String {
    let open: Vec<String> = world.ledger.inspect(|rows| {
        let open = rows.payments().filter(|payment| !is_final(payment.status));
        let held = rows.reservations().filter(|row| row.status == ReservationStatus::Held);
        let open = open.map(|payment| format!("{} is {}", payment.id, payment.status));
        let letters = rows.letters().filter(|(_, state)| *state == LetterState::Open);
        let letters = letters.map(|(row, _)| format!("letter of {:?} is open", row.origin));
        open.chain(held.map(|row| format!("{} is held", row.id))).chain(letters).collect()
    });
    let charges = world.held_for_nothing().into_iter().chain(world.untold_voids());
    let charges = charges.map(|charge| format!("{charge:?}"));
    let open: Vec<String> = open.into_iter().chain(charges).collect();
    format!("still open: {}", open.join(", "))
}
