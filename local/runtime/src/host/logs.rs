//! What functions print: to standard output with the function's name and the call's request id before
//! it, and as it is to a file per function.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

/// Lines that wait to be written; a full queue slows down the function that prints.
const LINES_MAX: usize = 4_096;

/// Collects the lines of all functions and writes them from one thread.
#[derive(Debug)]
pub struct LogBook {
    lines: mpsc::Sender<Entry>,
    logs: Mutex<HashMap<Arc<str>, Arc<FunctionLog>>>,
}

/// The log of one function.
#[derive(Debug)]
pub struct FunctionLog {
    name: Arc<str>,
    lines: mpsc::Sender<Entry>,
}

#[derive(Debug)]
enum Entry {
    Line(Line),
    /// Everything before it has been written.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Line {
    function: Arc<str>,
    /// The request id of the call that it belongs to, if it belongs to one.
    call: Option<Arc<str>>,
    text: Vec<u8>,
}

impl LogBook {
    /// Writes to standard output, and to `<folder>/<function>.log` if a folder is given.
    pub fn new(folder: Option<PathBuf>) -> Arc<Self> {
        let (sender, receiver) = mpsc::channel(LINES_MAX);
        std::thread::spawn(move || write_entries(receiver, folder.as_deref()));
        Arc::new(Self { lines: sender, logs: Mutex::default() })
    }

    /// Waits until what has been printed so far is written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.lines.send(Entry::Flush(done)).await.is_ok() {
            drop(written.await);
        }
    }

    /// The log of a function, made at first use.
    pub fn function(&self, name: &str) -> Arc<FunctionLog> {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = logs.get(name) {
            return Arc::clone(log);
        }
        let name: Arc<str> = name.into();
        let log = FunctionLog { name: Arc::clone(&name), lines: self.lines.clone() };
        Arc::clone(logs.entry(name).or_insert(Arc::new(log)))
    }
}

impl FunctionLog {
    /// Writes a line, waiting where the log cannot follow.
    pub(super) async fn write(&self, call: Option<Arc<str>>, text: Vec<u8>) {
        // The writing thread lives as long as the book.
        drop(self.lines.send(self.entry(call, text)).await);
    }

    /// Writes a line about a call, or leaves it out where the log cannot follow.
    pub(super) fn try_write(&self, call: &Arc<str>, text: String) {
        drop(self.lines.try_send(self.entry(Some(Arc::clone(call)), text.into_bytes())));
    }

    /// Writes a line about no call, or leaves it out where the log cannot follow.
    pub fn try_line(&self, text: String) {
        drop(self.lines.try_send(self.entry(None, text.into_bytes())));
    }

    fn entry(&self, call: Option<Arc<str>>, text: Vec<u8>) -> Entry {
        Entry::Line(Line { function: Arc::clone(&self.name), call, text })
    }
}

/// Runs on a thread of its own, since a terminal or a disk may block.
fn write_entries(mut entries: mpsc::Receiver<Entry>, folder: Option<&Path>) {
    let mut files: HashMap<Arc<str>, Option<File>> = HashMap::new();
    while let Some(entry) = entries.blocking_recv() {
        match entry {
            // Who waits for it may have gone.
            Entry::Flush(done) => drop(done.send(())),
            Entry::Line(line) => {
                // A closed standard output is no reason to lose the files.
                drop(line.write(&mut std::io::stdout().lock()));
                let Some(folder) = folder else { continue };
                let file = files.entry(Arc::clone(&line.function));
                if let Some(file) = file.or_insert_with(|| open(folder, &line.function)) {
                    drop(file.write_all(&line.text).and_then(|()| file.write_all(b"\n")));
                }
            }
        }
    }
}

impl Line {
    fn write(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        match &self.call {
            Some(call) => write!(out, "{} {call} | ", self.function)?,
            None => write!(out, "{} | ", self.function)?,
        }
        out.write_all(&self.text)?;
        out.write_all(b"\n")
    }
}

fn open(folder: &Path, function: &str) -> Option<File> {
    let path = folder.join(format!("{function}.log"));
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.inspect_err(|error| tracing::warn!(path = %path.display(), %error, "no log file")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_function_and_its_call_before_it() {
        for (call, expected) in [(Some("6f1c".into()), "pay 6f1c | done\n"), (None, "pay | done\n")] {
            let mut out = Vec::new();
            Line { function: "pay".into(), call, text: b"done".to_vec() }.write(&mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
