//! A collector of OpenTelemetry's, as far as spans go.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::routing::post;
use serde_json::Value;

/// Takes OTLP over HTTP as JSON, on loopback.
pub struct Collector {
    /// Where it listens.
    pub endpoint: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

/// A span as it was told.
#[derive(Debug, Clone)]
pub struct Span(pub Value);

impl Collector {
    pub async fn start() -> Self {
        let spans = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&spans);
        let take = move |Json(request): Json<Value>| async move {
            let resources = request["resourceSpans"].as_array().unwrap();
            let scopes = resources.iter().flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
            let told = scopes.flat_map(|scope| scope["spans"].as_array().unwrap()).cloned().map(Span);
            taken.lock().unwrap().extend(told);
            Json(serde_json::json!({}))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { endpoint, spans }
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

impl Span {
    pub fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.text("name")
    }

    pub fn id(&self) -> &str {
        self.text("spanId")
    }

    /// An attribute's value, whatever its type, as text.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attributes = self.0["attributes"].as_array().unwrap();
        let value = &attributes.iter().find(|attribute| attribute["key"] == name)?["value"];
        let only = value.as_object().unwrap().values().next().unwrap();
        Some(only.as_str().map_or_else(|| only.to_string(), str::to_owned))
    }

    /// The ids of the spans that it is linked to.
    pub fn links(&self) -> Vec<String> {
        let links = self.0["links"].as_array().unwrap();
        links.iter().map(|link| link["spanId"].as_str().unwrap().to_owned()).collect()
    }
}
