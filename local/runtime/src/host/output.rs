//! What one environment prints, and to which call each line belongs.
//!
//! An environment on demand has one call at a time, so a line belongs to the call during which it was printed; on
//! instances a line belongs to no call.
//! A process asks for work when its call is over: what it printed before is in its pipes by then, and is
//! read before the next call begins.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::unix::pipe::Receiver;

use super::FunctionLog;
use super::tail::Tail;

/// A longer line is cut in pieces.
const LINE_BYTES_MAX: usize = 256 * 1_024;
/// What a pipe holds.
const PIPE_BYTES: u64 = 64 * 1_024;
/// What is read at once.
const READ_BYTES: usize = 4 * 1_024;

/// The pipes of one environment's process.
#[derive(Debug)]
pub(super) struct Output {
    log: Arc<FunctionLog>,
    pipes: Mutex<Vec<Arc<Pipe>>>,
    call: Mutex<Option<Call>>,
}

/// The call that an environment was given last.
#[derive(Debug, Clone)]
struct Call {
    request_id: Arc<str>,
    /// Takes what is printed, where somebody asked for it.
    tail: Option<Arc<Tail>>,
}

#[derive(Debug)]
struct Pipe {
    /// Wakes who follows it.
    receiver: Receiver,
    /// The same pipe, read without asking tokio, which may not have heard yet of what was printed just now.
    file: File,
    /// The line that has been begun.
    begun: tokio::sync::Mutex<Vec<u8>>,
}

impl Output {
    /// Of a process that is yet to be started.
    pub(super) fn new(log: Arc<FunctionLog>) -> Self {
        Self { log, pipes: Mutex::default(), call: Mutex::default() }
    }

    /// Reads a pipe until the process and all that it started have closed it.
    pub(super) fn follow(self: &Arc<Self>, pipe: OwnedFd) -> std::io::Result<()> {
        let pipe = Arc::new(Pipe::new(pipe)?);
        lock(&self.pipes).push(Arc::clone(&pipe));
        let output = Arc::clone(self);
        tokio::spawn(
            async move { while pipe.receiver.readable().await.is_ok() && pipe.take(&output).await {} },
        );
        Ok(())
    }

    /// Reads what has been printed so far.
    pub(super) async fn settle(&self) {
        let pipes = lock(&self.pipes).clone();
        for pipe in pipes {
            pipe.empty(self).await;
        }
    }

    /// From now on lines belong to this call.
    pub(super) fn begin(&self, request_id: &Arc<str>, tail: Option<Arc<Tail>>) {
        *lock(&self.call) = Some(Call { request_id: Arc::clone(request_id), tail });
    }

    async fn print(&self, lines: Vec<Vec<u8>>) {
        for line in lines {
            let call = lock(&self.call).clone();
            if let Some(tail) = call.as_ref().and_then(|call| call.tail.as_ref()) {
                tail.keep(&line);
            }
            self.log.write(call.map(|call| call.request_id), line).await;
        }
    }
}

impl Pipe {
    fn new(pipe: OwnedFd) -> std::io::Result<Self> {
        let file = File::from(pipe.try_clone()?);
        // It makes both of them non-blocking.
        Ok(Self { receiver: Receiver::from_owned_fd(pipe)?, file, begun: tokio::sync::Mutex::default() })
    }

    /// Logs what tokio knows to be there; false where nothing will come any more.
    async fn take(&self, output: &Output) -> bool {
        // Held until the lines are logged: they stay in order.
        let mut begun = self.begun.lock().await;
        begun.reserve(READ_BYTES);
        let is_open = match self.receiver.try_read_buf(&mut *begun) {
            Ok(bytes) => bytes > 0,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        };
        output.print(lines(&mut begun, !is_open)).await;
        is_open
    }

    /// Logs what is there, at most what a pipe holds: what was printed before is among it.
    async fn empty(&self, output: &Output) {
        let mut begun = self.begun.lock().await;
        let before = begun.len();
        // It ends with the pipe, or because there is nothing more for now.
        drop((&self.file).take(PIPE_BYTES).read_to_end(&mut begun));
        if begun.len() > before {
            output.print(lines(&mut begun, false)).await;
        }
    }
}

/// Takes the lines that are complete; at the end of everything also the last one.
fn lines(begun: &mut Vec<u8>, is_last: bool) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut rest = begun.as_slice();
    while !rest.is_empty() {
        let end = rest.iter().take(LINE_BYTES_MAX).position(|&byte| byte == b'\n').map(|at| at + 1);
        let end = end.or((rest.len() >= LINE_BYTES_MAX).then_some(LINE_BYTES_MAX));
        let Some(end) = end.or(is_last.then_some(rest.len())) else { break };
        let (line, after) = rest.split_at(end);
        lines.push(without_end(line).to_vec());
        rest = after;
    }
    let taken = begun.len() - rest.len();
    begun.drain(..taken);
    lines
}

fn without_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
    &line[..end.map_or(0, |last| last + 1)]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::host::LogBook;

    fn output() -> (Arc<Output>, std::io::PipeWriter) {
        let (reader, writer) = std::io::pipe().unwrap();
        let output = Arc::new(Output::new(LogBook::new(None).function("f")));
        output.follow(reader.into()).unwrap();
        (output, writer)
    }

    #[test]
    fn lines_are_cut_at_their_ends_and_at_the_longest_that_may_be() {
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        for (text, is_last, expected, left) in [
            ("a\nb\r\n\nc", false, vec!["a", "b", ""], "c"),
            ("a\nb", true, vec!["a", "b"], ""),
            ("", true, vec![], ""),
            (&long, false, vec![&long[1..]], "x"),
        ] {
            let mut begun = text.as_bytes().to_vec();
            let lines: Vec<_> = lines(&mut begun, is_last);
            assert_eq!(lines, expected.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
            assert_eq!(begun, left.as_bytes());
        }
    }

    /// Neither the reader's task nor tokio's own knowledge of the pipe is asked.
    #[tokio::test]
    async fn what_was_printed_before_the_next_call_begins_belongs_to_the_one_before() {
        let (output, mut writer) = output();
        let tails = [Arc::new(Tail::default()), Arc::new(Tail::default())];
        for (number, tail) in tails.iter().enumerate() {
            output.settle().await;
            output.begin(&number.to_string().into(), Some(Arc::clone(tail)));
            writeln!(writer, "printed by {number}").unwrap();
        }
        output.settle().await;
        let printed = tails.map(|tail| String::from_utf8(tail.bytes()).unwrap());
        assert_eq!(printed, ["printed by 0\n", "printed by 1\n"]);
    }

    #[tokio::test]
    async fn the_last_line_needs_no_end() {
        let (output, mut writer) = output();
        let tail = Arc::new(Tail::default());
        output.begin(&"1".into(), Some(Arc::clone(&tail)));
        write!(writer, "cut off").unwrap();
        drop(writer);
        while tail.bytes().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(tail.bytes(), b"cut off\n");
    }
}
