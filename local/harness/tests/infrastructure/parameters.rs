//! What one template asks for, an earlier one or the stage gives.

use std::collections::BTreeSet;

use crate::instances;
use crate::template::{PARTS, STAGES, document, functions, read, resources, stage, text};

/// What `infra/deploy.sh` itself finds out.
const LOOKED_UP: [&str; 4] =
    ["KafkaBootstrapServers", "PspNotificationUrl", "CdcPluginBucketArn", "CdcPluginKey"];
/// What a stage gives only where it wants the optional part.
const OPTIONAL: [&str; 2] = ["CustomDomain", "HostedZoneId"];
/// What a stage tells `infra/deploy.sh` alone.
const OF_THE_SCRIPT: [&str; 1] = ["HttpCompute"];

fn names(part: &str, section: &str) -> BTreeSet<String> {
    document(part)[section].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

#[test]
fn whatever_a_template_asks_for_is_given_by_then() {
    for name in STAGES {
        let mut given: BTreeSet<String> = stage(name).into_keys().collect();
        given.extend(LOOKED_UP.iter().chain(&OPTIONAL).map(|name| (*name).to_owned()));
        for part in PARTS {
            for (parameter, declared) in document(part)["Parameters"].as_object().unwrap() {
                let is_given = !declared["Default"].is_null() || given.contains(parameter);
                assert!(is_given, "{name}: {part} asks for {parameter}, which nothing before it gives");
            }
            given.extend(names(part, "Outputs"));
        }
    }
}

#[test]
fn whatever_a_stage_says_some_template_asks_for() {
    let mut asked: BTreeSet<String> = PARTS.iter().flat_map(|part| names(part, "Parameters")).collect();
    asked.extend(OF_THE_SCRIPT.map(str::to_owned));
    asked.extend(instances::parameters().into_iter().map(|(name, _)| name));
    for name in STAGES {
        for key in stage(name).into_keys() {
            assert!(asked.contains(&key), "{name}: {key} is no parameter of any template");
        }
    }
}

#[test]
fn one_name_means_one_thing() {
    let outputs: Vec<_> = PARTS.iter().flat_map(|part| names(part, "Outputs")).collect();
    let distinct: BTreeSet<_> = outputs.iter().collect();
    assert_eq!(outputs.len(), distinct.len(), "an output has the name of another part's");
}

#[test]
fn the_script_deploys_every_template_in_this_order() {
    let script = read("infra/deploy.sh");
    let list = script.split_once("PARTS=(").unwrap().1.split_once(')').unwrap().0;
    let parts: Vec<&str> = list.split_whitespace().collect();
    let deployed: Vec<&str> = parts
        .iter()
        .filter(|part| !["tables", "search-roles"].contains(part))
        .map(|part| if *part == "functions" { "template" } else { part })
        .collect();
    assert_eq!(deployed, PARTS);
    let removal = read("infra/remove.sh");
    let list = removal.split_once("for part in ").unwrap().1.split_once(';').unwrap().0;
    let removed: Vec<&str> =
        list.split_whitespace().map(|part| if part == "functions" { "template" } else { part }).collect();
    assert_eq!(removed.iter().collect::<BTreeSet<_>>(), deployed.iter().collect::<BTreeSet<_>>());
}

#[test]
fn terraform_is_shown_to_give_what_has_no_default() {
    let readme = read("infra/README.md");
    let shown = readme.split_once("  parameters = {").unwrap().1.split_once("\n  }").unwrap().0;
    let given: BTreeSet<String> = shown
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.starts_with('#'))
        .collect();
    let parameters = document("template")["Parameters"].as_object().unwrap().clone();
    for name in &given {
        assert!(parameters.contains_key(name), "{name} is no parameter of the template");
    }
    // Without a default off AWS as well: what only AWS has is empty there, and needed here.
    let needed =
        parameters.iter().filter(|(_, declared)| declared["Default"].is_null()).map(|(name, _)| name);
    for name in needed.map(String::as_str).chain(["PspSecretArn", "VaultKmsKeyArn"]) {
        assert!(given.contains(name), "{name} is not shown");
    }
}

