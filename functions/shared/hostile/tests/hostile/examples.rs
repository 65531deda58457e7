//! Valid messages about the shop's one payment, so that what is made of them reaches every rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_memory::shop::{ACCEPTED, PAYMENT, PRODUCT, RESERVATION};
use gateway_wire::topics;
use serde_json::{Value, json};

/// A golden message, about the shop's payment.
fn golden(text: &str) -> String {
    let mut message: Value = serde_json::from_str(text).unwrap();
    for (name, value) in [
        ("payment_id", json!(PAYMENT.to_string())),
        ("reservation_id", json!(RESERVATION.to_string())),
        ("product_id", json!(PRODUCT.to_string())),
        ("user_id", json!("ana")),
        ("quantity", json!(1)),
        ("amount", json!(19.9)),
        ("attempt", json!(1)),
        ("accepted_at_ms", json!(ACCEPTED.as_millis())),
        ("failed_at_ms", json!(ACCEPTED.as_millis())),
        ("decided_at_ms", json!(ACCEPTED.as_millis())),
    ] {
        if message.get(name).is_some() {
            message[name] = value;
        }
    }
    message.to_string()
}

macro_rules! golden {
    ($name:literal) => {
        golden(include_str!(concat!("../../../../../events/golden/", $name, ".json")))
    };
}

/// What stands in `order_queue`.
pub fn orders() -> Vec<String> {
    vec![golden!("payment-requested")]
}

/// What stands in `process-purchases`.
pub fn attempts() -> Vec<String> {
    vec![golden!("attempt-requested")]
}

/// What stands in `purchases-processed`.
pub fn verdicts() -> Vec<String> {
    vec![
        golden!("attempt-completed-authorized"),
        golden!("attempt-completed-authorized-encrypted"),
        golden!("attempt-completed-declined"),
        golden!("attempt-completed-in-analysis"),
    ]
}

/// What stands in `payment_retry`.
pub fn failures() -> Vec<String> {
    vec![golden!("retry-requested-not-charged"), golden!("retry-requested-unknown")]
}

/// What Debezium writes of a product.
pub fn changes() -> Vec<String> {
    let row = |deleted: &str, version: u64| {
        json!({
            "id": PRODUCT.to_string(), "name": "Mouse", "price": "19.9000", "available": 2, "version": version,
            "__deleted": deleted,
        })
        .to_string()
    };
    vec![row("false", 1), row("true", 2)]
}

/// What stands in `payment_dlq`: our own letters and the mapping's, about every message.
pub fn letters() -> Vec<String> {
    let sources = [
        (topics::ORDER_QUEUE, orders()),
        (topics::PROCESS_PURCHASES, attempts()),
        (topics::PURCHASES_PROCESSED, verdicts()),
        (topics::PAYMENT_RETRY, failures()),
    ];
    let messages =
        sources.into_iter().flat_map(|(topic, texts)| texts.into_iter().map(move |text| (topic, text)));
    messages.flat_map(|(topic, message)| [own_letter(topic, &message), on_failure(topic, &message)]).collect()
}

fn own_letter(topic: &str, message: &str) -> String {
    let mut letter: Value =
        serde_json::from_str(include_str!("../../../../../events/golden/dead-letter.json")).unwrap();
    letter["origin"]["topic"] = json!(topic);
    letter["payment_id"] = json!(PAYMENT.to_string());
    letter["value_base64"] = json!(STANDARD.encode(message));
    letter.to_string()
}

/// AWS's record for a `kafka://` destination.
fn on_failure(topic: &str, message: &str) -> String {
    json!({
        "requestContext": {
            "requestId": "e4b46cbf-b738-4030-8d11-e9a1dcd5cbd1",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:settle-payment:live",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": { "statusCode": 200, "executedVersion": "1", "functionError": "Unhandled" },
        "version": "1.0",
        "timestamp": "2026-11-23T09:30:00.000Z",
        "payload": {
            "eventSource": "aws:kafka",
            "records": {
                format!("{topic}-0"): [{
                    "topic": topic,
                    "partition": 0,
                    "offset": 7,
                    "timestamp": ACCEPTED.as_millis(),
                    "timestampType": "CREATE_TIME",
                    "key": STANDARD.encode(RESERVATION.to_string()),
                    "value": STANDARD.encode(message),
                    "headers": [],
                }],
            },
        },
    })
    .to_string()
}
