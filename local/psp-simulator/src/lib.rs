//! A simulator of PagBank's charge API, for a gateway under test.
//!
//! It answers `POST /charges` and its neighbours with PagBank's bodies, codes and
//! idempotency, and it can do on request what PagBank cannot be asked for: charge and
//! lose the answer, fail before charging, throttle, answer late or not legibly, take a
//! charge into analysis and send a webhook. Which of these happens is decided by the
//! card alone (see [`cards`]), so a test needs no other switch.
//!
//! It is deliberately not a payment system: it checks no expiry date and no security
//! code, keeps no card number (only brand, first six and last four digits), and knows
//! no charge but those of `CREDIT_CARD` in BRL.

mod api;
pub mod cards;
mod charge;
mod encryption;
mod errors;
pub mod issuer;
mod journal;
mod ledger;
pub mod options;
mod order;
mod pan;
pub mod scenario;
pub mod server;
mod simulator;
mod webhook;

pub use options::Options;
pub use server::{Running, SimulatorError, serve};
