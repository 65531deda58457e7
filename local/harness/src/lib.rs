//! Provisions, demonstrates and measures the running gateway.
