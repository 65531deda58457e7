//! Beginning and continuing traces. The context itself is [`gateway_wire::trace`]'s.

use gateway_ports::Clock;
pub use gateway_wire::trace::{TRACEPARENT, TRACESTATE, TraceContext};

/// Begins a trace.
#[must_use]
pub fn start(clock: &impl Clock) -> TraceContext {
    TraceContext::root(clock.ulid(), span_id(clock))
}

/// The next position in the same trace.
#[must_use]
pub fn child(of: &TraceContext, clock: &impl Clock) -> TraceContext {
    of.at(span_id(clock))
}

/// The low bits of a ULID are its random ones.
fn span_id(clock: &impl Clock) -> u64 {
    (clock.ulid() & u128::from(u64::MAX)) as u64
}

/// Reads X-Ray's position, as Lambda gives it to an invocation:
/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[must_use]
pub fn from_x_ray(header: &str) -> Option<TraceContext> {
    let part =
        |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (time, random) = part("Root")?.strip_prefix("1-")?.split_once('-')?;
    let flags = if part("Sampled") == Some("1") { "01" } else { "00" };
    TraceContext::parse(&format!("00-{time}{random}-{}-{flags}", part("Parent")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_rays_position_is_a_trace_context() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
        for (header, traceparent) in [
            (format!("{root};Sampled=1"), Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")),
            (format!("{root};Sampled=0"), Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00")),
            ("Root=1-5759e988-bd862e3fe1be46a994272793".to_owned(), None),
            (String::new(), None),
        ] {
            let read = from_x_ray(&header).map(|context| context.to_string());
            assert_eq!(read.as_deref(), traceparent, "{header}");
        }
    }
}
