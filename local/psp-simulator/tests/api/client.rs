//! What the tests send, and what they get back.

use psp_simulator::{Options, Running};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A simulator and a client of it.
pub struct World {
    pub psp: Running,
    http: reqwest::Client,
}

pub async fn world() -> World {
    world_with(Options::default()).await
}

pub async fn world_with(options: Options) -> World {
    World { psp: Running::start(options).await.unwrap(), http: reqwest::Client::new() }
}

impl World {
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.psp.url());
        self.http.request(method, url).bearer_auth(Options::default().token).header("x-api-version", "4.0")
    }

    pub fn post(&self, key: &str, body: &Value) -> RequestBuilder {
        self.call(Method::POST, "/charges").header("x-idempotency-key", key).json(body)
    }

    /// Charges and returns status and body.
    pub async fn charge(&self, key: &str, body: &Value) -> (StatusCode, Value) {
        read(self.post(key, body)).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.call(Method::GET, path)).await
    }

    /// The one entry with this reference, as the simulator shows it.
    pub async fn entry(&self, reference: &str) -> Value {
        let (_, list) = self.get(&format!("/_simulator/charges?reference_id={reference}")).await;
        let entries = list["charges"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{list}");
        entries[0].clone()
    }

    pub async fn attempts(&self, reference: &str) -> Vec<Value> {
        let entry = self.entry(reference).await;
        entry["attempts"].as_array().unwrap().iter().map(|attempt| attempt["outcome"].clone()).collect()
    }
}

pub async fn read(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// A request with the card of this alias.
pub fn body(alias: &str) -> Value {
    body_of(psp_simulator::cards::by_alias(alias).unwrap().number)
}

pub fn body_of(number: &str) -> Value {
    json!({
        "reference_id": "payment-1",
        "description": "a purchase",
        "amount": { "value": 15000, "currency": "BRL" },
        "payment_method": {
            "type": "CREDIT_CARD",
            "installments": 1,
            "capture": false,
            "card": {
                "number": number,
                "exp_month": "12",
                "exp_year": "2030",
                "security_code": "123",
                "holder": { "name": "Jose da Silva" },
            },
        },
    })
}

pub fn encrypted(ciphertext: &str) -> Value {
    let mut body = body("approve");
    body["payment_method"]["card"] = json!({ "encrypted": ciphertext, "store": false });
    body["payment_method"]["holder"] = json!({ "name": "Jose da Silva", "tax_id": "65544332211" });
    body
}
