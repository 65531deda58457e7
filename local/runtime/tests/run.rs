//! The whole program: a template in, HTTP and the Invoke API out, and an end in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

const SOON: Duration = Duration::from_secs(20);

/// A running program and its folder, which goes with it.
struct Running {
    child: Child,
    folder: PathBuf,
    http: String,
    invoke: String,
    client: Client,
}

impl Running {
    async fn start(name: &str) -> Self {
        Self::start_with(name, &[fixture("parameters.yaml")]).await
    }

    async fn start_with(name: &str, parameters: &[PathBuf]) -> Self {
        Self::start_as(name, parameters, &[]).await
    }

    async fn start_as(name: &str, parameters: &[PathBuf], options: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("esm-local-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let ready = folder.join("ready.json");
        let child = Command::new(env!("CARGO_BIN_EXE_esm-local"))
            .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0"])
            .args(["--template".as_ref(), fixture("template.yaml").as_os_str()])
            .args(parameters.iter().flat_map(|file| ["--parameters".as_ref(), file.as_os_str()]))
            .args(["--binary", &env!("CARGO_BIN_EXE_esm-local-probe").replace("esm-local-probe", "{binary}")])
            .args(["--log-dir".as_ref(), folder.as_os_str()])
            .args(["--ready-file".as_ref(), ready.as_os_str()])
            .args(options)
            .stdout(std::fs::File::create(folder.join("console")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        until("the ready file", || std::fs::read(&ready).is_ok_and(|text| !text.is_empty())).await;
        let addresses: Value = serde_json::from_slice(&std::fs::read(&ready).unwrap()).unwrap();
        let address = |name: &str| format!("http://{}", addresses[name].as_str().unwrap());
        let (http, invoke) = (address("http"), address("invoke"));
        let client = Client::builder().no_proxy().timeout(SOON).build().unwrap();
        Self { child, folder, http, invoke, client }
    }

    async fn invoke(&self, function: &str, payload: &Value, headers: &[(&str, &str)]) -> reqwest::Response {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.invoke);
        let request = self.client.post(url).body(payload.to_string());
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .send()
            .await
            .unwrap()
    }

    fn signal(&self) {
        let id = self.child.id().unwrap();
        let sent = std::process::Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap();
        assert!(sent.success());
    }

    async fn health(&self) -> Value {
        let health = self.client.get(format!("{}/_runtime/health", self.invoke)).send().await.unwrap();
        health.json().await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_requests_reach_the_function_as_events() {
    let running = Running::start("http").await;
    // The probe answers with the event it got, which has no statusCode: it is the body.
    let request =
        running.client.put(format!("{}/things/a%20b?x=1&x=2", running.http)).header("cookie", "c=1");
    let response = request.body("text").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    let event: Value = response.json().await.unwrap();
    assert_eq!(event["routeKey"], "ANY /things/{id}");
    assert_eq!(event["pathParameters"], json!({"id": "a b"}));
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2"}));
    assert_eq!((&event["cookies"], &event["body"]), (&json!(["c=1"]), &json!("text")));
    assert_eq!(event["requestContext"]["http"]["method"], "PUT");

    let missing = running.client.get(format!("{}/nowhere", running.http)).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.json::<Value>().await.unwrap(), json!({"message": "Not Found"}));

    let large = running.client.post(format!("{}/things/x", running.http)).body(vec![b'x'; 11 << 20]);
    let large = large.send().await;
    // The answer may meet a client that is still sending.
    assert!(large.is_err() || large.is_ok_and(|answer| answer.status() == StatusCode::PAYLOAD_TOO_LARGE));

    // Smaller, yet more than Lambda takes; and more headers than API Gateway takes.
    let event = running.client.post(format!("{}/things/x", running.http)).body(vec![b'x'; 7 << 20]);
    assert_eq!(event.send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    let headers =
        running.client.get(format!("{}/things/x", running.http)).header("x-long", "h".repeat(10_240));
    let refused = headers.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(refused.json::<Value>().await.unwrap(), json!({"message": "Request Header Fields Too Large"}));

    let preflight = running.client.request(Method::OPTIONS, format!("{}/things/x", running.http));
    let preflight = preflight.header("origin", "https://shop").header("access-control-request-method", "GET");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoke_api_answers_as_lambda_does() {
    let running = Running::start("invoke").await;
    let answer = running
        .invoke("arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Adoer", &json!({"n": 1}), &[])
        .await;
    assert_eq!((answer.status(), answer.headers().get("x-amz-function-error")), (StatusCode::OK, None));
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({"n": 1}));

    let failed = running.invoke("doer", &json!({"do": "fail"}), &[("x-amz-log-type", "Tail")]).await;
    assert_eq!(failed.status(), StatusCode::OK);
    assert_eq!(failed.headers()["x-amz-function-error"], "Unhandled");
    assert!(failed.headers().contains_key("x-amz-log-result"));
    assert_eq!(failed.json::<Value>().await.unwrap()["errorType"], "Refused");

    for (kind, status) in [("Event", 202), ("DryRun", 204)] {
        let answer = running.invoke("doer", &json!({}), &[("x-amz-invocation-type", kind)]).await;
        assert_eq!(answer.status().as_u16(), status, "{kind}");
    }
    let unknown = running.invoke("nobody", &json!({}), &[]).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(unknown.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    let url = format!("{}/2015-03-31/functions/doer/invocations", running.invoke);
    let garbage = running.client.post(url).body("{").send().await.unwrap();
    assert_eq!(garbage.headers()["x-amzn-errortype"], "InvalidRequestContentException");

    let list = running.client.get(format!("{}/2015-03-31/functions/", running.invoke)).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    assert_eq!(list["Functions"].as_array().unwrap().len(), 2);
    let one =
        running.client.get(format!("{}/2015-03-31/functions/echo", running.invoke)).send().await.unwrap();
    assert_eq!(one.json::<Value>().await.unwrap()["Configuration"]["State"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_call_their_function() {
    let running = Running::start("schedule").await;
    let log = running.folder.join("echo.log");
    until("three ticks", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.matches("tick").count() >= 3)
    })
    .await;
    let health = running.health().await;
    assert_eq!(health["ready"], true);
    assert!(health["functions"][1]["invocations"].as_u64().unwrap() >= 3, "{health}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_the_call_under_way_and_ends_with_zero() {
    let mut running = Running::start("stop").await;
    let url = format!("{}/2015-03-31/functions/doer/invocations", running.invoke);
    let call = running.client.post(url).body(json!({"do": "sleep", "ms": 500}).to_string());
    let call = tokio::spawn(async move { call.send().await.unwrap().json::<Value>().await.unwrap() });
    let started = Instant::now();
    while running.health().await["functions"][0]["invocations"] != 1 {
        assert!(started.elapsed() < SOON, "the call did not come about");
    }
    running.signal();
    let answer = call.await.unwrap();
    let function = answer["processId"].as_u64().expect("the call is finished");
    let status = tokio::time::timeout(SOON, running.child.wait()).await.unwrap().unwrap();
    assert!(status.success());
    assert!(!Path::new(&format!("/proc/{function}")).exists(), "the function has ended too");
    assert!(!running.folder.join("ready.json").exists());
}

/// A function's lines belong to the call during which they were printed, however fast one follows the other.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_names_function_and_call_of_each_line() {
    const CALLS: usize = 100;
    let mut running = Running::start_as("console", &[], &["--report=all"]).await;
    for number in 0..CALLS {
        let print = json!({"do": "print", "text": format!("printed by {number}")});
        running.invoke("doer", &print, &[]).await;
    }
    running.invoke("doer", &json!({"do": "exit", "code": 3}), &[]).await;
    running.signal();
    assert!(tokio::time::timeout(SOON, running.child.wait()).await.unwrap().unwrap().success());

    let console = std::fs::read_to_string(running.folder.join("console")).unwrap();
    let mut calls: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in console.lines() {
        let Some((id, text)) = line.strip_prefix("doer ").and_then(|line| line.split_once(" | ")) else {
            continue;
        };
        match calls.last_mut() {
            Some((last, lines)) if *last == id => lines.push(text),
            _ => calls.push((id, vec![text])),
        }
    }
    assert_eq!(calls.len(), CALLS + 1, "{console}");
    for (number, (id, lines)) in calls.iter().enumerate() {
        let said = match number {
            CALLS => format!("RequestId: {id} Error: Runtime exited with error: exit status 3"),
            _ => format!("printed by {number}"),
        };
        let (report, others) = lines.split_last().unwrap();
        let expected =
            [format!("START RequestId: {id} Version: $LATEST"), said, format!("END RequestId: {id}")];
        assert_eq!(others, expected);
        assert_report(report, id, number == 0, number == CALLS);
    }
}

/// A REPORT line has AWS's members in AWS's order.
fn assert_report(line: &str, id: &str, is_first: bool, is_crash: bool) {
    let members: Vec<(&str, &str)> = line.split('\t').filter_map(|member| member.split_once(": ")).collect();
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let mut expected =
        vec!["REPORT RequestId", "Duration", "Billed Duration", "Memory Size", "Max Memory Used"];
    expected.extend(is_first.then_some("Init Duration"));
    expected.extend(is_crash.then_some(["Status", "Error Type"]).into_iter().flatten());
    assert_eq!(names, expected, "{line}");
    let members: BTreeMap<&str, &str> = members.into_iter().collect();
    assert_eq!((members["REPORT RequestId"], members["Memory Size"]), (id, "128 MB"));
    // In hundredths of a millisecond; what is cut off of them may fill a whole one.
    let time = |name: &str| -> u64 {
        let text = members.get(name).map_or("0", |text| text.strip_suffix(" ms").unwrap());
        let (whole, hundredths) = text.split_once('.').unwrap_or((text, "00"));
        whole.parse::<u64>().unwrap() * 100 + hundredths.parse::<u64>().unwrap()
    };
    let (exact, billed) = (time("Duration") + time("Init Duration"), time("Billed Duration"));
    assert!((exact..exact + 103).contains(&billed), "{line}");
    if !is_crash {
        assert_ne!(members["Max Memory Used"], "0 MB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_die_with_a_killed_runtime() {
    let mut running = Running::start("kill").await;
    let answer = running.invoke("doer", &json!({"do": "sleep", "ms": 0}), &[]).await;
    let function = answer.json::<Value>().await.unwrap()["processId"].as_u64().unwrap();
    running.child.kill().await.unwrap();
    let status = format!("/proc/{function}/status");
    let has_ended = || std::fs::read_to_string(&status).map_or(true, |status| status.contains("State:\tZ"));
    until("the end of the function", has_ended).await;
}

/// A shell that starts the function is ended by the kernel; the function itself notices that nobody
/// has calls for it any more.
#[tokio::test(flavor = "multi_thread")]
async fn functions_behind_a_shell_end_after_a_killed_runtime_too() {
    let parameters = Path::new(env!("CARGO_TARGET_TMPDIR")).join("behind-a-shell.json");
    let shell = format!("{}; true", env!("CARGO_BIN_EXE_esm-local-probe"));
    let settings = json!({"Authorizer": "disabled", "Functions": {"Doer": {"Command": ["sh", "-c", shell]}}});
    std::fs::write(&parameters, settings.to_string()).unwrap();
    let mut running = Running::start_with("shell", &[parameters]).await;
    let answer = running.invoke("doer", &json!({"do": "sleep", "ms": 0}), &[]).await;
    let function = answer.json::<Value>().await.unwrap()["processId"].as_u64().unwrap();
    running.child.kill().await.unwrap();
    let status = format!("/proc/{function}/status");
    let has_ended = || std::fs::read_to_string(&status).map_or(true, |status| status.contains("State:\tZ"));
    until("the end of the function", has_ended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asynchronous_calls_are_tried_again_and_their_end_is_told_to_the_destination() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("destinations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = json!({"EventRetrySeconds": [0.01, 0.01, 0.01], "Destinations": folder});
    let parameters = folder.join("parameters.json");
    let settings = json!({"Authorizer": "disabled", "Runtime": runtime});
    std::fs::write(&parameters, settings.to_string()).unwrap();
    let running = Running::start_with("asynchronous", &[parameters]).await;
    for payload in [json!({"do": "fail"}), json!({"n": 1})] {
        let accepted = running.invoke("doer", &payload, &[("x-amz-invocation-type", "Event")]).await;
        assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    }
    let failed = document_in(&folder.join("sqs/DoerEventInvokeConfigOnFailure/aws/lambda/async/doer")).await;
    assert_eq!(failed["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(failed["requestContext"]["approximateInvokeCount"], 4, "as many retries as waits");
    assert_eq!(
        (&failed["requestPayload"]["do"], &failed["responsePayload"]["errorType"]),
        (&json!("fail"), &json!("Refused"))
    );
    assert_eq!(failed["responseContext"]["functionError"], "Unhandled");
    let done = document_in(&folder.join("s3/done/aws/lambda/async/doer")).await;
    assert_eq!(done["requestContext"]["condition"], "Success");
    assert_eq!(
        (&done["responsePayload"], &done["responseContext"]["functionError"]),
        (&json!({"n": 1}), &Value::Null)
    );
    drop(std::fs::remove_dir_all(folder));
}

/// The first document below a folder, waited for.
async fn document_in(folder: &Path) -> Value {
    fn first(folder: &Path) -> Option<PathBuf> {
        let entries = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        let found = entries.filter_map(|path| if path.is_dir() { first(&path) } else { Some(path) });
        found.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json"))
    }
    until("a document", || first(folder).is_some()).await;
    serde_json::from_slice(&std::fs::read(first(folder).unwrap()).unwrap()).unwrap()
}

#[test]
fn check_shows_what_is_understood() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_esm-local"))
        .arg("check")
        .args(["--template".as_ref(), fixture("template.yaml").as_os_str()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in ["functions (2)", "ANY /things/{id} -> echo  (Users)", "schedules (1)", "left aside (0)"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// How brokers are got at is no hole: what AWS does and this machine does not is told for each mapping.
#[test]
fn check_tells_how_brokers_are_got_at_here_and_on_aws() {
    let event = |id: &str, access: &str| {
        json!({"Type": "MSK", "Properties": {
            "Stream": "arn:aws:kafka:us-east-1:1:cluster/c/1",
            "Topics": [id],
            "SourceAccessConfigurations": if access.is_empty() { json!([]) } else { json!([{"Type": access, "URI": id}]) },
        }})
    };
    let rows = [
        ("default", "", "plain (IAM on AWS)"),
        ("scram", "SASL_SCRAM_512_AUTH", "TLS and SCRAM-SHA-512"),
        ("unknown", "SASL_SCRAM_512_AUTH", "plain (SASL_SCRAM_512_AUTH on AWS)"),
        ("token", "OAUTHBEARER_AUTH", "plain (OAUTHBEARER_AUTH on AWS)"),
        ("root", "SERVER_ROOT_CA_CERTIFICATE", "TLS"),
        ("mutual", "CLIENT_CERTIFICATE_TLS_AUTH", "mutual TLS"),
    ];
    let events: serde_json::Map<_, _> =
        rows.iter().map(|(id, access, _)| ((*id).to_owned(), event(id, access))).collect();
    let function = json!({"Type": "AWS::Serverless::Function", "Properties": {"Events": events}});
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("access");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("template.json"), json!({"Resources": {"F": function}}).to_string()).unwrap();
    let secrets = json!({
        "scram": {"username": "ana", "password": "word"},
        "root": {"certificate": "CA"},
        "mutual": {"certificate": "CERT", "privateKey": "KEY"},
    });
    let parameters = json!({"Runtime": {"BootstrapServers": "127.0.0.1:9092"}, "Secrets": secrets});
    std::fs::write(folder.join("parameters.json"), parameters.to_string()).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_esm-local"))
        .args(["check", "--template", "template.json", "--parameters", "parameters.json"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for (topic, _, expected) in rows {
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{topic} -> F"))).unwrap();
        assert!(line.ends_with(&format!("cluster/c/1, {expected}")), "{expected} is not the end of {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guarded_routes_ask_for_a_token_unless_that_is_turned_off() {
    let running = Running::start_with("guarded", &[]).await;
    for (authorization, challenge) in [
        (None, "Bearer"),
        (
            Some("Bearer garbage"),
            r#"Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments""#,
        ),
    ] {
        let request =
            running.client.get(format!("{}/things/x", running.http)).header("origin", "https://shop");
        let request = authorization.into_iter().fold(request, |it, value| it.header("authorization", value));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()["www-authenticate"], challenge);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://shop");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
    }
}
