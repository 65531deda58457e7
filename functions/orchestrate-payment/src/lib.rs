//! Turns an accepted payment into a first charge attempt.
