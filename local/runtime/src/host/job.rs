//! One call on its way to an environment.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::load::Busy;
use super::tail::Tail;
use crate::invoke::InvokeOutcome;

/// What an environment gets from the pool.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: Arc<str>,
    pub(super) payload: Bytes,
    pub(super) reply: oneshot::Sender<InvokeOutcome>,
    /// Takes what the call prints, if that was asked for.
    pub(super) tail: Option<Arc<Tail>>,
    /// Keeps the environment that was chosen for it.
    pub(super) busy: Option<Busy>,
}
