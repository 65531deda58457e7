//! As much HTTP as a health check needs: one request, one connection, no TLS.

use std::borrow::Cow;
use std::io::{self, Read};
use std::time::Duration;

use super::{Wire, connect};

/// The longest answer that is read; a health check says little.
const ANSWER_BYTES_MAX: u64 = 1_000_000;

/// A request to a server of the stack.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path with its query.
    pub path: String,
    /// Further headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// What is sent; empty for none.
    pub body: Cow<'static, str>,
}

impl Request {
    /// A plain GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: Vec::new(), body: "".into() }
    }
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// What follows the headers, as it came.
    pub body: String,
}

/// Sends a request to a port of this machine.
///
/// # Errors
/// The server does not answer, or not in HTTP.
pub fn send(port: u16, request: &Request) -> io::Result<Response> {
    exchange(&mut connect(port)?, port, request)
}

/// As [`send`], to a server that may think for so long.
///
/// # Errors
/// The server does not answer in time, or not in HTTP.
pub fn send_within(port: u16, request: &Request, patience: Duration) -> io::Result<Response> {
    let mut stream = connect(port)?;
    stream.set_read_timeout(Some(patience))?;
    exchange(&mut stream, port, request)
}

fn exchange(wire: &mut impl Wire, port: u16, request: &Request) -> io::Result<Response> {
    wire.write_all(text_of(port, request).as_bytes())?;
    let mut answer = Vec::new();
    wire.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    parse(&String::from_utf8_lossy(&answer)).ok_or_else(|| io::Error::other("does not answer in HTTP"))
}

fn text_of(port: u16, request: &Request) -> String {
    let Request { method, path, headers, body } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text + "\r\n" + body.as_ref()
}

fn parse(answer: &str) -> Option<Response> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut status_line = head.lines().next()?.split(' ');
    status_line.next().filter(|version| version.starts_with("HTTP/"))?;
    let status = status_line.next()?.parse().ok()?;
    Some(Response { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_status_and_body() {
        let rows = [
            ("HTTP/1.1 200 OK\r\nA: b\r\n\r\nfine", Some((200, "fine"))),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Some((503, ""))),
            ("SSH-2.0-OpenSSH\r\n\r\n", None),
            ("HTTP/1.1 200 OK", None),
        ];
        for (answer, expected) in rows {
            let expected = expected.map(|(status, body)| Response { status, body: body.to_owned() });
            assert_eq!(parse(answer), expected, "{answer}");
        }
    }

    #[test]
    fn a_body_is_announced_with_its_length() {
        let request =
            Request { method: "POST", path: "/".to_owned(), headers: vec![("A", "b")], body: "{}".into() };
        let text = text_of(80, &request);
        assert!(text.starts_with("POST / HTTP/1.1\r\n") && text.contains("A: b\r\n"), "{text}");
        assert!(text.ends_with("Content-Length: 2\r\n\r\n{}"), "{text}");
    }
}
