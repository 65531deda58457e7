//! Events as Lambda might hand them over: what cannot be read fails the call, and never the process.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use gateway_edge::TraceContext;
use gateway_edge::http::{Authorization, HttpRequest};
use gateway_edge::kafka::KafkaEvent;
use gateway_hostile::{cases, header, mutated, word};
use proptest::prelude::*;

const KAFKA: &str = include_str!("../../../../../events/orchestrate-payment.json");
const HTTP: &str = include_str!("../../../../../events/review-payments.json");

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn no_record_of_a_kafka_event_is_passed_over(event in mutated(KAFKA)) {
        let count = |event: &serde_json::Value| {
            let partitions = event["records"].as_object().into_iter().flatten();
            partitions.map(|(_, records)| records.as_array().map_or(0, Vec::len)).sum::<usize>()
        };
        let read = serde_json::from_slice::<KafkaEvent>(&event).ok().map(KafkaEvent::into_records);
        if let Some(Ok(records)) = read {
            // What nests too deep for the counter stands where the reader passes over it.
            let Ok(event) = serde_json::from_slice(&event) else { return Ok(()) };
            prop_assert_eq!(records.len(), count(&event));
        }
    }

    #[test]
    fn no_http_event_makes_an_admin_of_who_is_none(event in mutated(HTTP)) {
        let Ok(mut event) = serde_json::from_slice::<ApiGatewayV2httpRequest>(&event) else { return Ok(()) };
        if let Some(jwt) = event.request_context.authorizer.as_mut().and_then(|it| it.jwt.as_mut()) {
            jwt.claims.insert("realm_access".to_owned(), "map[roles:[not admin]]".to_owned());
        }
        if let Ok(request) = HttpRequest::from_event(event, Authorization::Jwt) {
            prop_assert!(request.caller.require_admin().is_err());
        }
    }

    #[test]
    fn a_traceparent_is_read_whole_or_not_at_all(text in prop_oneof![word(), header(), "[0-9a-f-]{55}"]) {
        if let Some(trace) = TraceContext::parse(&text) {
            prop_assert_eq!(TraceContext::parse(&trace.to_string()), Some(trace));
        }
    }
}
