//! What functions print: to standard output with the function's name before it, and to a file
//! per function.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::sync::{mpsc, oneshot};

use super::tail::TailSlot;

/// Lines that wait to be written; a full queue slows down the function that prints.
const LINES_MAX: usize = 4_096;
/// A longer line is cut in pieces.
const LINE_BYTES_MAX: u64 = 256 * 1_024;

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
    Line {
        function: Arc<str>,
        text: Vec<u8>,
    },
    /// Everything before it has been written.
    Flush(oneshot::Sender<()>),
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
    /// Writes a line of the host's own.
    pub(super) async fn line(&self, text: String) {
        self.write(text.into_bytes()).await;
    }

    /// Writes a line of the host's own, or leaves it out where the log cannot follow.
    pub fn try_line(&self, text: String) {
        let text = text.into_bytes();
        drop(self.lines.try_send(Entry::Line { function: Arc::clone(&self.name), text }));
    }

    /// Reads what a process prints until it closes the pipe; the call that it is busy with gets its
    /// part.
    pub(super) fn follow(
        self: &Arc<Self>,
        pipe: impl AsyncRead + Send + Unpin + 'static,
        call: Arc<TailSlot>,
    ) {
        let log = Arc::clone(self);
        tokio::spawn(async move {
            let mut reader = BufReader::new(pipe);
            loop {
                let mut text = Vec::new();
                match (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut text).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        trim_end(&mut text);
                        call.keep(&text);
                        log.write(text).await;
                    }
                }
            }
        });
    }

    async fn write(&self, text: Vec<u8>) {
        // The writing thread lives as long as the book.
        drop(self.lines.send(Entry::Line { function: Arc::clone(&self.name), text }).await);
    }
}

fn trim_end(text: &mut Vec<u8>) {
    while matches!(text.last(), Some(b'\n' | b'\r')) {
        text.pop();
    }
}

/// Runs on a thread of its own, since a terminal or a disk may block.
fn write_entries(mut entries: mpsc::Receiver<Entry>, folder: Option<&Path>) {
    let mut files: HashMap<Arc<str>, Option<File>> = HashMap::new();
    while let Some(entry) = entries.blocking_recv() {
        match entry {
            // Who waits for it may have gone.
            Entry::Flush(done) => drop(done.send(())),
            Entry::Line { function, text } => {
                // A closed standard output is no reason to lose the files.
                drop(write_stdout(&function, &text));
                let Some(folder) = folder else { continue };
                let file = files.entry(Arc::clone(&function)).or_insert_with(|| open(folder, &function));
                if let Some(file) = file {
                    drop(file.write_all(&text).and_then(|()| file.write_all(b"\n")));
                }
            }
        }
    }
}

fn write_stdout(function: &str, text: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{function} | ")?;
    stdout.write_all(text)?;
    stdout.write_all(b"\n")
}

fn open(folder: &Path, function: &str) -> Option<File> {
    let path = folder.join(format!("{function}.log"));
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.inspect_err(|error| tracing::warn!(path = %path.display(), %error, "no log file")).ok()
}
