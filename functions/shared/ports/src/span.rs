//! How adapters tell of the time that their servers take: as `tracing` spans of this target, with the
//! names and attributes of OpenTelemetry's conventions. Where nobody listens they cost nothing.

/// The target of every such span.
pub const TARGET: &str = "gateway_span";
