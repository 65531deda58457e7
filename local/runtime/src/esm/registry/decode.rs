//! One record by its schemas.

use super::schema::{Known, Schemas};
use super::{EventRecordFormat, SchemaRegistry, wire};
use crate::esm::engine::Condition;
use crate::esm::record::{RawRecord, SchemaMetadata};

/// What comes of a record.
#[derive(Debug)]
pub enum Decoded<'a> {
    /// It follows its schemas.
    Views(Views<'a>),
    /// The registry has to be asked for this id first.
    Asks(u32),
    /// It cannot be delivered.
    Not(Undecodable),
}

/// A record's attributes as the filters see them and as the event has them.
#[derive(Debug, Default)]
pub struct Views<'a> {
    key: Option<View<'a>>,
    value: Option<View<'a>>,
}

/// Why a record cannot be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// AWS's word for it.
    pub condition: Condition,
    /// What is wrong.
    pub cause: String,
}

#[derive(Debug)]
struct View<'a> {
    json: Vec<u8>,
    source: &'a [u8],
    schema: SchemaMetadata,
}

/// Decodes the attributes that the mapping validates.
pub fn decode<'a>(registry: &SchemaRegistry, schemas: &Schemas, raw: &RawRecord<'a>) -> Decoded<'a> {
    let attribute = |is_validated: bool, bytes: Option<&'a [u8]>| match bytes.filter(|_| is_validated) {
        Some(bytes) => view(schemas, bytes).map(Some),
        None => Ok(None),
    };
    let views = attribute(registry.validates_key, raw.key)
        .and_then(|key| Ok(Views { key, value: attribute(registry.validates_value, raw.value)? }));
    views.map_or_else(|stopped| stopped, Decoded::Views)
}

fn view<'a>(schemas: &Schemas, bytes: &'a [u8]) -> Result<View<'a>, Decoded<'a>> {
    let not = |condition, cause: String| Decoded::Not(Undecodable { condition, cause });
    let unreadable = |cause: String| not(Condition::DeserializationError, cause);
    let (id, source) = wire::split(bytes).ok_or_else(|| unreadable("the data names no schema".to_owned()))?;
    let schema = match schemas.get(id) {
        Some(Known::Schema(schema)) => schema,
        Some(Known::Unusable(cause)) => return Err(unreadable(format!("schema {id}: {cause}"))),
        Some(Known::NotFound) => {
            return Err(not(Condition::SchemaNotFound, format!("the registry has no schema {id}")));
        }
        None => return Err(Decoded::Asks(id)),
    };
    let json = schema.read(source).map_err(|cause| unreadable(format!("schema {id}: {cause}")))?;
    Ok(View { json, source, schema: SchemaMetadata { data_format: schema.data_format(), schema_id: id } })
}

impl Views<'_> {
    /// The record for the filters: decoded JSON.
    pub fn for_filters<'r>(&'r self, raw: &RawRecord<'r>) -> RawRecord<'r> {
        RawRecord {
            key: self.key.as_ref().map_or(raw.key, |view| Some(&view.json)),
            value: self.value.as_ref().map_or(raw.value, |view| Some(&view.json)),
            ..*raw
        }
    }

    /// The record for the event.
    pub fn for_event<'r>(&'r self, format: EventRecordFormat, raw: &RawRecord<'r>) -> RawRecord<'r> {
        let attribute = |view: &'r Option<View<'_>>, plain: Option<&'r [u8]>| match view {
            Some(view) if format == EventRecordFormat::Json => Some(view.json.as_slice()),
            Some(view) => Some(view.source),
            None => plain,
        };
        RawRecord {
            key: attribute(&self.key, raw.key),
            value: attribute(&self.value, raw.value),
            key_schema: self.key.as_ref().map(|view| view.schema),
            value_schema: self.value.as_ref().map(|view| view.schema),
            ..*raw
        }
    }
}

