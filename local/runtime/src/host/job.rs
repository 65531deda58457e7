//! One call on its way to an environment.

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::invoke::InvokeOutcome;

/// What an environment gets from the pool.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) reply: oneshot::Sender<InvokeOutcome>,
}
