//! Functions on instances: what `infra/on-instances.sed` makes of the template, and `infra/capacity.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use gateway_mysql::Settings;
use serde_json::Value;

use crate::source::depends_on;
use crate::template::{
    Function, STAGES, document, document_at, functions_in, number, parameter, read, resources, root, stage,
};

/// Whom buyers wait for.
const ON_INSTANCES: [&str; 3] = ["enqueue-payment", "payments", "reserve"];
/// What of a function says where it runs.
const COMPUTE: [&str; 4] =
    ["CapacityProviderConfig", "FunctionScalingConfig", "MemorySize", "ReservedConcurrentExecutions"];
/// The least that an environment on instances has.
const MEMORY_MIN_MIB: i64 = 2048;
/// One a zone, and what Lambda starts where nothing is said.
const ENVIRONMENTS_MIN: i64 = 3;
/// While a deployment is under way: what was there before, and what will be there.
const VERSIONS_MAX: i64 = 2;

/// The template that is deployed where a stage is on instances.
fn file() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let mut sed = Command::new("sed");
        sed.args(["-E", "-f", "infra/on-instances.sed", "infra/template.yaml"]).current_dir(root());
        let output = sed.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (file, unfinished) =
            (folder.join("on-instances.yaml"), folder.join(std::process::id().to_string()));
        std::fs::write(&unfinished, output.stdout).unwrap();
        std::fs::rename(unfinished, &file).unwrap();
        file
    };
    FILE.get_or_init(make).clone()
}

/// The same as a value.
fn template() -> Value {
    document_at(&file())
}

/// Its functions that run on instances.
fn on_instances() -> Vec<Function> {
    let all = functions_in(&template()).into_iter();
    all.filter(|function| !function.properties["CapacityProviderConfig"].is_null()).collect()
}

/// Parameters that `infra/template.yaml` does not have.
pub fn parameters() -> Vec<(String, Value)> {
    let ours = document("template")["Parameters"].as_object().unwrap().clone();
    let all = template()["Parameters"].as_object().unwrap().clone();
    all.into_iter().filter(|(name, _)| !ours.contains_key(name)).collect()
}

/// Environments that a function on instances may have in a stage.
fn environments_max(function: &Function, stage: &BTreeMap<String, String>) -> i64 {
    number(&function.properties["FunctionScalingConfig"]["MaxExecutionEnvironments"], &template(), stage)
}

/// Connections to the ledger that one environment on instances may have.
fn connections(stage: &BTreeMap<String, String>) -> i64 {
    let calls = number(&serde_json::json!({ "Ref": "CallsPerEnvironment" }), &template(), stage);
    Settings::connections_for(u32::try_from(calls).unwrap()).into()
}

/// vCPUs that one environment has.
fn vcpus(function: &Function) -> i64 {
    let gib = function.properties["CapacityProviderConfig"]["ExecutionEnvironmentMemoryGiBPerVCpu"]
        .as_i64()
        .unwrap();
    function.properties["MemorySize"].as_i64().unwrap() / (gib * 1024)
}

#[test]
fn those_run_on_instances_whom_buyers_wait_for() {
    let names: BTreeSet<_> = on_instances().into_iter().map(|function| function.name).collect();
    assert_eq!(names, BTreeSet::from(ON_INSTANCES.map(str::to_owned)));
}

#[test]
fn nothing_but_where_they_run_is_another() {
    let (mut before, mut after) = (document("template"), template());
    for name in parameters().into_iter().map(|(name, _)| name) {
        after["Parameters"].as_object_mut().unwrap().remove(&name);
    }
    let ids: Vec<String> = resources(&after, "AWS::Serverless::Function")
        .into_iter()
        .filter(|(_, properties)| !properties["CapacityProviderConfig"].is_null())
        .map(|(id, _)| id)
        .collect();
    for id in ids {
        // SAM takes no network beside a capacity provider, not even from Globals.
        let ignored = after["Resources"][&id].as_object_mut().unwrap().remove("IgnoreGlobals");
        assert_eq!(ignored, Some(serde_json::json!(["VpcConfig"])), "{id}");
        for document in [&mut before, &mut after] {
            let properties = document["Resources"][&id]["Properties"].as_object_mut().unwrap();
            properties.retain(|name, _| !COMPUTE.contains(&name.as_str()));
            assert!(!properties.contains_key("VpcConfig"), "{id}");
        }
    }
    assert_eq!(before, after);
}

