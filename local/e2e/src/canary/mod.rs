//! Looking for cards where none may be.
//!
//! A *canary* is a card number (or a ciphertext) that nobody else has. It is played through the gateway,
//! and then everything that was written anywhere is searched for it in every usual encoding. A *code* of
//! three or four digits would be found everywhere by chance, so codes are looked for differently: see
//! [`code`].

mod card;
pub mod code;
mod encodings;
mod files;
mod search;

pub use card::Card;
pub use encodings::{Encoded, ciphertext_forms, number_forms};
pub use files::{look_at_file, look_at_folder};
pub use search::{Hit, Search};
