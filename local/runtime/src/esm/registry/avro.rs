//! Avro data as JSON.

use apache_avro::types::Value as Avro;
use serde_json::{Value, json};

/// Reads one datum, to its last byte, as JSON text.
pub fn read(schema: &apache_avro::Schema, data: &[u8]) -> Result<Vec<u8>, String> {
    let mut rest = data;
    let datum = apache_avro::from_avro_datum(schema, &mut rest, None).map_err(|error| error.to_string())?;
    if !rest.is_empty() {
        return Err(format!("{} bytes are left after the datum", rest.len()));
    }
    serde_json::to_vec(&to_json(datum)).map_err(|error| error.to_string())
}

fn to_json(datum: Avro) -> Value {
    match datum {
        Avro::Null => Value::Null,
        Avro::Boolean(flag) => flag.into(),
        Avro::Int(number) | Avro::Date(number) | Avro::TimeMillis(number) => number.into(),
        Avro::Long(number)
        | Avro::TimeMicros(number)
        | Avro::TimestampMillis(number)
        | Avro::TimestampMicros(number)
        | Avro::TimestampNanos(number)
        | Avro::LocalTimestampMillis(number)
        | Avro::LocalTimestampMicros(number)
        | Avro::LocalTimestampNanos(number) => number.into(),
        Avro::Float(number) => shortest(number),
        Avro::Double(number) => number.into(),
        Avro::Bytes(bytes) | Avro::Fixed(_, bytes) => latin_1(&bytes),
        Avro::Decimal(number) => Vec::<u8>::try_from(&number).map_or(Value::Null, |bytes| latin_1(&bytes)),
        Avro::BigDecimal(number) => number.to_string().into(),
        Avro::Duration(duration) => latin_1(&<[u8; 12]>::from(duration)),
        Avro::Uuid(id) => id.to_string().into(),
        Avro::String(text) | Avro::Enum(_, text) => text.into(),
        Avro::Union(_, datum) => to_json(*datum),
        Avro::Array(items) => items.into_iter().map(to_json).collect(),
        Avro::Map(entries) => entries.into_iter().map(|(name, datum)| (name, to_json(datum))).collect(),
        Avro::Record(fields) => fields.into_iter().map(|(name, datum)| (name, to_json(datum))).collect(),
    }
}

/// `0.1`, not `0.10000000149011612`, as a JVM prints a float.
fn shortest(number: f32) -> Value {
    serde_json::from_str(&number.to_string()).unwrap_or_else(|_| json!(number))
}

/// Bytes as text, a character each: Avro's own JSON encoding.
fn latin_1(bytes: &[u8]) -> Value {
    bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into()
}