#[test]
fn every_stage_has_a_configuration_of_sam() {
    let config = read("infra/samconfig.toml");
    for name in STAGES {
        assert!(config.contains(&format!("[{name}.deploy.parameters]")), "{name}");
        assert!(config.contains(&format!("file://infra/stages/{name}.yaml")), "{name}");
        assert_eq!(stage(name)["Stage"], name);
    }
}

#[test]
fn what_holds_money_or_cards_is_encrypted_with_a_key_of_our_own() {
    for (part, kind, path) in [
        ("streaming", "AWS::MSK::Cluster", "/EncryptionInfo/EncryptionAtRest/DataVolumeKMSKeyId/Ref"),
        ("database", "AWS::RDS::DBCluster", "/KmsKeyId/Ref"),
        ("search", "AWS::OpenSearchService::Domain", "/EncryptionAtRestOptions/KmsKeyId/Ref"),
        ("template", "AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId/Ref"),
    ] {
        for (id, properties) in resources(&document(part), kind) {
            assert_eq!(
                properties.pointer(path).and_then(|name| name.as_str()),
                Some("DataKeyArn"),
                "{part}: {id}"
            );
        }
    }
}

#[test]
fn every_log_ends_and_is_encrypted() {
    for part in PARTS {
        for (id, group) in resources(&document(part), "AWS::Logs::LogGroup") {
            assert_eq!(group["RetentionInDays"]["Ref"], "LogRetentionDays", "{part}: {id}");
            assert_eq!(group["KmsKeyId"]["Ref"], "DataKeyArn", "{part}: {id}");
        }
    }
}

/// What is there already RDS does not make: without an end, and open to whoever reads logs.
#[test]
fn the_proxy_logs_into_a_group_of_ours() {
    let database = document("database");
    let groups = resources(&database, "AWS::Logs::LogGroup");
    for (id, proxy) in resources(&database, "AWS::RDS::DBProxy") {
        let name = format!("/aws/rds/proxy/{}", text(&proxy["DBProxyName"]));
        let group = groups.iter().find(|(_, group)| text(&group["LogGroupName"]) == name);
        let (group, _) = group.unwrap_or_else(|| panic!("{id}: there is no {name}"));
        assert_eq!(database["Resources"][id.as_str()]["DependsOn"], group.as_str());
    }
}

/// SAM compares templates, in which the values behind references are not to be seen.
#[test]
fn another_release_is_another_version_of_every_function() {
    // Without one, code tells versions apart.
    assert_eq!(document("template")["Parameters"]["Release"]["Default"], "");
    for function in functions() {
        let properties = &function.properties;
        assert_eq!(properties["AutoPublishCodeSha256"]["Ref"], "Release", "{}", function.name);
        assert!(properties["AutoPublishAliasAllProperties"].is_null(), "{}", function.name);
    }
}

#[test]
fn the_pipelines_credentials_last_as_long_as_its_deployment_may_take() {
    let workflow = read(".github/workflows/ci.yml");
    let deployment = workflow.split_once("\n  deploy:\n").unwrap().1;
    let number = |key: &str| -> u64 {
        let line = deployment.lines().find_map(|line| line.trim().strip_prefix(key));
        line.unwrap_or_else(|| panic!("no {key}")).trim().parse().unwrap()
    };
    let seconds = number("role-duration-seconds:");
    assert!(seconds >= number("timeout-minutes:") * 60, "{seconds} s");
    // The role must allow it.
    assert!(read("infra/README.md").contains(&format!("`MaxSessionDuration: {seconds}`")));
}

#[test]
fn every_key_is_rotated() {
    for (id, key) in resources(&document("security"), "AWS::KMS::Key") {
        assert_eq!(key["EnableKeyRotation"], true, "{id}");
    }
}
