//! Claims as API Gateway hands them on: texts, whatever they were.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::AuthorizerContext;

/// How a claim that is an object becomes a text. AWS does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NestedClaims {
    /// `map[roles:[admin user]]`: as Go prints it, and as API Gateway is seen to print lists.
    #[default]
    Map,
    /// `{"roles":["admin","user"]}`.
    Json,
}

/// `requestContext.authorizer` of the event. `scopes` are told where the route asks for some.
pub(super) fn context(
    claims: &Map<String, Value>,
    scopes: Option<&[String]>,
    nested: NestedClaims,
) -> Option<AuthorizerContext> {
    let texts: Map<String, Value> = claims
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), Value::String(text(value, nested))))
        .collect();
    let context = json!({ "jwt": { "claims": texts, "scopes": scopes } });
    RawValue::from_string(context.to_string()).ok().map(Arc::from)
}

/// Texts as they are, lists as `[a b]`, numbers and booleans as JSON writes them.
fn text(value: &Value, nested: NestedClaims) -> String {
    match (value, nested) {
        (Value::Object(_), NestedClaims::Json) => value.to_string(),
        _ => printed(value),
    }
}

/// As Go prints a value it knows nothing of; its maps are printed in the order of their keys.
fn printed(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(printed).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}:{}", printed(value))).collect();
            format!("map[{}]", members.join(" "))
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_becomes_a_text() {
        for (claim, expected) in [
            (json!("ana"), json!("ana")),
            (json!(1_795_429_800), json!("1795429800")),
            (json!(0.5), json!("0.5")),
            (json!(true), json!("true")),
            (json!(null), Value::Null),
            (json!(["admin", "power user", 1]), json!("[admin power user 1]")),
            (json!([]), json!("[]")),
            (json!({ "roles": ["b", "a"], "active": true }), json!("map[active:true roles:[b a]]")),
            (json!({ "shop": { "roles": [null] } }), json!("map[shop:map[roles:[<nil>]]]")),
            (json!([{ "a": 1 }]), json!("[map[a:1]]")),
        ] {
            let claims = Map::from_iter([("it".to_owned(), claim.clone())]);
            let told = context(&claims, None, NestedClaims::Map).unwrap();
            let told: Value = serde_json::from_str(told.get()).unwrap();
            assert_eq!(told["jwt"]["claims"]["it"], expected, "{claim}");
            assert_eq!(told["jwt"]["scopes"], Value::Null);
        }
    }

    #[test]
    fn objects_are_json_where_that_is_wished() {
        let claims = Map::from_iter([("it".to_owned(), json!({ "roles": ["a"] }))]);
        let told = context(&claims, Some(&["read".to_owned()]), NestedClaims::Json).unwrap();
        let expected = json!({ "jwt": { "claims": { "it": "{\"roles\":[\"a\"]}" }, "scopes": ["read"] } });
        assert_eq!(serde_json::from_str::<Value>(told.get()).unwrap(), expected);
    }
}
