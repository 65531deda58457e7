//! The jars of the servers, fetched by Maven: one run for all modules that are missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian;
use super::java_main;
use super::jdk::{self, LEAST_FOR_OPENSEARCH_3};
use super::tool::{self, LongStep};
use crate::failure::{Doing, Failure, Outcome};
use crate::place;
use crate::service::join;
use crate::stack::Stack;

/// A module of `local/stack/pom.xml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    /// The broker, and the Connect runtime.
    Kafka,
    /// The connector.
    Debezium,
    /// DynamoDB Local.
    DynamoDb,
    /// OpenSearch for Java 21 and newer.
    OpenSearch3,
    /// OpenSearch for Java 17.
    OpenSearch2,
}

impl Module {
    /// Its folder under `local/stack`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Debezium => "debezium",
            Self::DynamoDb => "dynamodb",
            Self::OpenSearch3 => "opensearch3",
            Self::OpenSearch2 => "opensearch2",
        }
    }

    /// The Java source, under `local/stack`, of the main class we add.
    fn main_source(self) -> Option<&'static str> {
        match self {
            Self::Kafka | Self::Debezium => None,
            Self::DynamoDb => Some("dynamodb/DynamoDb.java"),
            Self::OpenSearch3 | Self::OpenSearch2 => Some("opensearch/Search.java"),
        }
    }
}

/// The OpenSearch that the newest Java of this machine runs.
pub fn opensearch(stack: &Stack) -> Outcome<Module> {
    let newest = jdk::jdks(stack)?.newest().major();
    Ok(if newest >= LEAST_FOR_OPENSEARCH_3 { Module::OpenSearch3 } else { Module::OpenSearch2 })
}

/// The folder with a module's jars; the first call fetches what any server lacks.
///
/// # Errors
/// Maven is missing or could not fetch.
pub fn of(stack: &Stack, module: Module) -> Outcome<PathBuf> {
    stack.jars.get_or_init(|| fetch_missing(stack)).clone()?;
    folder(stack, module)
}

/// Named after what it is made from, so that a changed version is another folder.
fn folder(stack: &Stack, module: Module) -> Outcome<PathBuf> {
    let place = &stack.place;
    let pom = format!("{}/pom.xml", module.name());
    let sources = ["pom.xml", pom.as_str()].into_iter().chain(module.main_source());
    let mut text = String::new();
    for source in sources {
        text.push_str(&place::read(&place.stack_file(source))?);
    }
    Ok(place.downloads.join(format!("{}-{:016x}", module.name(), fnv1a(&text))))
}

fn fetch_missing(stack: &Stack) -> Outcome {
    let mut missing = Vec::new();
    for module in [Module::Kafka, Module::Debezium, Module::DynamoDb, opensearch(stack)?] {
        let folder = folder(stack, module)?;
        if !folder.is_dir() {
            missing.push((module, folder));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let partial = stack.place.downloads.join(format!("partial-{}", std::process::id()));
    let outcome = fetch_into(stack, &missing, &partial);
    // Whole folders have left it by now; halves are of no use.
    place::remove_folder(&partial)?;
    outcome
}

fn fetch_into(stack: &Stack, missing: &[(Module, PathBuf)], partial: &Path) -> Outcome {
    copy_dependencies(stack, missing, partial)?;
    std::thread::scope(|scope| {
        let finishing: Vec<_> = missing
            .iter()
            .map(|(module, folder)| {
                scope.spawn(|| finish(stack, *module, &partial.join(module.name()), folder))
            })
            .collect();
        Failure::all(finishing.into_iter().map(join).collect())
    })
}

fn finish(stack: &Stack, module: Module, fetched: &Path, folder: &Path) -> Outcome {
    if let Some(source) = module.main_source() {
        java_main::add(stack, &stack.place.stack_file(source), fetched)?;
    }
    put_in_place(fetched, folder)
}

/// A folder appears whole or not at all; who comes second uses the first one's.
fn put_in_place(fetched: &Path, folder: &Path) -> Outcome {
    match std::fs::rename(fetched, folder) {
        Err(_) if folder.is_dir() => Ok(()),
        other => other.doing(|| format!("make {}", folder.display())),
    }
}

fn copy_dependencies(stack: &Stack, missing: &[(Module, PathBuf)], into: &Path) -> Outcome {
    let mut maven = Command::new(maven(stack)?);
    let modules: Vec<&str> = missing.iter().map(|(module, _)| module.name()).collect();
    maven.args(["-B", "-ntp", "-T4", "-f"]).arg(stack.place.stack_file("pom.xml"));
    maven.args(["-pl", &modules.join(","), "dependency:copy-dependencies"]);
    maven.arg(format!("-Dstack.jars={}", into.display()));
    maven.env("JAVA_HOME", &jdk::jdks(stack)?.usual().home);
    let log = stack.place.log("maven");
    let what = format!("fetching {}", modules.join(", "));
    let step = LongStep { who: "maven", what: &what, log: &log, grows: Some(into) };
    tool::run(maven, &step).map_err(|failure| {
        failure.remedy("is the network there? Maven takes mirrors and proxies from ~/.m2/settings.xml")
    })
}

fn maven(stack: &Stack) -> Outcome<PathBuf> {
    if let Some(maven) = tool::on_path("mvn") {
        return Ok(maven);
    }
    debian::install(stack, "Maven", &[&["maven"]]).map_err(|failure| {
        failure.remedy(
            "install Maven (Debian, Ubuntu: apt install maven; Fedora: dnf install maven; macOS: brew install maven)",
        )
    })?;
    tool::on_path("mvn").ok_or_else(|| Failure::new("Maven was installed but is not on PATH"))
}

/// FNV-1a: a fingerprint that is the same with every compiler.
fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_fnv1a() {
        for (text, expected) in [("", 0xcbf2_9ce4_8422_2325_u64), ("a", 0xaf63_dc4c_8601_ec8c)] {
            assert_eq!(fnv1a(text), expected, "{text:?}");
        }
    }
}
