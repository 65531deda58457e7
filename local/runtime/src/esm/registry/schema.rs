//! Schemas as the registry gives them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::avro;
use crate::esm::limits::SCHEMAS_MAX;

/// A schema that data can be read by.
#[derive(Debug)]
pub enum Schema {
    /// Apache Avro.
    Avro(Box<apache_avro::Schema>),
    /// JSON Schema.
    Json(Box<jsonschema::Validator>),
}

/// The registry's answer to `GET /schemas/ids/{id}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    schema: String,
    #[serde(default)]
    schema_type: Option<String>,
    #[serde(default)]
    references: Vec<Value>,
}

impl Schema {
    /// Reads the registry's answer.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(answer: &[u8]) -> Result<Self, String> {
        let registered: Registered = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
        if !registered.references.is_empty() {
            return Err("schemas with references are not supported here".to_owned());
        }
        match registered.schema_type.as_deref() {
            None | Some("AVRO") => apache_avro::Schema::parse_str(&registered.schema)
                .map(|schema| Self::Avro(Box::new(schema)))
                .map_err(|error| error.to_string()),
            Some("JSON") => Self::json(&registered.schema),
            Some(other) => Err(format!("{other} schemas are not supported here")),
        }
    }

    fn json(text: &str) -> Result<Self, String> {
        let schema: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        Ok(Self::Json(Box::new(validator)))
    }

    /// `dataFormat` of the event's schema metadata.
    pub const fn data_format(&self) -> &'static str {
        match self {
            Self::Avro(_) => "AVRO",
            Self::Json(_) => "JSON",
        }
    }

    /// The data as JSON text.
    ///
    /// # Errors
    /// Why the data does not follow the schema.
    pub fn read(&self, data: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Avro(schema) => avro::read(schema, data),
            Self::Json(validator) => {
                let value: Value = serde_json::from_slice(data).map_err(|error| error.to_string())?;
                validator.validate(&value).map_err(|error| error.to_string())?;
                Ok(data.to_vec())
            }
        }
    }
}

/// What is known of one schema id.
#[derive(Debug, Clone)]
pub enum Known {
    /// The schema.
    Schema(Arc<Schema>),
    /// The registry has none of this id.
    NotFound,
    /// The registry has one that cannot be used here, and why.
    Unusable(String),
}

/// The schemas that were asked for so far.
#[derive(Debug, Default)]
pub struct Schemas(HashMap<u32, Known>);

impl Schemas {
    /// Keeps what the registry said. An id never changes its schema, so nothing becomes outdated;
    /// when there are too many, all are forgotten and asked for again.
    pub fn keep(&mut self, id: u32, known: Known) {
        if self.0.len() >= SCHEMAS_MAX {
            self.0.clear();
        }
        self.0.insert(id, known);
    }

    /// What is known of an id.
    pub fn get(&self, id: u32) -> Option<&Known> {
        self.0.get(&id)
    }
}
