//! In-memory `claims` ports.
