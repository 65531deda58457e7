//! Charges at the PSP, at most once.
