//! Java commands that start fast and stay small.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Outcome;
use crate::fetch::jdk::Jdk;
use crate::place;
use crate::stack::Stack;

/// A Java server process.
#[derive(Debug)]
pub struct Java<'a> {
    /// What it is called.
    pub name: &'static str,
    /// What runs it.
    pub jdk: &'a Jdk,
    /// The largest heap, in MiB.
    pub heap_mib: u32,
    /// The folder with its jars.
    pub jars: &'a Path,
    /// Its main class.
    pub main: &'static str,
}

impl Java<'_> {
    /// The command up to the main class: the caller adds the program's arguments.
    ///
    /// The serial collector keeps the process small.
    pub fn command(&self, options: &[String]) -> Command {
        let mut command = Command::new(self.jdk.program("java"));
        command
            .arg(format!("-Xmx{}m", self.heap_mib))
            .args(["-XX:+UseSerialGC", "-XX:+UseTransparentHugePages"])
            .args(options);
        command.arg("-cp").arg(format!("{}/*", self.jars.display())).arg(self.main);
        // It would be reported as an error in every log, and invalidate class archives.
        command.env_remove("JAVA_TOOL_OPTIONS");
        command
    }

    /// Options that use the archive of loaded classes, or have it written at this process's end.
    ///
    /// So the first start is not slowed by training, and the second is two to three times as fast.
    /// The archive is named after what it depends on; the JVM ignores one that does not fit.
    pub fn class_archive(&self, stack: &Stack) -> Outcome<[String; 1]> {
        let archive = self.archive_file(stack);
        if archive.is_file() {
            return Ok([format!("-XX:SharedArchiveFile={}", archive.display())]);
        }
        if let Some(folder) = archive.parent() {
            place::make_folder(folder)?;
        }
        Ok([format!("-XX:ArchiveClassesAtExit={}", archive.display())])
    }

    fn archive_file(&self, stack: &Stack) -> PathBuf {
        let version: Vec<String> = self.jdk.version.iter().map(u32::to_string).collect();
        let jars = self.jars.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{}-{jars}-java{}.jsa", self.name, version.join("."));
        stack.place.state.join("class-archives").join(file)
    }
}
