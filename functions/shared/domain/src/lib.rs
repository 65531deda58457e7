//! The rules of the gateway: pure values and decisions.
