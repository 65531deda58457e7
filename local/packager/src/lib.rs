//! Makes what is deployed of built functions: each binary is held against what Lambda offers, then zipped so
//! that the same binary always gives the same bytes; beside the zips lie their sums, a bill of materials for
//! each function, and the licences of everything that is in them.
//!
//! It compiles nothing (`cargo xtask package` does) and knows nothing of payments.

mod archive;
mod binary;
mod bom;
mod contents;
mod error;
mod gate;
mod licences;
mod lock;
mod metadata;
mod report;

pub use archive::{unzip, zip};
pub use binary::Binary;
pub use bom::{Described, describe};
pub use contents::{Compiled, Component, Contents};
pub use error::PackError;
pub use gate::{Arch, refusals};
pub use licences::third_party;
pub use lock::Checksums;
pub use metadata::Metadata;
pub use report::{Packed, sums, table};

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
