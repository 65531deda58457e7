//! The Lambda edge: events in, answers out.
