//! Time-outs, batches, leases and connections add up, in every stage.

use std::collections::BTreeMap;
use std::time::Duration;

use gateway_domain::limits::{ATTEMPT_LEASE_MS, CARD_LIFE_MS, CLAIM_LEASE_MS};
use gateway_kafka::KafkaConfig;
use gateway_mysql::Settings;

use crate::source::{constant, depends_on, server_adapters};
use crate::template::{
    Function, STAGES, document, function, functions, functions_of, number, parameter, read, resources, stage,
};

/// API Gateway answers for a function that has not within this time.
const API_TIMEOUT_S: i64 = 30;
/// What AWS keeps unreserved of an account's environments.
const UNRESERVED: i64 = 100;
/// What an account has unless it asks for more, less that.
const CONCURRENCY_OF_AN_ACCOUNT: i64 = 1000 - UNRESERVED;

fn psp_timeout_ms(stage: &BTreeMap<String, String>) -> i64 {
    parameter("PspTimeoutMs", "template", stage)
}

fn delivery_timeout_ms() -> i64 {
    i64::try_from(KafkaConfig::plain("").delivery_timeout.as_millis()).unwrap()
}

/// How often a batch goes round, when so many of its records are handled side by side.
fn rounds(function_name: &str, at_once: i64) -> i64 {
    let mapping = &function(function_name).events("MSK")[0];
    let batch = mapping["BatchSize"].as_i64().unwrap();
    (batch + at_once - 1) / at_once
}

#[test]
fn a_batch_of_charges_fits_into_its_functions_time() {
    for name in STAGES {
        let at_once = constant("functions/process-payment/src/lib.rs", "PSP_CALLS_MAX");
        let longest_ms =
            rounds("process-payment", at_once) * psp_timeout_ms(&stage(name)) + delivery_timeout_ms();
        let timeout_ms = function("process-payment").timeout_s() * 1000;
        assert!(longest_ms <= timeout_ms, "{name}: {longest_ms} ms of {timeout_ms}");
    }
}

#[test]
fn a_batch_of_dead_letters_fits_into_its_functions_time() {
    for name in STAGES {
        let at_once = constant("functions/handle-dlq/src/lib.rs", "LETTERS_AT_ONCE_MAX");
        // At worst the PSP is asked to no avail, once more by the payment, and a charge that turns up is cancelled.
        let calls = constant("functions/handle-dlq/src/inquire.rs", "INQUIRIES_MAX") + 2;
        let longest_ms = rounds("handle-dlq", at_once) * calls * psp_timeout_ms(&stage(name));
        let timeout_ms = function("handle-dlq").timeout_s() * 1000;
        assert!(longest_ms < timeout_ms, "{name}: {longest_ms} ms of {timeout_ms}");
    }
}

#[test]
fn a_webhook_is_answered_after_one_inquiry_and_one_record() {
    for name in STAGES {
        let longest_ms = psp_timeout_ms(&stage(name)) + delivery_timeout_ms();
        assert!(longest_ms < function("receive-psp-webhook").timeout_s() * 1000, "{name}: {longest_ms} ms");
    }
}

#[test]
fn nobody_who_still_works_is_overtaken() {
    for (holder, lease_ms) in [("process-payment", ATTEMPT_LEASE_MS), ("enqueue-payment", CLAIM_LEASE_MS)] {
        let timeout_ms = function(holder).timeout_s() * 1000;
        assert!(lease_ms > timeout_ms, "{holder} may work for {timeout_ms} ms and holds for {lease_ms}");
    }
    let lease_ms = constant("functions/dispatch-retries/src/lib.rs", "LEASE_MS");
    assert!(lease_ms > delivery_timeout_ms(), "a page may take {} ms to produce", delivery_timeout_ms());
}

