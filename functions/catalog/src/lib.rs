//! The product catalogue over HTTP.
