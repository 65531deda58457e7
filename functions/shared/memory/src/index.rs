//! In-memory `index` ports.
