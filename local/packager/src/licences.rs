//! The licences of everything that is in the zips, with their texts: what most of them ask whoever passes the
//! code on to show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::contents::Component;
use crate::error::PackError;

/// How files with licences are called.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "copyright"];
/// How deep below a crate's folder they are looked for: C code has a folder of its own.
const DEPTH_MAX: usize = 2;
/// A longer file is no licence.
const BYTES_MAX: u64 = 200_000;

/// One text for all components that are not the project's own; each licence's text stands there once.
///
/// # Errors
/// A file cannot be read.
pub fn third_party<'a>(components: impl IntoIterator<Item = &'a Component>) -> Result<String, PackError> {
    let components: BTreeMap<String, &Component> =
        components.into_iter().filter(|component| !component.is_own).map(|each| (each.key(), each)).collect();
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (key, component) in &components {
        for file in files(component) {
            let bytes = std::fs::read(&file).map_err(|error| PackError::file(&file, error))?;
            let text = String::from_utf8_lossy(&bytes).replace('\r', "");
            texts.entry(text.trim().to_owned()).or_default().insert(key);
        }
    }
    let mut written = "What the gateway's functions are made of, beside its own code.\n\n".to_owned();
    for (key, component) in &components {
        let license = component.license.as_deref().unwrap_or("see its text below");
        written += &format!("{key}: {license}\n");
    }
    for (text, keys) in &texts {
        let keys: Vec<_> = keys.iter().copied().collect();
        written += &format!("\n{}\n{}\n\n{text}\n", "-".repeat(80), keys.join(", "));
    }
    Ok(written)
}

fn files(component: &Component) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&component.folder, 0, &mut found);
    found.extend(component.license_file.iter().map(|file| component.folder.join(file)));
    found.sort();
    found.dedup();
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        if kind.is_dir() && depth < DEPTH_MAX {
            collect(&path, depth + 1, found);
        } else if kind.is_file()
            && is_licence(&path)
            && entry.metadata().is_ok_and(|file| file.len() < BYTES_MAX)
        {
            found.push(path);
        }
    }
}

/// Named like one, and no source code about licences.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_text = path.extension().is_none_or(|ending| {
        let ending = ending.to_string_lossy().to_lowercase();
        !["rs", "c", "h", "py", "pl", "sh", "json", "toml", "html", "go"].contains(&ending.as_str())
    });
    is_text && NAMES.iter().any(|word| name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str, license: &str, is_own: bool) -> Component {
        Component {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: Some(license.to_owned()),
            repository: None,
            // This crate has no licence of its own; the workspace's stands above.
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            license_file: Some(PathBuf::from("LICENSE")),
            features: vec![],
            is_own,
            dependencies: BTreeSet::new(),
        }
    }

    #[test]
    fn each_text_stands_once_under_the_names_of_all_that_have_it() {
        let all = [component("a", "MIT", false), component("b", "ISC", false), component("own", "MIT", true)];
        let text = third_party(&all).unwrap();
        assert!(text.contains("a@1.0.0: MIT\nb@1.0.0: ISC\n"), "{text}");
        assert!(!text.contains("own@"), "{text}");
        let licence = std::fs::read_to_string(all[0].folder.join("LICENSE")).unwrap();
        assert_eq!(text.matches(licence.trim()).count(), 1);
        assert!(text.contains("\na@1.0.0, b@1.0.0\n\n"), "{text}");
    }

    #[test]
    fn licences_are_known_by_their_names() {
        for (path, expected) in [
            ("LICENSE", true),
            ("LICENSE-MIT", true),
            ("LICENSES.txt", true),
            ("licence.md", true),
            ("COPYING", true),
            ("NOTICE.md", true),
            ("license.rs", false),
            ("README.md", false),
        ] {
            assert_eq!(is_licence(Path::new(path)), expected, "{path}");
        }
    }
}
