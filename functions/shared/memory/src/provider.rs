//! In-memory `provider` ports.
