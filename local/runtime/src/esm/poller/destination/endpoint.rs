//! On-failure records to SQS, SNS or S3 at an endpoint: an emulator on this machine, usually.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use tokio::sync::OnceCell;
use url::Url;

use super::signature::sign;
use super::{Undelivered, object_key};
use crate::esm::config::{DestinationArn, DestinationService};
use crate::esm::engine::Letter;

/// How long the endpoint may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A queue, a topic or a bucket at an endpoint.
#[derive(Clone)]
pub struct Endpoint {
    url: Url,
    arn: DestinationArn,
    key_prefix: Arc<str>,
    client: Arc<OnceCell<reqwest::Client>>,
}

impl Endpoint {
    /// What an ARN means at an endpoint.
    pub fn new(url: Url, arn: DestinationArn, key_prefix: String) -> Self {
        Self { url, arn, key_prefix: key_prefix.into(), client: Arc::default() }
    }

    /// Sends the letters one after the other.
    pub async fn deliver(&self, topic: &str, letters: &[Letter]) -> Undelivered {
        let mut undelivered = Undelivered::default();
        for letter in letters {
            if let Err(cause) = self.send(topic, letter).await {
                undelivered.note(letter, format!("{} at {}: {cause}", self.arn, self.url));
            }
        }
        undelivered
    }

    async fn send(&self, topic: &str, letter: &Letter) -> Result<(), String> {
        let client = self.client.get_or_try_init(|| async { client() }).await?;
        let mut request = self.request(topic, letter)?;
        sign(&mut request, &self.arn)?;
        let answer = client.execute(request).await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let body = answer.text().await.unwrap_or_default();
        Err(format!("{status} {}", body.chars().take(300).collect::<String>()))
    }

    fn request(&self, topic: &str, letter: &Letter) -> Result<reqwest::Request, String> {
        match self.arn.service {
            DestinationService::Sqs => self.send_message(letter),
            DestinationService::Sns => self.publish(letter),
            DestinationService::S3 => self.put_object(&object_key(&self.key_prefix, topic, letter), letter),
        }
    }

    /// SQS `SendMessage`, JSON protocol.
    fn send_message(&self, letter: &Letter) -> Result<reqwest::Request, String> {
        let queue = self.under(&format!("{}/{}", self.arn.account_id, self.arn.name))?;
        let message =
            json!({"QueueUrl": queue.as_str(), "MessageBody": String::from_utf8_lossy(&letter.value)});
        let headers = [
            ("x-amz-target", "AmazonSQS.SendMessage"),
            (CONTENT_TYPE.as_str(), "application/x-amz-json-1.0"),
        ];
        Ok(post(self.url.clone(), &headers, message.to_string()))
    }

    /// SNS `Publish`, query protocol.
    fn publish(&self, letter: &Letter) -> Result<reqwest::Request, String> {
        let message = String::from_utf8_lossy(&letter.value);
        let parameters = [
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("TopicArn", self.arn.arn.as_str()),
            ("Message", message.as_ref()),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded; charset=utf-8")];
        Ok(post(self.url.clone(), &headers, body))
    }

    /// S3 `PutObject`, path style.
    fn put_object(&self, key: &str, letter: &Letter) -> Result<reqwest::Request, String> {
        let object = self.under(&format!("{}/{key}", self.arn.name))?;
        let mut request = reqwest::Request::new(reqwest::Method::PUT, object);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(letter.value.clone().into());
        Ok(request)
    }

    fn under(&self, path: &str) -> Result<Url, String> {
        let base = self.url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{path}")).map_err(|error| error.to_string())
    }
}

fn post(url: Url, headers: &[(&'static str, &'static str)], body: String) -> reqwest::Request {
    let mut request = reqwest::Request::new(reqwest::Method::POST, url);
    let pair = |&(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    *request.headers_mut() = headers.iter().map(pair).collect::<HeaderMap>();
    *request.body_mut() = Some(body.into());
    request
}

fn client() -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().timeout(ANSWER_TIMEOUT).no_proxy().build();
    client.map_err(|error| error.to_string())
}
