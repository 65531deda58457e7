//! In-memory `log` ports.
