//! The payment provider port on PagBank's charge API.
//!
//! Requests are built and answers are read by pure functions ([`request`], [`response`] and the
//! readings on top of it); [`PagBank`] only sends. What it must never do is guess: an answer is a
//! verdict only when it is legible and about this payment, amount and currency, and an attempt
//! counts as not charged only on proof (see [`charge`]).
//!
//! It is deliberately not a general client: credit cards in BRL, authorised and not captured, are
//! all that the gateway needs. It never retries by itself: the payment's schedule does.

mod adapter;
mod cancel;
pub mod charge;
mod config;
mod environment;
#[cfg(test)]
mod hostile_tests;
mod inquiry;
mod integrity;
mod request;
mod response;
mod token;
mod transport;
pub mod webhook;

pub use adapter::PagBank;
pub use config::{PagBankConfig, PagBankError, Token};
