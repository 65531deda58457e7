//! docker-compose.yml keeps the promises that are made about it, whether or not an engine is here.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail its test by panicking")]

use saphyr::{LoadableYamlNode, Yaml};

const FILE: &str = include_str!("../../../docker-compose.yml");

fn services() -> Vec<(String, Yaml<'static>)> {
    let document = Yaml::load_from_str(FILE).unwrap().remove(0);
    let services = document["services"].as_mapping().unwrap();
    services.iter().map(|(name, service)| (name.as_str().unwrap().to_owned(), service.clone())).collect()
}

#[test]
fn every_server_of_the_gateway_is_there() {
    let names: Vec<String> = services().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["kafka", "mysql", "dynamodb", "elasticsearch", "opensearch", "connect"]);
}

#[test]
fn the_servers_that_xtask_names_are_those_of_no_profile_on_their_ports() {
    let started = services().into_iter().filter(|(_, service)| service.as_mapping_get("profiles").is_none());
    let started: Vec<(String, String)> = started
        .map(|(name, service)| {
            (name, service["ports"].as_sequence().unwrap()[0].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(started.len(), xtask::engine::docker::SERVERS.len());
    for ((name, published), (server, port)) in started.iter().zip(xtask::engine::docker::SERVERS) {
        assert_eq!(name, server);
        assert!(published.contains(port.variable()), "{name}: {published}");
    }
}

#[test]
fn every_server_has_the_time_to_finish_that_it_has_natively() {
    for (name, service) in services() {
        assert_eq!(service["stop_grace_period"].as_str(), Some("60s"), "{name}");
    }
}

#[test]
fn every_image_is_pinned_to_a_version() {
    for (name, service) in services() {
        let image = service["image"].as_str().unwrap();
        let tag = image.rsplit_once(':').map(|(_, tag)| tag).unwrap_or_default();
        let parts = tag.split('.').filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).count();
        assert!(parts >= 3, "{name}: {image} is not pinned to major.minor.patch");
    }
}

#[test]
fn every_service_says_how_its_health_is_checked() {
    for (name, service) in services() {
        let check = &service["healthcheck"];
        assert!(check["test"].as_sequence().is_some_and(|test| test.len() > 1), "{name} has no test");
        for bound in ["interval", "timeout", "start_period"] {
            assert!(check[bound].as_str().is_some(), "{name} has no {bound}");
        }
        assert!(check["retries"].as_integer().is_some(), "{name} has no retries");
    }
}

#[test]
fn every_port_is_on_loopback_and_can_be_moved() {
    for (name, service) in services() {
        let ports = service["ports"].as_sequence().unwrap();
        assert!(!ports.is_empty(), "{name} has no port");
        for port in ports {
            let port = port.as_str().unwrap();
            assert!(port.starts_with("127.0.0.1:${GATEWAY_PORT_"), "{name}: {port}");
        }
    }
}

#[test]
fn default_ports_are_those_of_the_native_stack() {
    for port in xtask::ports::Port::ALL {
        let prefix = format!("127.0.0.1:${{{}:-", port.variable());
        if let Some((_, rest)) = FILE.split_once(&prefix) {
            assert_eq!(rest.split('}').next(), Some(port.default().to_string().as_str()), "{}", port.key());
        }
    }
}

#[test]
fn data_is_kept_in_named_volumes_that_are_declared() {
    let document = Yaml::load_from_str(FILE).unwrap().remove(0);
    let declared = document["volumes"].as_mapping().unwrap();
    for (name, service) in services() {
        for volume in service.as_mapping_get("volumes").and_then(Yaml::as_sequence).into_iter().flatten() {
            let source = volume.as_str().unwrap().split(':').next().unwrap();
            let is_declared = declared.keys().any(|key| key.as_str() == Some(source));
            assert!(source.starts_with("./") || is_declared, "{name}: {source} is not declared");
        }
    }
}

#[test]
fn mysql_writes_the_binlog_that_debezium_reads() {
    let (_, mysql) = services().into_iter().find(|(name, _)| name == "mysql").unwrap();
    let flags: Vec<&str> = mysql["command"].as_sequence().unwrap().iter().filter_map(Yaml::as_str).collect();
    for flag in ["--log-bin=binlog", "--binlog-row-image=FULL", "--gtid-mode=ON", "--sync-binlog=1"] {
        assert!(flags.contains(&flag), "{flag} is missing");
    }
}

#[test]
fn mounted_files_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    for line in FILE.lines().filter_map(|line| line.trim().strip_prefix("- ./")) {
        let file = line.split(':').next().unwrap();
        assert!(root.join(file).is_file(), "{file} does not exist");
    }
}
