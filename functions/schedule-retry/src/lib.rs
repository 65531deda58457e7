//! Puts a failed attempt on the retry table.
