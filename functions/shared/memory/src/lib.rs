//! Every port in memory, for tests and simulation.
