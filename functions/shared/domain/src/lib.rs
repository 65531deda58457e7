//! The rules of the payment gateway, as pure values and decisions.
//!
//! Deliberately absent: I/O, clocks, randomness, serialisation. A rule takes a state, a command
//! and `now`, and returns a closed decision; whoever asked carries it out.

pub mod attempt;
pub mod begin;
pub mod card;
pub mod charge;
pub mod claim;
pub mod decline;
pub mod id;
pub mod letter;
pub mod limits;
pub mod mask;
pub mod money;
pub mod payment;
pub mod product;
pub mod reservation;
pub mod retry;
pub mod review;
pub mod settle;
pub mod time;
pub mod watch;

pub use card::{CardSecret, CardSummary};
pub use charge::{ChargeOutcome, Verdict};
pub use id::{PaymentId, ProductId, ReservationId, UserId};
pub use money::{Cents, Money};
pub use payment::{Payment, PaymentStatus};
pub use product::{Product, Quantity};
pub use reservation::{Reservation, ReservationStatus};
pub use time::Timestamp;
