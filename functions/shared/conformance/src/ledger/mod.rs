//! What every adapter of the ledger ports does.
//!
//! Each behaviour makes its own products, reservations and payments under fresh ids, so the suite
//! runs on a database that others have used. It must not be one that a running stack uses: the
//! behaviours let time pass as they need it, for every row they find.
#![allow(clippy::unwrap_used, reason = "a suite fails by panicking")]

pub mod beginning;
pub mod cataloguing;
pub mod dead_lettering;
pub mod dispatching;
pub mod expiring;
mod fresh;
pub mod redriving;
pub mod releasing;
pub mod reserving;
pub mod reviewing;
pub mod scheduling;
pub mod settling;
pub mod watching;
mod world;

pub use fresh::Fresh;
pub use world::{World, authorized, declined};

use gateway_ports::catalogue::Catalogue;
use gateway_ports::dead_letters::{AdministerDeadLetters, DeadLetters};
use gateway_ports::ledger::{BeginPayments, DispatchRetries, ReadPayments, ScheduleRetries, SettlePayments};
use gateway_ports::reservations::{ExpireReservations, ReadReservations, Reservations};
use gateway_ports::review::ReviewPayments;
use gateway_ports::stock::AuditStock;
use gateway_ports::watch::WatchPayments;

/// Everything the ledger can.
pub trait Ledger:
    BeginPayments
    + SettlePayments
    + ScheduleRetries
    + DispatchRetries
    + ReadPayments
    + Reservations
    + ReadReservations
    + ExpireReservations
    + Catalogue
    + DeadLetters
    + AdministerDeadLetters
    + ReviewPayments
    + WatchPayments
    + AuditStock
{
}

impl<T> Ledger for T where
    T: BeginPayments
        + SettlePayments
        + ScheduleRetries
        + DispatchRetries
        + ReadPayments
        + Reservations
        + ReadReservations
        + ExpireReservations
        + Catalogue
        + DeadLetters
        + AdministerDeadLetters
        + ReviewPayments
        + WatchPayments
        + AuditStock
{
}

/// Makes of one list of behaviours both `run_all` and the macro that makes a test of each. The first
/// token is a dollar sign, which a macro cannot write into another one itself.
macro_rules! behaviours {
    ($d:tt $($module:ident :: $name:ident,)*) => {
        /// Every behaviour, one after the other, on one ledger; `told` hears each one's name.
        pub async fn run_all<L: Ledger>(ledger: &L, seed: u64, told: impl Fn(&str)) {
            let world = World::new(ledger, Fresh::new(seed));
            $(
                told(stringify!($name));
                Box::pin($module::$name(&world)).await;
            )*
        }

        /// A test of each behaviour, on the ledger that the expression makes for it.
        #[macro_export]
        macro_rules! ledger_suite {
            ($d make:expr) => {
                $(
                    #[tokio::test]
                    async fn $name() {
                        let ledger = $d make;
                        let fresh = $crate::ledger::Fresh::new(7);
                        $crate::ledger::$module::$name(&$crate::ledger::World::new(&ledger, fresh)).await;
                    }
                )*
            };
        }
    };
}

behaviours! { $
    cataloguing::seeding_inserts_what_is_missing,
    cataloguing::a_product_is_created_once,
    cataloguing::a_change_grows_the_version_by_one,
    cataloguing::a_change_of_another_version_is_refused,
    cataloguing::units_arrive_and_are_written_off_but_never_below_none,
    cataloguing::parallel_restocks_all_count,
    reserving::stock_is_taken_and_held,
    reserving::a_refused_wish_takes_no_stock,
    reserving::a_repeated_wish_takes_no_more_stock,
    reserving::sixty_four_buyers_never_oversell,
    releasing::a_held_reservation_is_released_once,
    releasing::what_is_being_paid_or_is_paid_stays,
    releasing::parallel_releases_give_back_once,
    expiring::what_expired_is_released_and_not_before,
    expiring::what_is_being_paid_never_expires,
    expiring::overlapping_calls_release_each_once,
    beginning::a_payment_takes_its_reservation,
    beginning::what_is_unknown_of_an_encrypted_card_is_kept_as_unknown,
    beginning::a_card_that_is_unknown_is_known_once_the_psp_tells,
    beginning::a_refused_payment_is_recorded_and_moves_nothing,
    beginning::a_redelivered_batch_changes_nothing,
    beginning::one_reservations_items_take_effect_in_their_order,
    beginning::payments_racing_for_a_reservation_have_one_winner,
    beginning::the_same_payment_begun_in_parallel_begins_once,
    beginning::a_batch_may_be_larger_than_a_statement,
    settling::each_settlement_moves_payment_and_reservation,
    settling::a_decline_tells_why_it_is_not_retried,
    settling::a_refused_ciphertext_makes_the_buyer_encrypt_again,
    settling::a_declined_buyer_can_try_another_card,
    settling::a_redelivered_settlement_changes_nothing,
    settling::a_payment_with_a_charge_does_not_fail_for_want_of_one,
    settling::a_charge_that_a_review_names_is_kept,
    settling::what_is_under_review_can_still_end,
    settling::a_late_authorization_is_told_once_and_then_voided_once,
    settling::an_unknown_payment_is_said_to_be_so,
    settling::contradicting_items_take_effect_in_their_order,
    settling::contradicting_verdicts_in_parallel_have_one_winner,
    scheduling::a_failed_attempt_waits_for_its_time,
    scheduling::a_redelivered_failure_changes_nothing,
    scheduling::exhaustion_is_told_once_and_leaves_the_status,
    scheduling::late_and_unknown_failures_change_nothing,
    dispatching::a_retry_is_taken_when_due_under_a_lease,
    dispatching::a_dispatched_retry_is_under_way_again,
    dispatching::a_payments_trace_goes_on_from_its_last_failure,
    dispatching::what_moved_on_meanwhile_stays_as_it_is,
    dispatching::a_retry_that_fails_before_it_is_marked_was_dispatched_all_the_same,
    dispatching::a_silent_payment_is_asked_about_and_then_waited_for,
    dispatching::overlapping_takes_share_nothing,
    dead_lettering::a_record_has_one_dead_letter,
    dead_lettering::whatever_a_record_holds_is_kept,
    redriving::letters_are_listed_by_state_page_by_page,
    redriving::a_letter_is_redriven_once,
    redriving::no_letter_overtakes_an_earlier_one_of_its_key,
    redriving::of_parallel_claims_one_is_granted,
    redriving::a_letter_is_discarded_once_with_its_reason,
    redriving::a_redrive_that_came_to_nothing_needs_a_person_again,
    redriving::what_a_lapsed_redrive_left_is_closed_like_an_open_letter,
    redriving::a_payments_letters_are_closed_with_its_review,
    redriving::letters_of_a_payment_that_ended_otherwise_are_closed_too,
    reviewing::a_payment_under_review_is_asked_about_after_each_silence,
    reviewing::what_ended_is_asked_about_no_more,
    reviewing::a_persons_word_is_told_with_who_and_why,
    reviewing::the_backlog_counts_what_waits,
    reviewing::what_is_to_be_cancelled_is_authorized_by_nobody,
    watching::who_failed_is_looked_after_for_a_day,
    watching::a_charge_that_turns_up_is_looked_for_until_it_is_voided,
    watching::who_ended_with_a_charge_is_not_looked_after,
    reviewing::the_backlog_knows_the_oldest_payment_under_way,
}
