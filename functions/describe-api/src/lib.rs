//! Answers `GET /openapi.json` with the OpenAPI document, which is built in.
//!
//! A function of its own because it needs nothing: no server, no secret, no token. It is the smallest and
//! the fastest to start. The document is generated from the types; a test compares both.

use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};

/// The document, as it stands in the repository.
pub const DOCUMENT: &str = include_str!("../../../infra/openapi.json");

/// The handler.
#[derive(Debug, Clone, Copy)]
pub struct DescribeApi;

impl HttpHandler for DescribeApi {
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        if request.route != "GET /openapi.json" {
            return Err(Problem::not_found("route_unknown", "no such route"));
        }
        let document = HttpResponse { body: DOCUMENT.to_owned(), ..HttpResponse::empty(200) };
        Ok(document.header("content-type", "application/json").header("cache-control", "public, max-age=300"))
    }
}

#[cfg(test)]
mod tests {
    use gateway_edge::http::testing::TestRequest;

    use super::*;

    #[tokio::test]
    async fn the_sample_event_gets_the_document() {
        let event = TestRequest::from_event(include_str!("../../../events/describe-api.json")).unwrap();
        let response = event.send(&DescribeApi).await;
        assert_eq!((response.status, response.body.as_str()), (200, DOCUMENT));
        let document: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
    }
}
