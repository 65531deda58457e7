//! W3C trace context, carried from the HTTP request through every record's headers to the last step.

use std::fmt;
use std::sync::Arc;

use gateway_domain::mask::mask_card_numbers;

/// The header's name, over HTTP and in Kafka records.
pub const TRACEPARENT: &str = "traceparent";
/// The header of what tracing systems along the way want to be passed on.
pub const TRACESTATE: &str = "tracestate";

/// The standard demands that so many characters are passed on; what is longer may be dropped.
const STATE_LEN_MAX: usize = 512;
/// The flag of [`TraceContext::flags`] that says that whoever began the trace records it.
const SAMPLED: u8 = 1;

/// A position in a trace. Source: W3C Trace Context, version 00.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The whole trace.
    pub trace_id: u128,
    /// This position in it.
    pub span_id: u64,
    /// The sampling decision, passed on as it came.
    pub flags: u8,
    /// What tracing systems want to be passed on, as it came.
    pub state: Option<Arc<str>>,
}

impl TraceContext {
    /// The first position of a trace that is recorded; zero is no id.
    #[must_use]
    pub fn root(trace_id: u128, span_id: u64) -> Self {
        Self { trace_id: trace_id.max(1), span_id: span_id.max(1), flags: SAMPLED, state: None }
    }

    /// Another position in the same trace.
    #[must_use]
    pub fn at(&self, span_id: u64) -> Self {
        Self { span_id: span_id.max(1), ..self.clone() }
    }

    /// Whether whoever began the trace records it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Reads a `traceparent`; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let span_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        let valid = version != 0xff && trace_id != 0 && span_id != 0;
        let context = Self {
            trace_id,
            span_id: u64::try_from(span_id).ok()?,
            flags: u8::try_from(flags).ok()?,
            state: None,
        };
        valid.then_some(context)
    }

    /// With a `tracestate`. One that is too long, no list of `key=value`, or seems to hold a card number
    /// (anybody could have written it) is not passed on.
    #[must_use]
    pub fn with_state(self, text: &str) -> Self {
        let text = text.trim();
        let is_list = text.split(',').all(|member| member.trim().is_empty() || member.contains('='));
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let fits = !text.is_empty() && text.len() <= STATE_LEN_MAX && is_list && is_printable;
        let state = (fits && mask_card_numbers(text) == text).then(|| text.into());
        Self { state, ..self }
    }

    /// Reads the headers, which `lookup` finds by their names in lower case.
    #[must_use]
    pub fn from_headers<'a>(lookup: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let context = Self::parse(lookup(TRACEPARENT)?)?;
        Some(match lookup(TRACESTATE) {
            Some(state) => context.with_state(state),
            None => context,
        })
    }

    /// The headers that carry it.
    #[must_use]
    pub fn to_headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![(TRACEPARENT.to_owned(), self.to_string())];
        headers.extend(self.state.as_deref().map(|state| (TRACESTATE.to_owned(), state.to_owned())));
        headers
    }
}

impl fmt::Display for TraceContext {
    /// As a `traceparent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

fn hex(digits: &str, len: usize) -> Option<u128> {
    let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (digits.len() == len && digits.bytes().all(lower)).then(|| u128::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_survives_reading_and_writing() {
        assert_eq!(TraceContext::parse(PARENT).unwrap().to_string(), PARENT);
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

    #[test]
    fn a_tracestate_is_passed_on_unless_it_is_none() {
        let too_long = format!("a={}", "x".repeat(511));
        for (text, kept) in [
            ("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", true),
            (" vendor@system=1 ", true),
            ("", false),
            ("no list", false),
            ("a=\u{e9}", false),
            ("a=4539620659922097", false),
            (too_long.as_str(), false),
        ] {
            let state = TraceContext::root(1, 1).with_state(text).state;
            assert_eq!(state.as_deref(), kept.then_some(text.trim()), "{text}");
        }
    }

    #[test]
    fn headers_are_read_as_they_were_written() {
        let sent = TraceContext::parse(PARENT).unwrap().with_state("congo=1").at(7);
        let headers = sent.to_headers();
        let lookup =
            |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(TraceContext::from_headers(lookup), Some(sent));
    }
}
