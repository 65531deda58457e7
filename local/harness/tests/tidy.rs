//! What the project says of itself is true.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use esm_local::template::{Settings, Template};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn template() -> Template {
    let settings = Settings::read(&[root().join("local/parameters.yaml")]).unwrap();
    Template::read(&root().join("infra/template.yaml"), settings).unwrap()
}

/// Members of the workspace, by their folder.
fn members() -> BTreeSet<String> {
    let manifest = read("Cargo.toml");
    let list = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    let quoted = list.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once('"'));
    quoted.map(|(member, _)| member.to_owned()).collect()
}

#[test]
fn the_code_map_names_every_crate_and_nothing_else() {
    let map = read("ARCHITECTURE.md");
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let named: BTreeSet<_> = rows.map(|(path, _)| path.to_owned()).collect();
    assert_eq!(named, members());
}

#[test]
fn every_function_crate_is_deployed_and_every_deployed_function_is_a_crate() {
    let crates: BTreeSet<_> = members()
        .iter()
        .filter_map(|member| member.strip_prefix("functions/").filter(|name| !name.contains('/')))
        .map(str::to_owned)
        .collect();
    let mut deployed: BTreeSet<_> =
        template().application().unwrap().functions.iter().map(|function| function.name.clone()).collect();
    // The deploy step's own function stands in a template of its own.
    let provision = read("infra/provision.yaml");
    deployed.extend(
        provision
            .lines()
            .filter_map(|line| line.trim().strip_prefix("CodeUri: ../target/lambda/arm64/"))
            .filter_map(|zip| zip.strip_suffix(".zip"))
            .map(str::to_owned),
    );
    assert_eq!(deployed, crates);
}

#[test]
fn the_templates_topics_are_those_of_the_code() {
    let metadata = template().metadata().unwrap();
    let named: BTreeSet<_> = metadata["KafkaTopics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| topic["Name"].as_str().unwrap().to_owned())
        .collect();
    let in_code: BTreeSet<_> = gateway_wire::topics::ALL.iter().map(|topic| (*topic).to_owned()).collect();
    assert_eq!(named, in_code);
    for mapping in template().application().unwrap().mappings {
        assert!(named.contains(&mapping.topic), "{} reads {}", mapping.function, mapping.topic);
    }
}

#[test]
fn the_domain_depends_on_nothing_that_does_io() {
    let manifest = read("functions/shared/domain/Cargo.toml");
    let dependencies = manifest.split_once("[dependencies]").unwrap().1;
    let named: Vec<_> =
        dependencies.lines().filter_map(|line| line.split_once(['.', ' '])).map(|(name, _)| name).collect();
    assert_eq!(named, ["ulid", "zeroize"]);
}

#[test]
fn every_function_has_a_sample_event() {
    for function in template().application().unwrap().functions {
        let event = read(&format!("events/{}.json", function.name));
        serde_json::from_str::<serde_json::Value>(&event)
            .unwrap_or_else(|error| panic!("events/{}.json: {error}", function.name));
    }
}
