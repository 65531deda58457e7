//! Configuration: read once at start from the environment; what is missing is said by name.

use std::fmt::Display;
use std::str::FromStr;

/// A variable that is missing or cannot be read, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name} {problem}; {remedy}")]
pub struct ConfigError {
    name: &'static str,
    problem: String,
    remedy: &'static str,
}

/// The text of a variable that must be there.
///
/// # Errors
/// [`ConfigError`] with `remedy` when it is missing or empty.
pub fn required(name: &'static str, remedy: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or_else(|| ConfigError { name, problem: "is not set".to_owned(), remedy })
}

/// The text of a variable that may be missing; an empty one counts as missing.
#[must_use]
pub fn optional(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// The value of a variable that may be missing.
///
/// # Errors
/// [`ConfigError`] when it is there and cannot be read.
pub fn parsed_or<T>(name: &'static str, default: T, remedy: &'static str) -> Result<T, ConfigError>
where
    T: FromStr,
    T::Err: Display,
{
    match optional(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|error| ConfigError {
            name,
            problem: format!("cannot be read ({error})"),
            remedy,
        }),
    }
}
