//! Compiles a main class of ours against a server's jars, and puts it beside them.

use std::path::Path;
use std::process::Command;

use super::jdk;
use super::tool::{self, LongStep};
use crate::failure::{Failure, Outcome};
use crate::place;
use crate::stack::Stack;

/// Adds `local-main.jar` with the compiled source to a folder of jars.
///
/// A jar rather than a folder of classes: a class path with folders cannot be archived for
/// faster starts.
pub fn add(stack: &Stack, source: &Path, jars: &Path) -> Outcome {
    let jdk = jdk::jdks(stack)?.newest_compiler();
    let jdk = jdk.ok_or_else(|| Failure::new("no JDK here has a compiler"))?;
    let classes = jars.join("classes");
    let mut javac = Command::new(jdk.program("javac"));
    javac.args(["--release", "17", "-nowarn", "-proc:none", "-d"]).arg(&classes);
    javac.arg("-cp").arg(format!("{}/*", jars.display())).arg(source);
    let who = source.file_stem().unwrap_or_default().to_string_lossy();
    run(stack, javac, &format!("compiling {who}"))?;
    let mut jar = Command::new(jdk.program("jar"));
    jar.arg("cf").arg(jars.join("local-main.jar")).arg("-C").arg(&classes).arg(".");
    run(stack, jar, &format!("packing {who}"))?;
    place::remove_folder(&classes)
}

fn run(stack: &Stack, command: Command, what: &str) -> Outcome {
    let log = stack.place.log(&what.replace(' ', "-"));
    tool::run(command, &LongStep { who: "javac", what, log: &log, grows: None })
}
