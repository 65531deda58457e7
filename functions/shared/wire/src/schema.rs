//! How values that travel as texts and numbers are described in the OpenAPI document.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::money::WireMoney;
use crate::time::WireTime;

/// Describes a type that has no shape of its own in Rust.
macro_rules! described {
    ($(#[$doc:meta])* $name:ident, $schema:tt) => {
        $(#[$doc])*
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

described!(
    /// Ids of everything.
    Ulid,
    {
        "description": "A ULID.",
        "type": "string",
        "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
    }
);

described!(
    /// Ids of users: a token's `sub`.
    UserId,
    { "description": "A user: the `sub` of a token.", "type": "string", "minLength": 1, "maxLength": 64 }
);

described!(
    /// An amount as callers may send it.
    Amount,
    {
        "description": "An amount of BRL above zero with at most 4 decimals, as a number or a text; read exactly.",
        "oneOf": [
            { "type": "number", "exclusiveMinimum": 0 },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,4})?$" }
        ]
    }
);

described!(
    /// Digits as callers may send them.
    Digits,
    {
        "description": "Digits, as a text or a number.",
        "oneOf": [{ "type": "string", "minLength": 1 }, { "type": "integer", "minimum": 0 }]
    }
);

impl JsonSchema for WireMoney {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of BRL with its exact digits: two decimals, or up to four where it has them.",
            "type": "number"
        })
    }
}

impl JsonSchema for WireTime {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A moment in UTC with milliseconds.",
            "type": "string",
            "format": "date-time"
        })
    }
}
