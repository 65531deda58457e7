//! `SchemaRegistryConfig`: records are checked against, and decoded by, a registry's schemas.
//!
//! Keys and values in Confluent's wire format (a zero byte, the schema's id in four bytes, the
//! data), with Avro and JSON schemas. The filters see the decoded JSON; the function gets it too
//! (`JSON`), or the data without the prefix (`SOURCE`).
//!
//! Where AWS is silent: data without the prefix is a `DESERIALIZATION_ERROR`; a null key or value
//! is not validated; Avro unions are not tagged, bytes and decimals read as in Avro's own JSON
//! encoding, times are numbers; a registry that cannot be reached, or whose answer says nothing of the
//! schema, is asked again and the partition waits; that it has no such schema, or one of no use here, is
//! believed for 3 s. Not here: Protobuf, schema references, Glue's own API (a Confluent-compatible address can be
//! given in its place).

mod avro;
mod decode;
mod schema;
mod wire;

pub use decode::{Decoded, Undecodable, Views, decode};
pub use schema::{Known, Schema, Schemas};

use super::access::{Certificate, Password};

/// A mapping's schema registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaRegistry {
    /// Where it is on this machine.
    pub url: String,
    /// `EventRecordFormat`.
    pub format: EventRecordFormat,
    /// `SchemaValidationConfigs` names `KEY`.
    pub validates_key: bool,
    /// `SchemaValidationConfigs` names `VALUE`.
    pub validates_value: bool,
    /// `AccessConfigs`, as far as their secrets are given on this machine.
    pub access: RegistryAccess,
}

/// What of a validated attribute stands in the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRecordFormat {
    /// The decoded JSON.
    Json,
    /// The producer's data without the schema's prefix.
    Source,
}

/// How the registry is got at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryAccess {
    /// `BASIC_AUTH`.
    pub password: Option<Password>,
    /// `SERVER_ROOT_CA_CERTIFICATE`, PEM.
    pub root_certificate: Option<String>,
    /// `CLIENT_CERTIFICATE_TLS_AUTH`.
    pub client_certificate: Option<Certificate>,
}
