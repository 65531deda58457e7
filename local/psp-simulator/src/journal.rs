//! An append-only file of entries, so that charges outlive a kill.
//!
//! Each line is written with one `write` before the answer is given, so what was answered
//! survives the end of the process (not of the machine: nothing is synced). A line cut off
//! by a kill was never answered, and is cut off the file at the next start.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ledger::Entry;

/// One line: the state of one entry, whole.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) index: usize,
    pub(crate) entry: Entry,
}

#[derive(Serialize)]
struct LineRef<'a> {
    index: usize,
    entry: &'a Entry,
}

/// The open file, positioned at its end.
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens or creates the file and reads what it holds.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Line>)> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
        let mut journal = Self { file };
        journal.cut(u64::try_from(whole).unwrap_or(u64::MAX))?;
        Ok((journal, lines))
    }

    /// Appends the state of an entry.
    pub(crate) fn append(&mut self, index: usize, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&LineRef { index, entry })?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.cut(0)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(drop)
    }
}
