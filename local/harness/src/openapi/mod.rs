//! The OpenAPI document, generated from the types that travel and the table of [`operations`].
//!
//! `infra/openapi.json` holds it and describe-api answers with it. A test compares that file with what is
//! generated here, its routes with the template's, and its schemas with the golden files and sample events.

mod operation;
pub mod operations;
mod write;

pub use operation::{Body, Caller, Operation, Parameter};
pub use write::document;
