//! What every adapter of the `claims` ports does.