#[test]
fn every_answer_comes_before_the_api_gives_up() {
    let is_route = |function: &&Function| !function.events("HttpApi").is_empty();
    // What serves a schedule too has that one's time.
    let is_job = |function: &&Function| !function.events("ScheduleV2").is_empty();
    for function in functions().iter().filter(is_route).filter(|function| !is_job(function)) {
        assert!(function.timeout_s() < API_TIMEOUT_S, "{}", function.name);
    }
    let wait_s = constant("functions/shared/domain/src/limits.rs", "WAIT_MAX_S");
    assert!(wait_s + 5 < function("payments").timeout_s(), "a long poll of {wait_s} s");
}

/// How long a call to each server may take as a whole, by the adapter that makes it. Keys of tokens are
/// asked for by API Gateway, or the local runtime in its place, for as long as AWS does.
fn outgoing_calls(stage: &BTreeMap<String, String>) -> [(&'static str, Vec<Duration>); 5] {
    let ledger = Settings::new("");
    [
        ("gateway-kafka", vec![KafkaConfig::plain("").delivery_timeout]),
        (
            "gateway-mysql",
            vec![
                ledger.acquire_timeout,
                ledger.statement_timeout,
                ledger.answer_timeout,
                ledger.lock_wait_timeout,
            ],
        ),
        // KMS is asked through the same client.
        ("gateway-dynamodb", vec![gateway_dynamodb::OPERATION_TIMEOUT]),
        ("gateway-search", vec![gateway_search::READ_TIMEOUT, gateway_search::WRITE_TIMEOUT]),
        ("gateway-pagbank", vec![Duration::from_millis(psp_timeout_ms(stage).unsigned_abs())]),
    ]
}

#[test]
fn every_server_is_given_up_before_the_function_is() {
    for name in STAGES {
        for (adapter, limits) in outgoing_calls(&stage(name)) {
            for function in functions().iter().filter(|function| depends_on(&function.name, adapter)) {
                let timeout = Duration::from_secs(function.timeout_s().unsigned_abs());
                for limit in &limits {
                    assert!(*limit < timeout, "{name}: {} asks {adapter} for {limit:?}", function.name);
                }
            }
        }
    }
}

/// Whoever else speaks to a server must be added to the table.
#[test]
fn every_adapter_of_a_server_is_in_the_table() {
    let listed: Vec<_> = outgoing_calls(&stage(STAGES[0])).iter().map(|(adapter, _)| *adapter).collect();
    for function in functions() {
        for adapter in server_adapters(&function.name) {
            assert!(listed.contains(&adapter.as_str()), "{}: {adapter}", function.name);
        }
    }
}

#[test]
fn jobs_leave_themselves_time_to_finish() {
    for name in STAGES {
        let budget_ms = parameter("ExpireBudgetMs", "template", &stage(name));
        assert!(budget_ms * 2 <= function("expire-reservations").timeout_s() * 1000, "{name}");
    }
    let run_ms = constant("functions/dispatch-retries/src/lib.rs", "RUN_MS");
    assert!(run_ms * 2 <= function("dispatch-retries").timeout_s() * 1000);
}

/// The oldest record that a mapping can be told to take.
const WEEK_S: i64 = 7 * 24 * 60 * 60;

#[test]
fn records_are_tried_again_for_no_longer_than_a_card_lives() {
    let template = document("template");
    for function in functions() {
        for mapping in function.events("MSK") {
            // What analyses the dead has all the time there is.
            if mapping["DestinationConfig"].is_null() {
                continue;
            }
            let age = &mapping["MaximumRecordAgeInSeconds"];
            // No payment: a change of a product holds no card and is safe at any age, by its version.
            if function.name == "index-products" {
                assert_eq!(age, WEEK_S, "{}", function.name);
                continue;
            }
            assert_eq!(age["Ref"], "RecordAgeMaxSeconds", "{}", function.name);
            // A stage lifts the limit for the time of a replay.
            let age_s = number(age, &template, &BTreeMap::new());
            assert!((60..=CARD_LIFE_MS / 1000).contains(&age_s), "{}: {age_s} s", function.name);
        }
    }
    assert_eq!(template["Parameters"]["RecordAgeMaxSeconds"]["MinValue"], -1);
}

/// Environments that may be alive at once: the function's limit in a stage.
fn reserved(stage: &BTreeMap<String, String>, only: impl Fn(&str) -> bool) -> i64 {
    let all = [("template", functions()), ("provision", functions_of("provision"))];
    let counted = all.iter().flat_map(|(part, functions)| {
        let document = document(part);
        let ours: Vec<_> = functions.iter().filter(|function| only(&function.name)).collect();
        ours.into_iter().map(move |function| {
            number(&function.properties["ReservedConcurrentExecutions"], &document, stage)
        })
    });
    counted.sum()
}

#[test]
fn the_proxy_has_a_connection_for_everyone_who_may_ask() {
    let each = i64::from(Settings::new("").connections_max);
    for name in STAGES {
        let stage = stage(name);
        // Prepared statements tie a client to its connection: the proxy shares none.
        let wanted = reserved(&stage, |function| depends_on(function, "gateway-mysql")) * each;
        let all = parameter("DatabaseConnectionsMax", "database", &stage);
        let proxys = all * parameter("ProxyConnectionsPercent", "database", &stage) / 100;
        assert!(wanted <= proxys, "{name}: {wanted} connections may be asked for, the proxy has {proxys}");
        assert!(
            parameter("LedgerConnectionsHigh", "observability", &stage) < all,
            "{name}: the alarm is late"
        );
    }
}

#[test]
fn whoever_waits_for_the_proxy_hears_it_from_the_proxy() {
    let groups = resources(&document("database"), "AWS::RDS::DBProxyTargetGroup");
    let pool = &groups[0].1["ConnectionPoolConfigurationInfo"];
    let borrow_s = pool["ConnectionBorrowTimeout"].as_u64().unwrap();
    assert!(borrow_s < Settings::new("").acquire_timeout.as_secs());
}

#[test]
fn the_reserved_environments_fit_into_an_account() {
    for name in STAGES {
        let reserved = reserved(&stage(name), |_| true);
        assert!(reserved <= CONCURRENCY_OF_AN_ACCOUNT, "{name}: {reserved}");
    }
}

#[test]
fn the_readme_says_what_both_stages_need_in_one_account() {
    let reserved: i64 = STAGES.iter().map(|name| reserved(&stage(name), |_| true)).sum();
    let readme = read("infra/README.md");
    let said = readme.split_once("in one account need ").unwrap().1.split_once(". ").unwrap().0;
    assert_eq!(said.replace(',', ""), (reserved + UNRESERVED).to_string());
}

#[test]
fn a_step_has_one_environment_for_each_partition() {
    for name in STAGES {
        let stage = stage(name);
        let partitions = parameter("TopicPartitions", "topics", &stage);
        assert_eq!(parameter("StepConcurrency", "template", &stage), partitions, "{name}");
        assert!(
            parameter("PollersMax", "template", &stage) <= partitions,
            "{name}: pollers without a partition"
        );
    }
}

#[test]
fn the_alarm_near_the_time_out_knows_each_time_out() {
    let alarms = resources(&document("observability"), "AWS::CloudWatch::Alarm");
    let (_, alarm) = alarms.iter().find(|(id, _)| id == "NearTimeoutAlarm").unwrap();
    let metrics = alarm["Metrics"].as_array().unwrap();
    let expression = metrics[0]["Expression"].as_str().unwrap();
    for metric in &metrics[1..] {
        let name = metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Fn::Sub"].as_str().unwrap();
        let timeout_s = function(name.trim_start_matches("${FunctionPrefix}")).timeout_s();
        // Milliseconds, as a percentage of the time-out.
        let part = format!("{}/{}", metric["Id"].as_str().unwrap(), timeout_s * 10);
        assert!(expression.contains(&part), "{name}: {part} is not in {expression}");
    }
}
