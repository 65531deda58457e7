//! The Java installations of this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{debian, tool};
use crate::failure::{Failure, Outcome};
use crate::stack::Stack;

/// The least that Kafka and DynamoDB Local run on.
pub const LEAST: u32 = 17;
/// The least that OpenSearch 3 runs on.
pub const LEAST_FOR_OPENSEARCH_3: u32 = 21;

/// A Java installation; ordered by version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Jdk {
    /// `17.0.15` as `[17, 0, 15]`.
    pub version: Vec<u32>,
    /// The folder that holds `bin/java`.
    pub home: PathBuf,
}

impl Jdk {
    /// A program of this installation.
    pub fn program(&self, name: &str) -> PathBuf {
        self.home.join("bin").join(name)
    }

    /// The feature release: 17, 21, 25.
    pub fn major(&self) -> u32 {
        self.version.first().copied().unwrap_or(0)
    }

    fn can_compile(&self) -> bool {
        self.program("javac").is_file() && self.program("jar").is_file()
    }
}

/// The usable Java installations, oldest first; at least one.
#[derive(Debug, Clone)]
pub struct Jdks(Vec<Jdk>);

impl Jdks {
    /// The one most servers run on: the oldest that will do, since that is what they are tried on.
    pub fn usual(&self) -> &Jdk {
        &self.0[0]
    }

    /// The newest one.
    pub fn newest(&self) -> &Jdk {
        &self.0[self.0.len() - 1]
    }

    /// The newest one with a compiler: an older one cannot read newer class files.
    pub fn newest_compiler(&self) -> Option<&Jdk> {
        self.0.iter().rfind(|jdk| jdk.can_compile())
    }
}

/// The Java installations of this machine; installs one where there is none and it may.
///
/// # Errors
/// There is none, with what to install.
pub fn jdks(stack: &Stack) -> Outcome<&Jdks> {
    stack.jdks.get_or_init(|| find_or_install(stack)).as_ref().map_err(Clone::clone)
}

fn find_or_install(stack: &Stack) -> Outcome<Jdks> {
    if let Some(found) = with_a_compiler(find()) {
        return Ok(found);
    }
    debian::install(stack, "a JDK", &[&["openjdk-21-jdk-headless", "openjdk-17-jdk-headless"]]).map_err(
        |failure| {
            failure.remedy(format!(
                "install a JDK {LEAST} or newer (Debian, Ubuntu: apt install openjdk-17-jdk-headless; \
                 Fedora: dnf install java-21-openjdk-devel; macOS: brew install openjdk@21), or set JAVA_HOME"
            ))
        },
    )?;
    with_a_compiler(find()).ok_or_else(|| Failure::new("the JDK just installed cannot be found"))
}

fn with_a_compiler(jdks: Vec<Jdk>) -> Option<Jdks> {
    jdks.iter().any(Jdk::can_compile).then_some(Jdks(jdks))
}

fn find() -> Vec<Jdk> {
    let found: BTreeSet<Jdk> = homes().iter().filter_map(|home| installed_at(home)).collect();
    found.into_iter().collect()
}

fn installed_at(home: &Path) -> Option<Jdk> {
    let home = home.canonicalize().ok()?;
    let release = std::fs::read_to_string(home.join("release")).ok()?;
    let version = version_in(&release)?;
    let jdk = Jdk { version, home };
    (jdk.major() >= LEAST && jdk.program("java").is_file()).then_some(jdk)
}

/// The version in a JDK's `release` file.
fn version_in(release: &str) -> Option<Vec<u32>> {
    let line = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    let digits = line.trim_matches('"').split(|c: char| !c.is_ascii_digit());
    let version: Vec<u32> = digits.map_while(|number| number.parse().ok()).collect();
    (!version.is_empty()).then_some(version)
}

/// Every folder a Java installation may be in.
fn homes() -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = std::env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().collect();
    let java = tool::on_path("java").and_then(|java| java.canonicalize().ok());
    homes.extend(java.and_then(|java| Some(java.parent()?.parent()?.to_owned())));
    for folder in ["/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines", "/opt/homebrew/opt"] {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            homes.extend([
                entry.path().join("Contents/Home"),
                entry.path().join("libexec/openjdk.jdk/Contents/Home"),
                entry.path(),
            ]);
        }
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_release_files() {
        let rows: [(&str, Option<&[u32]>); 5] = [
            ("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n", Some(&[17, 0, 15])),
            ("JAVA_VERSION=\"25\"", Some(&[25])),
            ("JAVA_VERSION=\"21.0.2+13\"", Some(&[21, 0, 2, 13])),
            ("JAVA_VERSION=\"\"", None),
            ("OTHER=1", None),
        ];
        for (release, expected) in rows {
            assert_eq!(version_in(release).as_deref(), expected, "{release}");
        }
    }

    #[test]
    fn versions_compare_by_number_not_by_text() {
        let rows = [("17.0.9", "17.0.15"), ("17.0.15", "21"), ("21.0.2", "25.0.1"), ("17", "17.0.1")];
        for (older, newer) in rows {
            let parse = |text: &str| version_in(&format!("JAVA_VERSION=\"{text}\"")).unwrap();
            assert!(parse(older) < parse(newer), "{older} < {newer}");
        }
    }
}
