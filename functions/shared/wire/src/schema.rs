//! How values that travel as texts and numbers are described in the OpenAPI document.

use std::borrow::Cow;

use gateway_domain::limits;
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
    {
        "description": "A user: the `sub` of a token.",
        "type": "string",
        "minLength": 1,
        "maxLength": limits::USER_ID_LEN_MAX,
        "pattern": "^[!-~]+$"
    }
);

described!(
    /// Names of products.
    ProductName,
    {
        "description": "A name without control characters, and not of blanks alone.",
        "type": "string",
        "minLength": 1,
        "maxLength": limits::PRODUCT_NAME_LEN_MAX,
        "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$"
    }
);

described!(
    /// A part of a product's name.
    SearchText,
    { "type": "string", "minLength": 1, "maxLength": limits::PRODUCT_NAME_LEN_MAX }
);

described!(
    /// Units in stock.
    StockUnits,
    { "description": "Units in stock.", "type": "integer", "minimum": 0, "maximum": limits::STOCK_MAX }
);

described!(
    /// Units that come or go.
    StockChange,
    {
        "description": "Units that arrive, or below zero are written off.",
        "type": "integer",
        "minimum": -i64::from(limits::STOCK_MAX),
        "maximum": limits::STOCK_MAX
    }
);

described!(
    /// The most items on a page.
    PageLimit,
    {
        "type": "integer",
        "minimum": 1,
        "maximum": limits::PAGE_LIMIT_MAX,
        "default": limits::PAGE_LIMIT_DEFAULT
    }
);

described!(
    /// Seconds to wait.
    WaitSeconds,
    { "type": "integer", "minimum": 0, "maximum": limits::WAIT_MAX_S, "default": 0 }
);

described!(
    /// Idempotency keys, quoted or not.
    IdempotencyKey,
    {
        "type": "string",
        "minLength": 1,
        "maxLength": limits::IDEMPOTENCY_KEY_LEN_MAX,
        "pattern": "^(\"([ !#-\\[\\]-~]|\\\\[\"\\\\])+\"|[!#-~]([ !#-~]*[!#-~])?)$"
    }
);

described!(
    /// What a person gives as reason.
    Note,
    { "type": "string", "minLength": 1, "maxLength": limits::NOTE_LEN_MAX, "pattern": "\\S" }
);

described!(
    /// Ids of charges at the PSP.
    ChargeIdText,
    { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[0-9A-Za-z_-]+$" }
);

described!(
    /// The state of a dead letter; read whatever the case.
    LetterStateText,
    { "type": "string", "enum": ["open", "closed", "redriving", "redriven", "discarded"] }
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
