//! Carries product changes into the search index.
