//! What every adapter of the `index` ports does.
