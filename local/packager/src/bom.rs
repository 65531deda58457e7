//! A function's bill of materials in CycloneDX's JSON.
//!
//! The same contents always give the same text: it says when nothing was made, since nobody can check that.

use serde_json::{Value, json};

use crate::contents::{Component, Contents};
use crate::gate::Arch;
use crate::lock::Checksums;

/// The version of the format: <https://cyclonedx.org/docs/1.6/json/>.
const SPEC_VERSION: &str = "1.6";

/// What a bill of materials is about.
#[derive(Debug)]
pub struct Described<'a> {
    /// What is in the binary.
    pub contents: &'a Contents,
    /// The processor it is for.
    pub arch: Arch,
    /// SHA-256 of `bootstrap`.
    pub binary_sha256: &'a str,
}

/// The bill of materials.
#[must_use]
pub fn describe(described: &Described<'_>, checksums: &Checksums) -> Value {
    let Contents { root, components } = described.contents;
    let all = std::iter::once(root).chain(components.values());
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": serial_number(described.binary_sha256),
        "version": 1,
        "metadata": {"component": {
            "type": "application",
            "bom-ref": reference(root),
            "name": root.name,
            "version": root.version,
            "hashes": [{"alg": "SHA-256", "content": described.binary_sha256}],
            "properties": [property("architecture", described.arch.name())],
        }},
        "components": components.values().map(|component| library(component, checksums)).collect::<Vec<_>>(),
        "dependencies": all.map(|component| dependencies(component, described.contents)).collect::<Vec<_>>(),
    })
}

/// A UUID made of the binary's digest: one for each binary, and always the same.
fn serial_number(sha256: &str) -> String {
    let digit = |at: usize| sha256.get(at..=at).unwrap_or("0");
    let digits: String = (0..32)
        .map(|at| match at {
            // Version 8, whatever its maker likes, and the variant of all UUIDs.
            12 => "8",
            16 => "a",
            _ => digit(at),
        })
        .collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A package URL for what a registry has; members of the workspace have none.
fn reference(component: &Component) -> String {
    let scheme = if component.is_own { "workspace:" } else { "pkg:cargo/" };
    format!("{scheme}{}@{}", component.name, component.version.replace('+', "%2B"))
}

fn library(component: &Component, checksums: &Checksums) -> Value {
    let reference = reference(component);
    let mut library = json!({
        "type": "library",
        "bom-ref": reference,
        "name": component.name,
        "version": component.version,
        "properties": component.features.iter().map(|name| property("feature", name)).collect::<Vec<_>>(),
    });
    if !component.is_own {
        library["purl"] = reference.into();
    }
    if let Some(license) = &component.license {
        // Cargo's old way to write a choice.
        library["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    if let Some(checksum) = checksums.of(&component.name, &component.version) {
        library["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if let Some(repository) = &component.repository {
        library["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    library
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": format!("cargo:{name}"), "value": value})
}

fn dependencies(component: &Component, contents: &Contents) -> Value {
    let known = component.dependencies.iter().filter_map(|key| contents.components.get(key));
    json!({"ref": reference(component), "dependsOn": known.map(reference).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::tests::{compiled, workspace};

    fn bill() -> Value {
        let contents = Contents::of("pay", &workspace(), &compiled()).unwrap();
        let checksums =
            Checksums::read("[[package]]\nname = \"log\"\nversion = \"1.0.0\"\nchecksum = \"12ab\"\n");
        let sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        describe(&Described { contents: &contents, arch: Arch::Arm64, binary_sha256: sha256 }, &checksums)
    }

    #[test]
    fn everything_is_named_once_with_licence_features_and_checksum() {
        let bill = bill();
        let components = bill["components"].as_array().unwrap();
        assert_eq!(components.len(), 3);
        let log = &components[0];
        assert_eq!(log["purl"], "pkg:cargo/log@1.0.0");
        assert_eq!(log["licenses"][0]["expression"], "MIT");
        assert_eq!(log["hashes"][0]["content"], "12ab");
        assert_eq!(log["properties"][1], json!({"name": "cargo:feature", "value": "std"}));
    }

    #[test]
    fn every_dependency_is_a_component() {
        let bill = bill();
        let known: Vec<_> =
            bill["components"].as_array().unwrap().iter().map(|each| &each["bom-ref"]).collect();
        for dependency in bill["dependencies"].as_array().unwrap() {
            for wanted in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(&wanted), "{wanted} of {}", dependency["ref"]);
            }
        }
    }

    #[test]
    fn the_serial_number_is_a_uuid_of_the_binary() {
        assert_eq!(bill()["serialNumber"], "urn:uuid:01234567-89ab-8def-a123-456789abcdef");
        assert_eq!(bill(), bill());
    }
}
