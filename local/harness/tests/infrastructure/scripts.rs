//! What `infra/deploy.sh` and `infra/remove.sh` do: they run as they stand, with the commands of `account/` in place
//! of those that would reach AWS.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::template::{PARTS, functions, functions_of, root};

/// What `infra/samconfig.toml` says of both stages.
const REGION: &str = "sa-east-1";
/// What the person at the console happens to have set.
const ANOTHER_REGION: &str = "us-west-2";
const COMMANDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/infrastructure/account");
/// Parts of a stage that asks for them.
const OPTIONAL: [&str; 2] = ["capacity", "domain"];
const BROKERS: &str = "b-1.gateway:9098,b-2.gateway:9098,b-3.gateway:9098";

/// What a stage says of where the functions that buyers wait for run.
const ON_DEMAND: &str = "HttpCompute: on-demand";
const ON_INSTANCES: &str = "HttpCompute: instances";

/// A checkout whose functions are packed, and an account without a stack.
struct Account {
    folder: PathBuf,
}

impl Account {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("account-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("target/lambda/arm64")).unwrap();
        // The bucket's, which `sam` makes at its first deployment.
        fs::create_dir_all(folder.join("stacks/aws-sam-cli-managed-default")).unwrap();
        let copied = Command::new("cp").arg("-R").arg(root().join("infra")).arg(&folder).status().unwrap();
        assert!(copied.success());
        let account = Self { folder };
        account.write("brokers", BROKERS);
        account.write("debezium", "one version");
        for function in functions().iter().chain(&functions_of("provision")) {
            account.pack(&function.name, "code");
        }
        account
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), format!("{text}\n")).unwrap();
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(self.folder.join(file), text.replace(from, to)).unwrap();
    }

    /// Another zip of a function, and the sums of all.
    fn pack(&self, function: &str, code: &str) {
        self.write(&format!("target/lambda/arm64/{function}.zip"), code);
        let mut sum = Command::new("bash");
        sum.args(["-c", "sha256sum *.zip > SHA256SUMS"]).current_dir(self.folder.join("target/lambda/arm64"));
        assert!(sum.status().unwrap().success());
    }

    /// Bash, with AWS's commands replaced.
    fn bash(&self) -> Command {
        let mut command = Command::new("bash");
        command.env("PATH", format!("{COMMANDS}:{}", std::env::var("PATH").unwrap()));
        command.env("ACCOUNT", &self.folder).env("AWS_REGION", ANOTHER_REGION).env_remove("CI");
        command
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let mut command = self.bash();
        command.arg(self.folder.join("infra").join(script)).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        // What `remove.sh` asks for; nobody reads it where the script has ended before.
        let _ = running.stdin.take().unwrap().write_all(b"dev\n");
        running.wait_with_output().unwrap()
    }

    /// What was called since the last question, one a line.
    fn calls(&self) -> Vec<String> {
        let file = self.folder.join("calls");
        let calls = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(file);
        calls.lines().map(str::to_owned).collect()
    }

    /// A deployment that succeeds, by its calls.
    fn deploy(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.run("deploy.sh", arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        self.calls()
    }

    /// One that does not, by what it says.
    fn fail(&self, script: &str, arguments: &[&str]) -> String {
        let output = self.run(script, arguments);
        assert!(!output.status.success(), "{script} {arguments:?}: {}", said(&output));
        said(&output)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Where a call with these words stands among the calls.
fn at(calls: &[String], words: &str) -> usize {
    let found = calls.iter().position(|call| call.contains(words));
    found.unwrap_or_else(|| panic!("no {words} in {calls:#?}"))
}

fn is_called(calls: &[String], words: &str) -> bool {
    calls.iter().any(|call| call.contains(words))
}

/// A value that each call of `sam` was given.
fn values(calls: &[String], name: &str) -> Vec<String> {
    let calls = calls.iter().filter(|call| call.contains(" sam deploy "));
    let words = calls.flat_map(|call| call.split_whitespace());
    words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned).collect()
}

#[test]
fn sam_finds_its_configuration() {
    let account = Account::new("configuration");
    let calls = account.deploy(&["dev", "security"]);
    assert!(is_called(&calls, "--stack-name gateway-dev-security"), "{calls:#?}");
}

#[test]
fn a_stage_is_deployed_whole_and_once_more_without_another_version() {
    let account = Account::new("whole");
    let first = account.deploy(&["dev"]);
    let parts = PARTS.iter().filter(|part| !OPTIONAL.contains(part));
    let order: Vec<_> = parts.map(|part| at(&first, &format!("infra/{part}.yaml --stack-name"))).collect();
    assert!(order.is_sorted(), "{first:#?}");
    for part in OPTIONAL {
        assert!(!is_called(&first, &format!("infra/{part}.yaml")), "{first:#?}");
    }
    let again = account.deploy(&["dev"]);
    assert_eq!(values(&again, "Release"), values(&first, "Release")[1..]);
    assert!(!is_called(&again, "delete-stack"), "{again:#?}");
}

#[test]
fn a_stage_on_instances_has_them_before_its_functions_and_gives_them_back_after() {
    let account = Account::new("instances");
    account.replace("infra/stages/dev.yaml", ON_DEMAND, ON_INSTANCES);
    let calls = account.deploy(&["dev", "network", "capacity", "functions"]);
    let steps = ["infra/capacity.yaml", "--template-file target/on-instances.yaml"];
    assert!(steps.map(|step| at(&calls, step)).is_sorted(), "{calls:#?}");
    assert!(!is_called(&calls, "infra/template.yaml"), "{calls:#?}");
    // To both passes, the second of which tells where the webhook is.
    assert_eq!(values(&calls, "CapacityProviderArn"), ["arn:capacity"; 2]);
    let output = account.run("remove.sh", &["dev"]);
    assert!(output.status.success(), "{}", said(&output));
    let calls = account.calls();
    let steps = ["functions", "capacity", "network"]
        .map(|part| format!("delete-stack --stack-name gateway-dev-{part}"));
    assert!(steps.map(|step| at(&calls, &step)).is_sorted(), "{calls:#?}");
}

#[test]
fn functions_stay_where_they_were_made_unless_they_get_other_names() {
    for (made, wanted) in [(ON_DEMAND, ON_INSTANCES), (ON_INSTANCES, ON_DEMAND)] {
        let account = Account::new("moved");
        account.replace("infra/stages/dev.yaml", ON_DEMAND, made);
        account.deploy(&["dev", "capacity", "functions"]);
        account.replace("infra/stages/dev.yaml", made, wanted);
        let said = account.fail("deploy.sh", &["dev", "capacity", "functions"]);
        assert!(said.contains(&format!("were made with {made}")), "{said}");
        assert!(!is_called(&account.calls(), " sam deploy "));
        account.replace(
            "infra/stages/dev.yaml",
            "FunctionPrefix: gateway-dev-",
            "FunctionPrefix: gateway-two-",
        );
        account.deploy(&["dev", "capacity", "functions"]);
    }
}

#[test]
fn where_functions_run_is_one_of_two_words() {
    let account = Account::new("compute");
    account.replace("infra/stages/dev.yaml", ON_DEMAND, "HttpCompute: both");
    let said = account.fail("deploy.sh", &["dev", "functions"]);
    assert!(said.contains("not both"), "{said}");
    assert!(!is_called(&account.calls(), " sam deploy "));
}

/// The linters' `sam`, which gets as far as the network.
#[test]
fn sam_itself_takes_the_command_line() {
    let linters = root().join(".stack/tools/linters/bin");
    if !linters.join("sam").is_file() {
        eprintln!("NOT CHECKED: the command line of sam, which is not here");
        return;
    }
    let account = Account::new("sam");
    let path = format!("{}:{COMMANDS}:{}", linters.display(), std::env::var("PATH").unwrap());
    let mut command = account.bash();
    command.arg(account.folder.join("infra/deploy.sh")).args(["dev", "security"]);
    command.env("PATH", path).envs([
        ("AWS_ACCESS_KEY_ID", "none"),
        ("AWS_SECRET_ACCESS_KEY", "none"),
        // Nobody listens there.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("SAM_CLI_TELEMETRY", "0"),
    ]);
    let output = command.output().unwrap();
    let said = format!("{}{}", said(&output), String::from_utf8_lossy(&output.stdout));
    assert!(said.contains("Could not connect to the endpoint URL"), "{said}");
}

#[test]
fn another_value_or_another_zip_is_another_release_and_nothing_else_is() {
    let account = Account::new("release");
    let first = account.deploy(&["dev", "streaming", "functions"]);
    let releases = values(&first, "Release");
    // The second pass tells the functions where the webhook is.
    assert_eq!(releases.len(), 2, "{first:#?}");
    assert_ne!(releases[0], releases[1]);
    assert_eq!(values(&first, "PspNotificationUrl"), ["https://api.example.com/webhooks/pagbank"]);

    let same = [releases[1].clone()];
    let again = || values(&account.deploy(&["dev", "functions"]), "Release");
    assert_eq!(again(), same);
    // What others put out and no function is told.
    account
        .write("stacks/gateway-dev-streaming/outputs", "MskClusterArn\tarn:cluster\nMskClusterName\tother");
    assert_eq!(again(), same);
    account.write("stacks/gateway-dev-streaming/outputs", "MskClusterArn\tarn:other");
    assert_ne!(again(), same);
    account.write("stacks/gateway-dev-streaming/outputs", "MskClusterArn\tarn:cluster");

    account.pack("reserve", "other code");
    let other_code = again();
    assert_ne!(other_code, same);
    account.pack("reserve", "code");
    assert_eq!(again(), same);

    account.replace("infra/stages/dev.yaml", "HttpConcurrency: 40", "HttpConcurrency: 41");
    assert_ne!(again(), same);
}

#[test]
fn all_is_asked_for_in_the_stages_region_whatever_the_environment_says() {
    let account = Account::new("region");
    let mut calls = account.deploy(&["dev", "security", "streaming"]);
    let output = account.run("remove.sh", &["dev"]);
    assert!(output.status.success(), "{}", said(&output));
    calls.extend(account.calls());
    for part in ["streaming", "security"] {
        assert!(is_called(&calls, &format!("delete-stack --stack-name gateway-dev-{part}")), "{calls:#?}");
    }
    for call in &calls {
        assert!(call.starts_with(&format!("{REGION} ")), "{call}");
    }
}

#[test]
fn who_is_not_signed_in_changes_nothing() {
    let account = Account::new("signed-out");
    account.deploy(&["dev", "security"]);
    account.write("signed-out", "");
    for (script, arguments) in [("deploy.sh", &["dev", "security"][..]), ("remove.sh", &["dev"][..])] {
        let said = account.fail(script, arguments);
        assert!(said.contains("sign in to AWS first"), "{said}");
        let calls = account.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        at(&calls, "sts get-caller-identity");
    }
}

#[test]
fn a_stack_that_cannot_be_asked_about_is_not_taken_for_none() {
    let account = Account::new("denied");
    account.deploy(&["dev", "security"]);
    account.write("denied", "");
    for (script, arguments) in [("deploy.sh", &["dev", "network"][..]), ("remove.sh", &["dev"][..])] {
        let said = account.fail(script, arguments);
        assert!(said.contains("AccessDenied"), "{said}");
        let calls = account.calls();
        assert!(!is_called(&calls, " sam deploy ") && !is_called(&calls, "delete-stack"), "{calls:#?}");
    }
}

#[test]
fn brokers_in_another_order_leave_the_connector_alone() {
    let account = Account::new("order");
    account.deploy(&["dev", "streaming", "cdc"]);
    account.write("brokers", "b-3.gateway:9098,b-1.gateway:9098,b-2.gateway:9098");
    let calls = account.deploy(&["dev", "cdc"]);
    assert!(!is_called(&calls, "delete-stack"), "{calls:#?}");
    assert_eq!(values(&calls, "KafkaBootstrapServers"), [BROKERS]);
}

/// In production too, where the stack is protected.
#[test]
fn other_brokers_or_another_plugin_make_the_connector_anew() {
    let account = Account::new("anew");
    let first = account.deploy(&["prod", "streaming", "cdc"]);
    assert!(!is_called(&first, "delete-stack"), "{first:#?}");
    for (file, text) in [("brokers", "b-4.gateway:9098"), ("debezium", "another version")] {
        account.write(file, text);
        let calls = account.deploy(&["prod", "cdc"]);
        let steps = [
            "--no-enable-termination-protection --stack-name gateway-prod-cdc",
            "delete-stack --stack-name gateway-prod-cdc",
            "wait stack-delete-complete --stack-name gateway-prod-cdc",
            " sam deploy ",
            " --enable-termination-protection --stack-name gateway-prod-cdc",
        ];
        let order = steps.map(|step| at(&calls, step));
        assert!(order.is_sorted(), "{file}: {calls:#?}");
    }
}

#[test]
fn a_connector_can_be_taken_away() {
    let account = Account::new("off");
    account.deploy(&["dev", "streaming", "cdc"]);
    let calls = account.deploy(&["dev", "cdc-off", "cdc"]);
    assert!(
        at(&calls, "delete-stack --stack-name gateway-dev-cdc") < at(&calls, " sam deploy "),
        "{calls:#?}"
    );
    account.deploy(&["dev", "cdc-off"]);
    let calls = account.deploy(&["dev", "cdc-off"]);
    assert!(!is_called(&calls, "delete-stack"), "{calls:#?}");
}

#[test]
fn the_plugin_is_the_same_whoever_builds_it() {
    let account = Account::new("plugin");
    let zip = |mask: &str| {
        let script = account.folder.join("infra/connect/build-plugin.sh");
        let mut build = account.bash();
        build.args(["-c", &format!("umask {mask}; exec bash '{}'", script.display())]);
        let output = build.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        fs::read(account.folder.join("target/cdc-plugin.zip")).unwrap()
    };
    assert_eq!(zip("022"), zip("077"));
}

#[test]
fn a_first_creation_that_failed_is_removed_and_repeated() {
    let account = Account::new("rolled-back");
    account.deploy(&["dev", "streaming"]);
    account.write("stacks/gateway-dev-streaming/status", "ROLLBACK_COMPLETE");
    let calls = account.deploy(&["dev", "streaming"]);
    let steps = ["delete-stack", "wait stack-delete-complete", " sam deploy "];
    assert!(steps.map(|step| at(&calls, step)).is_sorted(), "{calls:#?}");
    let calls = account.deploy(&["dev", "streaming"]);
    assert!(!is_called(&calls, "delete-stack"), "{calls:#?}");
}

#[test]
fn nothing_is_deployed_upon_a_serverless_cluster_before_a_person_has_made_its_topics() {
    let account = Account::new("serverless");
    account.replace("infra/stages/dev.yaml", "KafkaMode: provisioned", "KafkaMode: serverless");
    let said = account.fail("deploy.sh", &["dev"]);
    assert!(said.contains("infra/deploy.sh dev database search"), "{said}");
    let calls = account.calls();
    assert!(is_called(&calls, "infra/streaming.yaml"), "{calls:#?}");
    assert!(!is_called(&calls, "infra/database.yaml"), "{calls:#?}");
}
