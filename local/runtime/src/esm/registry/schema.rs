//! Schemas as the registry gives them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::avro;
use crate::esm::limits::{SCHEMA_DOUBT_MS, SCHEMAS_MAX};

/// Confluent's `error_code` for an id that it does not know.
const SCHEMA_NOT_FOUND: u32 = 40_403;

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

/// The registry's answer where there is nothing to give.
#[derive(Debug, Deserialize)]
struct Refusal {
    error_code: u32,
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

impl Known {
    /// What an answer to `GET /schemas/ids/{id}` says of the schema; `None` where it says nothing, so that it
    /// is worth asking again. A 404 that is not the registry's own comes from a wrong path or a proxy.
    pub fn from_answer(status: u16, body: &[u8]) -> Option<Self> {
        let refusal = || serde_json::from_slice::<Refusal>(body).ok();
        match status {
            200 => Some(match Schema::parse(body) {
                Ok(schema) => Self::Schema(Arc::new(schema)),
                Err(cause) => Self::Unusable(cause),
            }),
            404 if refusal().is_some_and(|refusal| refusal.error_code == SCHEMA_NOT_FOUND) => {
                Some(Self::NotFound)
            }
            _ => None,
        }
    }
}

/// The schemas that were asked for so far.
#[derive(Debug, Default)]
pub struct Schemas {
    known: HashMap<u32, Known>,
    /// Ids without a schema, and until when that is believed: the oldest first.
    doubtful: VecDeque<(i64, u32)>,
}

impl Schemas {
    /// Keeps what the registry said at `now_ms`. An id never changes its schema, so a schema never becomes
    /// outdated; that there is none does. When there are too many, all are forgotten and asked for again.
    pub fn keep(&mut self, id: u32, known: Known, now_ms: i64) {
        if self.known.len() >= SCHEMAS_MAX {
            *self = Self::default();
        }
        if !matches!(known, Known::Schema(_)) {
            self.doubtful.push_back((now_ms.saturating_add(SCHEMA_DOUBT_MS), id));
        }
        self.known.insert(id, known);
    }

    /// Forgets what is not to be believed any longer.
    pub fn forget_outdated(&mut self, now_ms: i64) {
        while let Some(&(until_ms, id)) = self.doubtful.front()
            && until_ms <= now_ms
        {
            self.doubtful.pop_front();
            self.known.remove(&id);
        }
    }

    /// What is known of an id.
    pub fn get(&self, id: u32) -> Option<&Known> {
        self.known.get(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[u8] = br#"{"schema":"\"string\""}"#;

    fn said(known: Option<&Known>) -> &'static str {
        match known {
            Some(Known::Schema(_)) => "schema",
            Some(Known::NotFound) => "not found",
            Some(Known::Unusable(_)) => "unusable",
            None => "nothing",
        }
    }

    #[test]
    fn only_the_registrys_own_word_counts_as_an_answer() {
        let rows: [(u16, &[u8], &str); 9] = [
            (200, SCHEMA, "schema"),
            (200, br#"{"schema":"syntax","schemaType":"PROTOBUF"}"#, "unusable"),
            (200, b"<html>", "unusable"),
            (404, br#"{"error_code":40403,"message":"Schema not found"}"#, "not found"),
            (404, br#"{"error_code":404,"message":"HTTP 404 Not Found"}"#, "nothing"),
            (404, b"<html>", "nothing"),
            (404, b"", "nothing"),
            (401, br#"{"error_code":40403}"#, "nothing"),
            (500, br#"{"error_code":50001}"#, "nothing"),
        ];
        for (status, body, expected) in rows {
            let known = Known::from_answer(status, body);
            assert_eq!(said(known.as_ref()), expected, "{status} {}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn schemas_are_kept_and_their_absence_is_doubted_after_a_while() {
        let mut schemas = Schemas::default();
        schemas.keep(1, Known::from_answer(200, SCHEMA).unwrap(), 0);
        schemas.keep(2, Known::NotFound, 0);
        schemas.keep(3, Known::Unusable("PROTOBUF".to_owned()), 500);
        let rows = [
            (SCHEMA_DOUBT_MS - 1, ["schema", "not found", "unusable"]),
            (SCHEMA_DOUBT_MS, ["schema", "nothing", "unusable"]),
            (SCHEMA_DOUBT_MS + 500, ["schema", "nothing", "nothing"]),
        ];
        for (now_ms, expected) in rows {
            schemas.forget_outdated(now_ms);
            assert_eq!([1, 2, 3].map(|id| said(schemas.get(id))), expected, "{now_ms}");
        }
        schemas.keep(2, Known::from_answer(200, SCHEMA).unwrap(), SCHEMA_DOUBT_MS);
        schemas.forget_outdated(i64::MAX);
        assert_eq!(said(schemas.get(2)), "schema", "it was registered meanwhile");
    }
}
