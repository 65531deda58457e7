//! The checksums that Cargo.lock pins each crate by.

use std::collections::BTreeMap;

/// SHA-256 of each crate of a registry, by name and version.
#[derive(Debug, Default)]
pub struct Checksums(BTreeMap<(String, String), String>);

impl Checksums {
    /// Reads Cargo.lock, which cargo itself writes: one `key = "value"` a line.
    #[must_use]
    pub fn read(lock: &str) -> Self {
        let packages = lock.split("[[package]]").skip(1);
        Self(packages.filter_map(package).collect())
    }

    /// The checksum of a crate; none for members of the workspace.
    #[must_use]
    pub fn of(&self, name: &str, version: &str) -> Option<&str> {
        self.0.get(&(name.to_owned(), version.to_owned())).map(String::as_str)
    }
}

fn package(block: &str) -> Option<((String, String), String)> {
    let value = |key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
        Some(line.trim_matches('"').to_owned())
    };
    Some(((value("name")?, value("version")?), value("checksum")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_have_checksums_and_members_have_none() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\n\
                    checksum = \"12ab\"\ndependencies = [\n \"b\",\n]\n\n\
                    [[package]]\nname = \"b\"\nversion = \"0.1.0\"\n";
        let checksums = Checksums::read(lock);
        assert_eq!(checksums.of("a", "1.0.0"), Some("12ab"));
        assert_eq!(checksums.of("a", "1.0.1"), None);
        assert_eq!(checksums.of("b", "0.1.0"), None);
    }
}
