//! At work on a function: configuration that is found, code that changes, a debugger that is attached.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use esm_local::watch;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
#[cfg(target_os = "linux")]
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

const SOON: Duration = Duration::from_secs(30);
const TEMPLATE: &str = "
Parameters: { Name: { Type: String } }
Resources:
  Probe:
    Type: AWS::Serverless::Function
    Metadata: { Binary: probe }
    Properties: { FunctionName: !Ref Name, CodeUri: ., Runtime: provided.al2023, Handler: bootstrap, Timeout: 20 }
";

/// A project in a folder of its own, with the probe as its binary.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, config: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("infra")).unwrap();
        fs::write(folder.join("infra/template.yaml"), TEMPLATE).unwrap();
        fs::write(folder.join("infra/samconfig.toml"), config).unwrap();
        let project = Self(folder);
        project.build();
        project
    }

    /// As a linker does: written beside, then moved into place.
    fn build(&self) {
        let folder = self.0.join("target/lambda/probe");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_esm-local-probe"), folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join("bootstrap")).unwrap();
    }

    /// Starts the program in a folder of the project; it finds everything by itself.
    async fn run(&self, folder: &str, options: &[&str]) -> Running {
        self.run_with(folder, options, &[]).await
    }

    async fn run_with(&self, folder: &str, options: &[&str], variables: &[(&str, &str)]) -> Running {
        let ready = self.0.join("ready.json");
        drop(fs::remove_file(&ready));
        let child = Command::new(env!("CARGO_BIN_EXE_esm-local"))
            .current_dir(self.0.join(folder))
            .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0", "--ready-file"])
            .arg(&ready)
            .args(options)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let started = Instant::now();
        while fs::read(&ready).map_or(true, |text| text.is_empty()) {
            assert!(started.elapsed() < SOON, "it does not become ready");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let addresses: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
        let invoke = format!("http://{}", addresses["invoke"].as_str().unwrap());
        Running { child, invoke, client: Client::builder().no_proxy().timeout(SOON).build().unwrap() }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

struct Running {
    child: Child,
    invoke: String,
    client: Client,
}

impl Running {
    /// The process that answered the call.
    async fn process(&self, function: &str) -> u64 {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.invoke);
        let call = self.client.post(url).body(json!({"do": "sleep", "ms": 0}).to_string());
        let answer: Value = call.send().await.unwrap().json().await.unwrap();
        answer["processId"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }

    async fn function(&self, name: &str) -> Value {
        let health = self.client.get(format!("{}/_runtime/health", self.invoke)).send().await.unwrap();
        let health: Value = health.json().await.unwrap();
        let functions = health["functions"].as_array().unwrap();
        functions.iter().find(|function| function["function"] == name).unwrap().clone()
    }

    /// The first process of a function that is started without a call.
    async fn first_process(&self) -> u32 {
        let tasks = format!("/proc/{}/task", self.child.id().unwrap());
        let started = Instant::now();
        loop {
            let lists = fs::read_dir(&tasks).unwrap().flatten().map(|task| task.path().join("children"));
            let texts: String = lists.filter_map(|list| fs::read_to_string(list).ok()).collect();
            if let Some(process) = texts.split_whitespace().next() {
                return process.parse().unwrap();
            }
            assert!(started.elapsed() < SOON, "no function is started");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

const CONFIG: &str = "
version = 0.1
[default.deploy.parameters]
parameter_overrides = 'Name=deployed Unknown=1'
[default.esm_local.parameters]
binary = '../target/lambda/{binary}/bootstrap'
[named.deploy.parameters]
parameter_overrides = ['Name=by-environment']
[named.esm_local.parameters]
binary = '../target/lambda/{binary}/bootstrap'
";

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_by_samconfig_in_the_root_and_beside_the_template() {
    let project = Project::new("found", CONFIG);
    for (folder, options, name) in [
        (".", &[][..], "deployed"),
        ("infra", &[], "deployed"),
        ("infra", &["--config-env", "named"], "by-environment"),
        ("infra", &["--parameter", "Name=by-flag"], "by-flag"),
    ] {
        let running = project.run(folder, options).await;
        assert!(running.process(name).await > 0, "{folder} {options:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_binary_is_run_from_the_next_call_on() {
    let project = Project::new("reload", CONFIG);
    let running = project.run("infra", &["--reload"]).await;
    let first = running.process("deployed").await;
    assert_eq!(running.process("deployed").await, first, "nothing has changed");
    project.build();
    let started = Instant::now();
    while running.process("deployed").await == first {
        assert!(started.elapsed() < SOON, "the old code still runs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let function = running.function("deployed").await;
    assert_eq!((&function["crashes"], &function["errors"]), (&json!(0), &json!(0)), "{function}");
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_lets_a_call_through_that_waits_for_a_debugger() {
    let project = Project::new("enter", CONFIG);
    let mut running = project.run("infra", &["--debug", "Probe"]).await;
    let mut input = running.child.stdin.take().unwrap();
    let process = u64::from(running.first_process().await);
    let call = running.process("deployed");
    tokio::pin!(call);
    let held = tokio::time::timeout(Duration::from_secs(1), &mut call).await;
    assert!(held.is_err(), "nobody debugs");
    input.write_all(b"\n").await.unwrap();
    assert_eq!(tokio::time::timeout(SOON, call).await.unwrap(), process, "started before the call");
}

/// What a debugger does to attach, and nothing more.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_call_waits_until_a_debugger_is_attached() {
    let project = Project::new("debug", CONFIG);
    let running = project.run("infra", &["--debug", "deployed"]).await;
    let process = running.first_process().await;
    let call = running.process("deployed");
    tokio::pin!(call);
    assert!(tokio::time::timeout(Duration::from_secs(1), &mut call).await.is_err(), "nobody debugs");
    if let Err(error) = seize(process) {
        // Containers without the right to trace cannot show more than the test before.
        assert_eq!(error.raw_os_error(), Some(libc::EPERM));
        return;
    }
    assert_eq!(tokio::time::timeout(SOON, call).await.unwrap(), u64::from(process));
}

/// A tracer is a thread: this one lives as long as the test's process.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "ptrace has no safe form")]
fn seize(process: u32) -> std::io::Result<()> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let process = libc::pid_t::try_from(process).unwrap();
        let none = std::ptr::null_mut::<libc::c_void>();
        let done = unsafe { libc::ptrace(libc::PTRACE_SEIZE, process, none, none) } == 0;
        sender.send(if done { Ok(()) } else { Err(std::io::Error::last_os_error()) }).unwrap();
        std::thread::park();
    });
    receiver.recv().unwrap()
}

/// A stand-in for `cargo lambda watch`: it says how it was called and what it was given, and listens.
#[cfg(target_os = "linux")]
const WATCH: &str = "#!/bin/sh
echo \"$@\" > asked
env > given
while [ \"$1\" != --invoke-port ]; do shift; done
exec python3 -m http.server --bind 127.0.0.1 \"$2\"
";

/// A folder with a `cargo` in it that is this script.
fn cargo_that_is(project: &Project, script: &str) -> String {
    let folder = project.0.join("bin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("cargo"), script).unwrap();
    fs::set_permissions(folder.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// Elsewhere than on Linux nothing ends with a killed runtime.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn cargo_lambda_watch_is_given_what_the_functions_are_and_awaited() {
    let project = Project::new("watch", CONFIG);
    let variables = "Environment: { DATABASE_URL: 'mysql://here', RUST_LOG: 'debug,sqlx=warn' }";
    fs::write(project.0.join("parameters.yaml"), variables).unwrap();
    let path = cargo_that_is(&project, WATCH);
    let options = ["--parameters", "parameters.yaml", "--watch", "--", "--profile", "local"];
    let mut running = project.run_with("", &options, &[("PATH", &path), ("RUST_LOG", "info")]).await;

    let asked = fs::read_to_string(project.0.join("asked")).unwrap();
    assert!(asked.starts_with("lambda watch --invoke-address 127.0.0.1 --invoke-port "), "{asked}");
    assert!(asked.trim_end().ends_with("--profile local"), "{asked}");
    let given = fs::read_to_string(project.0.join("given")).unwrap();
    assert!(
        given.contains("DATABASE_URL=mysql://here\n") && given.contains("RUST_LOG=debug,sqlx=warn\n"),
        "{given}"
    );

    running.child.kill().await.unwrap();
    let port = asked.split_whitespace().skip_while(|word| *word != "--invoke-port").nth(1).unwrap();
    let started = Instant::now();
    while TcpStream::connect(format!("127.0.0.1:{port}")).await.is_ok() {
        assert!(started.elapsed() < SOON, "it outlives a killed runtime");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_cargo_lambda_watch_that_ends_is_told() {
    let project = Project::new("watch-ends", CONFIG);
    let path = cargo_that_is(&project, "#!/bin/sh\necho 'no such command: lambda' >&2\nexit 101\n");
    let output = Command::new(env!("CARGO_BIN_EXE_esm-local"))
        .current_dir(&project.0)
        .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0", "--watch"])
        .env("PATH", path)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("`cargo lambda watch` has ended (exit status: 101)"), "{said}");
}

#[test]
fn functions_that_are_given_different_values_cannot_be_watched_together() {
    let [mut one, mut other] = ["one", "other"].map(support::probe);
    other.environment = [("TABLE".to_owned(), "claims".to_owned())].into();
    let shared = watch::shared_variables(std::slice::from_ref(&other)).unwrap();
    assert_eq!(shared, [("TABLE", "claims")].into());
    one.environment = [("TABLE".to_owned(), "payments".to_owned())].into();
    let conflict = watch::shared_variables(&[one, other]).unwrap_err().to_string();
    assert!(conflict.contains("one and other are given different values of TABLE"), "{conflict}");
}
