//! The tables say what the domain says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use gateway_domain::letter::{LetterState, Resolution};
use gateway_domain::{PaymentStatus, ReservationStatus};

const PAYMENTS: &str = include_str!("../../../../infra/migrations/0003_create_payments.sql");
const DEAD_LETTERS: &str = include_str!("../../../../infra/migrations/0009_add_state_to_dead_letters.sql");
const CLOSED: &str = include_str!("../../../../infra/migrations/0010_close_dead_letters_that_have_ended.sql");
const RESERVATIONS: &str = include_str!("../../../../infra/migrations/0002_create_reservations.sql");

/// The names in the list that follows `before`.
fn names_after<'a>(before: &str, sql: &'a str) -> Vec<&'a str> {
    let (_, rest) = sql.split_once(before).unwrap_or_else(|| panic!("{before} is not in the migration"));
    let (list, _) = rest.split_once(')').unwrap();
    list.split(',').map(|name| name.trim().trim_matches('\'')).collect()
}

#[test]
fn the_live_payment_key_covers_exactly_the_live_statuses() {
    let live: Vec<_> =
        PaymentStatus::ALL.into_iter().filter(|status| status.is_live()).map(PaymentStatus::as_str).collect();
    assert_eq!(names_after("WHEN status IN (", PAYMENTS), live);
}

#[test]
fn every_status_is_admitted_and_no_other() {
    let payments: Vec<_> = PaymentStatus::ALL.map(PaymentStatus::as_str).to_vec();
    assert_eq!(names_after("ck_payments_status CHECK (status IN (", PAYMENTS), payments);
    let reservations: Vec<_> = ReservationStatus::ALL.map(ReservationStatus::as_str).to_vec();
    assert_eq!(names_after("ck_reservations_status CHECK (status IN (", RESERVATIONS), reservations);
}

#[test]
fn dead_letters_have_the_states_of_the_code() {
    let states: Vec<_> = LetterState::ALL.map(LetterState::as_str).to_vec();
    assert_eq!(names_after("ck_dead_letters_state CHECK (state IN (", DEAD_LETTERS), states);
    let closing = Resolution::ALL.into_iter().filter(|resolution| resolution.closes());
    assert_eq!(names_after("resolution IN (", CLOSED), closing.map(Resolution::as_str).collect::<Vec<_>>());
}
