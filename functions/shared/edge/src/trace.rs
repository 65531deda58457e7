//! W3C trace context, carried from the HTTP request through every record's headers to the last step.

use std::fmt;

use gateway_ports::Clock;

/// The header's name, over HTTP and in Kafka records.
pub const TRACEPARENT: &str = "traceparent";

/// A position in a trace. Source: W3C Trace Context, version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The whole trace.
    pub trace_id: u128,
    /// This position in it.
    pub span_id: u64,
    /// The sampling decision, passed on as it came.
    pub flags: u8,
}

impl TraceContext {
    /// Reads a `traceparent`; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let span_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        let valid = version != 0xff && trace_id != 0 && span_id != 0;
        let context =
            Self { trace_id, span_id: u64::try_from(span_id).ok()?, flags: u8::try_from(flags).ok()? };
        valid.then_some(context)
    }

    /// Begins a trace.
    #[must_use]
    pub fn start(clock: &impl Clock) -> Self {
        Self { trace_id: clock.ulid().max(1), span_id: span_id(clock), flags: 1 }
    }

    /// The next position in the same trace.
    #[must_use]
    pub fn child(self, clock: &impl Clock) -> Self {
        Self { span_id: span_id(clock), ..self }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

fn hex(digits: &str, len: usize) -> Option<u128> {
    let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (digits.len() == len && digits.bytes().all(lower)).then(|| u128::from_str_radix(digits, 16).ok())?
}

/// The low bits of a ULID are its random ones.
fn span_id(clock: &impl Clock) -> u64 {
    ((clock.ulid() & u128::from(u64::MAX)) as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_survives_reading_and_writing() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(TraceContext::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn what_is_no_traceparent_is_not_taken() {
        for text in [
            "",
            "00-0-0-0",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }
}
