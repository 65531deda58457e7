//! Filter patterns.

use crate::esm::record::RawRecord;

/// A mapping's filters.
#[derive(Debug)]
pub struct FilterSet;

/// A filter that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("filter")]
pub struct InvalidFilter;

impl FilterSet {
    /// Parses.
    pub fn parse(_patterns: &[String]) -> Result<Self, InvalidFilter> {
        Ok(Self)
    }

    /// Matches.
    pub fn matches(&self, _raw: &RawRecord<'_>) -> bool {
        true
    }
}
