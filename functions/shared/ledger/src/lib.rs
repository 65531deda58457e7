//! The ledger's bookkeeping: what the domain decides, carried out on rows in hand.
//!
//! An adapter locks the rows a batch is about, opens a [`Book`] on them, lets it take the batch item
//! by item (so that several items about one payment or reservation take effect in their order), and
//! writes the [`Changes`] back, all in one transaction. Both adapters, in memory and in MySQL, keep
//! their books with this; what is left to them is reading, locking and writing.
//!
//! Deliberately absent: I/O, and every rule of *whether*: those are `gateway-domain`'s.

mod begin;
mod book;
mod dispatch;
pub mod event;
mod note;
pub mod reserve;
mod review;
mod row;
mod schedule;
mod settle;
mod text;
mod watch;

pub use book::{Book, Changes, Inconsistent, ReservationMove};
pub use row::PaymentRow;
pub use text::clip;
