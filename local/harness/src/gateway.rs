//! A caller of the gateway.

use std::time::{Duration, Instant};

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::Endpoints;
use crate::card::TestCard;
use crate::token::Token;

/// An answer of the gateway.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that matter, in lower case.
    pub headers: reqwest::header::HeaderMap,
    /// The body; null if it is empty or no JSON.
    pub body: Value,
}

impl Answer {
    /// A text of the body, empty if there is none at `pointer`.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The body if the status is `status`.
    ///
    /// # Errors
    /// Says what came instead.
    pub fn expect(self, status: u16) -> Result<Value, Failure> {
        if self.status == status {
            return Ok(self.body);
        }
        Err(Failure(format!("expected {status}, got {}: {}", self.status, self.body)))
    }
}

/// Why a call, or what was expected of it, failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Self(text)
    }
}

/// Something that can be reserved.
#[derive(Debug, Clone)]
pub struct Item {
    /// The product's id.
    pub product_id: String,
    /// Price of one, as the catalogue says it.
    pub price: Value,
    /// How many.
    pub quantity: u32,
    /// Price times quantity, as text.
    pub total_price: String,
}

/// A client of the HTTP API, acting for one user.
#[derive(Debug, Clone)]
pub struct Gateway {
    http: Client,
    base: String,
    token: Token,
    admin: Token,
}

/// Statuses that nothing leaves.
const FINAL: [&str; 5] = ["AUTHORIZED", "DECLINED", "FAILED", "REJECTED", "VOIDED"];
/// Who creates products and looks at dead letters.
const ADMINISTRATOR: &str = "administrator";

impl Gateway {
    /// A client for `user`, who has no role.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(endpoints: &Endpoints, user: &str) -> Result<Self, Failure> {
        let http = Client::builder().tcp_nodelay(true).timeout(Duration::from_secs(40)).build()?;
        let token = Token::new(&endpoints.issuer, user, &[]);
        let admin = Token::new(&endpoints.issuer, ADMINISTRATOR, &["admin"]);
        Ok(Self { http, base: endpoints.gateway.clone(), token, admin })
    }

    /// The same connections for another user.
    #[must_use]
    pub fn as_user(&self, user: &str) -> Self {
        Self { token: self.token.of(user), ..self.clone() }
    }

    /// The same connections for an administrator.
    #[must_use]
    pub fn as_admin(&self) -> Self {
        Self { token: self.admin.clone(), ..self.clone() }
    }

    /// The user that this client acts for.
    #[must_use]
    pub fn user(&self) -> &str {
        self.token.user()
    }

    /// `GET path`.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(self.http.get(self.url(path))).await
    }

    /// `DELETE path`.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.send(self.http.delete(self.url(path))).await
    }

    /// `POST path`.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    /// `PATCH path`.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(self.http.patch(self.url(path)).json(body)).await
    }

    /// Creates a product with a price and a stock of its own, as an administrator.
    ///
    /// # Errors
    /// When it is not created.
    pub async fn create_product(&self, name: &str, price: &str, stock: u32) -> Result<Value, Failure> {
        let body = json!({ "name": name, "price": price, "quantity": stock });
        self.as_admin().post("/products", &body).await?.expect(201)
    }

    /// Units of a product that can be reserved now.
    ///
    /// # Errors
    /// When the product cannot be read.
    pub async fn stock(&self, product_id: &str) -> Result<u64, Failure> {
        let product = self.get(&format!("/findById/{product_id}")).await?.expect(200)?;
        product["quantity"].as_u64().ok_or_else(|| Failure(format!("no quantity in {product}")))
    }

    /// Reserves.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn reserve(&self, item: &Item) -> Result<Answer, Failure> {
        let body = json!({
            "product_id": item.product_id,
            "user_id": self.user(),
            "quantity": item.quantity,
            "price": item.price,
            "total_price": item.total_price,
        });
        self.post("/reserve", &body).await
    }

    /// The body of `POST /payment`.
    #[must_use]
    pub fn payment_body(&self, reservation_id: &str, item: &Item, card: TestCard) -> Value {
        json!({
            "produto": {
                "reserve_id": reservation_id,
                "product_id": item.product_id,
                "user_id": self.user(),
                "price": item.price,
                "quantity": item.quantity,
                "total_price": item.total_price,
            },
            "card": card.to_json(),
        })
    }

    /// Pays, with an `Idempotency-Key` where one is given.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn pay(&self, body: &Value, idempotency_key: Option<&str>) -> Result<Answer, Failure> {
        let mut request = self.http.post(self.url("/payment")).json(body);
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", format!("\"{key}\""));
        }
        self.send(request).await
    }

    /// Pays as part of a trace, which these headers tell of.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn pay_traced(&self, body: &Value, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        let request = self.http.post(self.url("/payment")).json(body);
        self.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// The payment as it stands.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn payment(&self, payment_id: &str) -> Result<Value, Failure> {
        self.get(&format!("/payments/{payment_id}")).await?.expect(200)
    }

    /// Waits until the payment has a final status, or `status` if it is given.
    ///
    /// # Errors
    /// When that does not come about within `limit`.
    pub async fn await_payment(
        &self,
        payment_id: &str,
        status: Option<&str>,
        limit: Duration,
    ) -> Result<Value, Failure> {
        let deadline = Instant::now() + limit;
        loop {
            let payment = self.payment(payment_id).await?;
            let current = payment["status"].as_str().unwrap_or_default();
            let reached = status.map_or_else(|| FINAL.contains(&current), |wanted| wanted == current);
            if reached {
                return Ok(payment);
            }
            if Instant::now() > deadline {
                return Err(Failure(format!("{payment_id} is still {current} after {limit:?}: {payment}")));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let token = self.token.header(&self.http).await?;
        answer(request.header(AUTHORIZATION, token).send().await?).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

async fn answer(response: Response) -> Result<Answer, Failure> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.bytes().await?;
    Ok(Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}