#[test]
fn every_function_on_instances_has_the_memory_that_is_asked_for_and_a_bound() {
    for function in on_instances() {
        let Function { name, properties } = &function;
        assert!(properties["MemorySize"].as_i64().unwrap() >= MEMORY_MIN_MIB, "{name}");
        assert!(vcpus(&function) >= 1, "{name}");
        assert!(
            properties["ReservedConcurrentExecutions"].is_null(),
            "{name}: nothing can be reserved there"
        );
        let scaling = &properties["FunctionScalingConfig"];
        assert_eq!(scaling["MinExecutionEnvironments"], ENVIRONMENTS_MIN, "{name}");
        for each in STAGES {
            assert!(environments_max(&function, &stage(each)) >= ENVIRONMENTS_MIN, "{each}: {name}");
        }
    }
}

/// In the on-demand template every function is bounded by what is reserved: a test of `names`.
#[test]
fn every_function_of_a_stage_on_instances_is_bounded_in_one_way() {
    for Function { name, properties } in functions_in(&template()) {
        let reserved = !properties["ReservedConcurrentExecutions"].is_null();
        let scaled = !properties["FunctionScalingConfig"]["MaxExecutionEnvironments"].is_null();
        assert_ne!(reserved, scaled, "{name}");
    }
}

#[test]
fn the_proxy_has_a_connection_for_everyone_on_instances_too() {
    let each = i64::from(Settings::new("").connections_max);
    for name in STAGES {
        let stage = stage(name);
        let on_instances_each = connections(&stage);
        let asks = |function: &&Function| depends_on(&function.name, "gateway-mysql");
        let (on_instances, on_demand): (Vec<_>, Vec<_>) = functions_in(&template())
            .into_iter()
            .partition(|function| !function.properties["CapacityProviderConfig"].is_null());
        let running: i64 =
            on_instances.iter().filter(asks).map(|function| environments_max(function, &stage)).sum();
        let reserved = |function: &Function| {
            number(&function.properties["ReservedConcurrentExecutions"], &template(), &stage)
        };
        let started: i64 = on_demand.iter().filter(asks).map(reserved).sum();
        let wanted = running * VERSIONS_MAX * on_instances_each + started * each;
        let all = parameter("DatabaseConnectionsMax", "database", &stage);
        let proxys = all * parameter("ProxyConnectionsPercent", "database", &stage) / 100;
        assert!(wanted <= proxys, "{name}: {wanted} connections may be asked for, the proxy has {proxys}");
    }
}

#[test]
fn the_instances_have_room_for_all_environments_while_a_deployment_is_under_way() {
    for name in STAGES {
        let stage = stage(name);
        let wanted: i64 = on_instances()
            .iter()
            .map(|function| environments_max(function, &stage) * vcpus(function) * VERSIONS_MAX)
            .sum();
        let all = parameter("CapacityVCpuMax", "capacity", &stage);
        assert!(wanted < all, "{name}: {wanted} vCPUs may be asked for, the instances have {all}");
    }
}

#[test]
fn the_instances_are_where_the_functions_were() {
    let network = &document("template")["Globals"]["Function"]["VpcConfig"];
    let (id, provider) = resources(&document("capacity"), "AWS::Lambda::CapacityProvider").remove(0);
    assert_eq!(&provider["VpcConfig"], network, "{id}");
    let architectures = &document("template")["Globals"]["Function"]["Architectures"];
    assert_eq!(&provider["InstanceRequirements"]["Architectures"], architectures, "{id}");
}

