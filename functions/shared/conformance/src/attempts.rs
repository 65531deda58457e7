//! What every adapter of the `attempts` ports does.
