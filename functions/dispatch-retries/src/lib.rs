//! Sends due retries and sweeps stuck payments.