/// From there nothing leaves through Lambda itself.
#[test]
fn logs_and_traces_leave_the_instances_without_a_way_out() {
    let capacity = document("capacity");
    let endpoints = resources(&capacity, "AWS::EC2::VPCEndpoint");
    for service in ["logs", "xray"] {
        let name = format!("com.amazonaws.${{AWS::Region}}.{service}");
        let endpoint =
            endpoints.iter().find(|(_, endpoint)| endpoint["ServiceName"]["Fn::Sub"] == name.as_str());
        let (id, endpoint) = endpoint.unwrap_or_else(|| panic!("no endpoint of {service}"));
        assert_eq!(endpoint["SubnetIds"]["Ref"], "PrivateSubnetIds", "{id}");
        assert!(endpoint["PolicyDocument"]["Statement"].is_array(), "{id} lets everything through");
        // Where a provider is, its endpoints are: they are made before it and removed after it.
        let after = capacity["Resources"]["CapacityProvider"]["DependsOn"].as_array().unwrap();
        assert!(after.iter().any(|name| name == id.as_str()), "{id}");
    }
}

/// What is there already Lambda does not make: without an end, and open to whoever reads logs.
#[test]
fn the_provider_logs_into_a_group_of_ours() {
    let capacity = document("capacity");
    let (_, provider) = resources(&capacity, "AWS::Lambda::CapacityProvider").remove(0);
    let (id, group) = resources(&capacity, "AWS::Logs::LogGroup").remove(0);
    let name = provider["CapacityProviderName"]["Fn::Sub"].as_str().unwrap();
    assert_eq!(group["LogGroupName"]["Fn::Sub"], format!("/aws/lambda/capacity-provider/{name}"));
    let after = capacity["Resources"]["CapacityProvider"]["DependsOn"].as_array().unwrap();
    assert!(after.iter().any(|name| name == id.as_str()), "{id}");
}

#[test]
fn what_a_stage_on_instances_deploys_is_given_by_then() {
    let outputs = document("capacity")["Outputs"].as_object().unwrap().clone();
    for (name, declared) in parameters() {
        let is_given = !declared["Default"].is_null() || outputs.contains_key(&name);
        assert!(is_given, "{name} is asked for, which nothing before it gives");
    }
}

#[test]
fn the_readme_says_what_stands_in_the_templates() {
    let readme = read("infra/README.md");
    let section = readme.split_once("### On instances").unwrap().1.split_once("\n### ").unwrap().0;
    let (template, nothing) = (template(), BTreeMap::new());
    let default = |name: &str| number(&serde_json::json!({ "Ref": name }), &template, &nothing);
    let (calls, environments) = (default("CallsPerEnvironment"), default("InstanceEnvironments"));
    let vcpus = parameter("CapacityVCpuMax", "capacity", &nothing);
    for said in [
        format!("`CallsPerEnvironment` ({calls})"),
        format!("`InstanceEnvironments` ({environments};"),
        format!("`CapacityVCpuMax` ({vcpus})"),
        format!("{} calls of a function at once", calls * environments),
        format!("{} × `InstanceEnvironments` × {}", ON_INSTANCES.len(), connections(&nothing)),
    ] {
        assert!(section.contains(&said), "{said}");
    }
    for name in ON_INSTANCES {
        assert!(section.contains(name), "{name}");
    }
}

/// As SAM translates it, and as cfn-lint reads what comes of that.
#[test]
fn sam_takes_what_a_stage_on_instances_deploys() {
    let sam = root().join(".stack/tools/linters/bin/sam");
    if !sam.is_file() {
        eprintln!("NOT CHECKED: the template on instances, since sam is not here");
        return;
    }
    let mut validate = Command::new(sam);
    validate.args(["validate", "--lint", "--template"]).arg(file());
    validate.envs([
        ("AWS_DEFAULT_REGION", "sa-east-1"),
        ("SAM_CLI_TELEMETRY", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]);
    let output = validate.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
