//! What is said of an operation.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Describes a body; adds what it refers to.
pub type Body = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type, by reference.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone, without a token.
    Anyone,
    /// Whoever has a token, for what is theirs.
    User,
    /// Whoever has a token with the role `admin`.
    Admin,
}

/// A parameter of the path, the query or a header.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// `path`, `query` or `header`.
    pub place: &'static str,
    /// What it is.
    pub schema: Body,
    /// For people.
    pub description: &'static str,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// In capitals, as in the template.
    pub method: &'static str,
    /// As in the template.
    pub path: &'static str,
    /// Unique, for generated clients.
    pub id: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may.
    pub caller: Caller,
    /// Beside the body.
    pub parameters: &'static [Parameter],
    /// The body it takes.
    pub request: Option<Body>,
    /// Status, meaning and body of each answer that is no problem.
    pub answers: &'static [(u16, &'static str, Option<Body>)],
    /// Status and codes of each problem beside those that every operation has.
    pub problems: &'static [(u16, &'static str)],
}
