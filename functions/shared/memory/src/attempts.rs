//! In-memory `attempts` ports.