impl std::fmt::Display for Undecodable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.condition.for_topic(), self.cause)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{RegistryAccess, Schema};
    use super::*;
    use crate::esm::event::write_record;
    use crate::esm::testing::RAW;

    const REGISTRY: SchemaRegistry = SchemaRegistry {
        url: String::new(),
        format: EventRecordFormat::Json,
        validates_key: true,
        validates_value: true,
        access: RegistryAccess { password: None, root_certificate: None, client_certificate: None },
    };

    fn schemas() -> Schemas {
        let avro = r#"{"type":"record","name":"Payment","fields":[
            {"name":"id","type":"long"},{"name":"payer","type":["null","string"]},{"name":"rate","type":"float"},
            {"name":"token","type":"bytes"},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["CARD","CASH"]}}]}"#;
        let json = r#"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#;
        let mut schemas = Schemas::default();
        let registered = |schema: &str, kind: Option<&str>| {
            serde_json::json!({"schema": schema, "schemaType": kind}).to_string().into_bytes()
        };
        let known = |answer: Vec<u8>| Known::Schema(Arc::new(Schema::parse(&answer).unwrap()));
        schemas.keep(1, known(registered(avro, None)), 0);
        schemas.keep(2, known(registered(json, Some("JSON"))), 0);
        schemas.keep(3, Known::NotFound, 0);
        schemas.keep(4, Known::Unusable("PROTOBUF schemas are not supported here".to_owned()), 0);
        schemas
    }

    fn with_prefix(id: u8, data: &[u8]) -> Vec<u8> {
        [&[0, 0, 0, 0, id], data].concat()
    }

    /// `{id: 7, payer: "ana", rate: 0.1, token: [0, 200], kind: CASH}` in Avro's binary encoding.
    fn avro_payment() -> Vec<u8> {
        with_prefix(1, b"\x0e\x02\x06ana\xcd\xcc\xcc\x3d\x04\x00\xc8\x02")
    }

    fn views<'a>(raw: &RawRecord<'a>) -> Views<'a> {
        match decode(&REGISTRY, &schemas(), raw) {
            Decoded::Views(views) => views,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn avro_and_json_are_decoded_for_filters_and_events() {
        let (key, value) = (with_prefix(2, br#"{"id": 7}"#), avro_payment());
        let raw = RawRecord { key: Some(&key), value: Some(&value), ..RAW };
        let views = views(&raw);
        let json = br#"{"id":7,"kind":"CASH","payer":"ana","rate":0.1,"token":"\u0000\u00c8"}"#;
        let seen: serde_json::Value = serde_json::from_slice(views.for_filters(&raw).value.unwrap()).unwrap();
        assert_eq!(seen, serde_json::from_slice::<serde_json::Value>(json).unwrap());
        let event = views.for_event(EventRecordFormat::Json, &raw);
        assert_eq!(event.key, Some(br#"{"id": 7}"#.as_slice()));
        let source = views.for_event(EventRecordFormat::Source, &raw);
        assert_eq!(source.value, Some(&value[5..]));
        let mut text = Vec::new();
        write_record(&mut text, &source);
        let text = String::from_utf8(text).unwrap();
        let metadata = r#""keySchemaMetadata":{"dataFormat":"JSON","schemaId":"2"},"valueSchemaMetadata":{"dataFormat":"AVRO","schemaId":"1"}}"#;
        assert!(text.ends_with(metadata), "{text}");
    }

    #[test]
    fn null_attributes_and_those_not_validated_are_left_alone() {
        let raw = RawRecord { key: Some(b"plain"), value: None, ..RAW };
        let only_value = SchemaRegistry { validates_key: false, ..REGISTRY };
        let Decoded::Views(views) = decode(&only_value, &schemas(), &raw) else { panic!("no views") };
        let event = views.for_event(EventRecordFormat::Json, &raw);
        assert_eq!((event.key, event.value, event.key_schema), (Some(b"plain".as_slice()), None, None));
    }

    #[test]
    fn what_does_not_follow_its_schema_cannot_be_delivered() {
        let rows = [
            ("no prefix", b"{\"id\":7}".to_vec(), Condition::DeserializationError),
            ("Avro cut off", avro_payment()[..9].to_vec(), Condition::DeserializationError),
            ("Avro with more behind it", [avro_payment(), vec![0]].concat(), Condition::DeserializationError),
            ("JSON that the schema refuses", with_prefix(2, b"{}"), Condition::DeserializationError),
            ("no JSON", with_prefix(2, b"{"), Condition::DeserializationError),
            ("a kind of schema not known here", with_prefix(4, b""), Condition::DeserializationError),
            ("no such schema", with_prefix(3, b""), Condition::SchemaNotFound),
        ];
        for (case, value, expected) in rows {
            let raw = RawRecord { key: None, value: Some(&value), ..RAW };
            match decode(&REGISTRY, &schemas(), &raw) {
                Decoded::Not(Undecodable { condition, .. }) => assert_eq!(condition, expected, "{case}"),
                other => panic!("{case}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_unknown_schema_is_asked_for() {
        let value = with_prefix(9, b"");
        let raw = RawRecord { key: None, value: Some(&value), ..RAW };
        assert!(matches!(decode(&REGISTRY, &schemas(), &raw), Decoded::Asks(9)));
    }
}
