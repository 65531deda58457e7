//! End-to-end and conformance tests against the running stack.
