//! Functions, routes, tables: named in the code and in the template alike.

use std::collections::BTreeSet;

use crate::source::{code, literals};
use crate::template::{document, functions, functions_of, read, resources};

const METHODS: [&str; 5] = ["GET /", "POST /", "PUT /", "PATCH /", "DELETE /"];

#[test]
fn every_function_is_built_for_arm_and_traced_and_limited_in_number() {
    let globals = &document("template")["Globals"]["Function"];
    assert_eq!(globals["Architectures"][0], "arm64");
    assert_eq!(globals["Runtime"], "provided.al2023");
    assert_eq!(globals["Tracing"], "Active");
    assert_eq!(globals["LoggingConfig"]["LogGroup"]["Ref"], "LogGroup");
    for function in functions().into_iter().chain(functions_of("provision")) {
        let reserved = &function.properties["ReservedConcurrentExecutions"];
        assert!(!reserved.is_null(), "{} may use up the account's concurrency", function.name);
    }
}

#[test]
fn every_route_of_the_code_is_in_the_template_and_the_other_way_round() {
    for function in functions() {
        let declared: BTreeSet<String> = function
            .events("HttpApi")
            .iter()
            .map(|event| format!("{} {}", event["Method"].as_str().unwrap(), event["Path"].as_str().unwrap()))
            .collect();
        let source = code(&function.name);
        let in_code: BTreeSet<String> = literals(&source)
            .into_iter()
            .filter(|text| METHODS.iter().any(|method| text.starts_with(method)))
            .map(str::to_owned)
            .collect();
        // A function with one route need not look which it is.
        let is_only_one = declared.len() == 1 && in_code.is_empty();
        assert!(is_only_one || declared == in_code, "{}: {declared:?}, in code {in_code:?}", function.name);
    }
}

#[test]
fn every_route_asks_for_a_token_except_the_psps_and_the_description() {
    let api = &document("template")["Resources"]["HttpApi"]["Properties"]["Auth"];
    let name = api["DefaultAuthorizer"].as_str().unwrap();
    let jwt = &api["Authorizers"][name]["JwtConfiguration"];
    assert_eq!(
        (&jwt["issuer"]["Ref"], &jwt["audience"][0]["Ref"]),
        (&"JwtIssuer".into(), &"JwtAudience".into())
    );
    for function in functions() {
        for event in function.events("HttpApi") {
            let is_open = event["Auth"]["Authorizer"] == "NONE";
            let may_be_open = event["Path"] == "/webhooks/pagbank" || event["Path"] == "/openapi.json";
            assert_eq!(is_open, may_be_open, "{}: {}", function.name, event["Path"]);
        }
    }
}

#[test]
fn tables_are_those_the_code_asks_for_and_leave_no_copies() {
    let template = document("template");
    let tables: BTreeSet<String> =
        resources(&template, "AWS::DynamoDB::Table").into_iter().map(|(id, _)| id).collect();
    assert_eq!(tables, BTreeSet::from(["PaymentsTable".to_owned()]));
    for (id, table) in resources(&template, "AWS::DynamoDB::Table") {
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
        assert_eq!(table["TimeToLiveSpecification"]["AttributeName"], "expires_at", "{id}");
        assert!(table["StreamSpecification"].is_null(), "{id} would copy what is erased");
        assert_ne!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{id}");
        let key = table["KeySchema"][0]["AttributeName"].as_str().unwrap();
        let adapter = read("functions/shared/dynamodb/src/item.rs");
        assert!(
            adapter.contains(&format!("\"{key}\"")),
            "{id} has the key {key}, which the code does not use"
        );
    }
}

#[test]
fn every_mapping_and_every_schedule_is_of_a_function_that_serves_it() {
    for function in functions() {
        let main = read(&format!("functions/{}/src/main.rs", function.name));
        for (kind, served_by) in
            [("MSK", "kafka::serve("), ("ScheduleV2", "schedule::serve("), ("HttpApi", "http::serve(")]
        {
            // One function may serve routes and a schedule.
            let is_served = main.contains(served_by) || kind != "MSK" && main.contains("combined::serve(");
            assert_eq!(is_served, !function.events(kind).is_empty(), "{} and {kind}", function.name);
        }
    }
}
