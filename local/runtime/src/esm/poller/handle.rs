//! What the rest of the runtime holds of a running mapping.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::start::StartError;
use crate::esm::config::MappingConfig;
use crate::esm::metrics::{MappingMetrics, MetricsSnapshot};
use crate::esm::status::MappingStatus;

/// What a mapping can be asked.
#[derive(Debug)]
pub enum Command {
    /// Enable or disable it.
    SetEnabled(bool),
    /// Run it by another configuration.
    Update {
        /// The whole configuration.
        config: Box<MappingConfig>,
        /// Whether it can be run.
        reply: oneshot::Sender<Result<(), StartError>>,
    },
    /// Tell how it is doing.
    Status {
        /// Whether the brokers are asked for the partitions' ends.
        with_lag: bool,
        /// Where to.
        reply: oneshot::Sender<MappingStatus>,
    },
}

/// Where commands and the end come from.
#[derive(Debug)]
pub struct Inbox {
    /// Commands of the handle.
    pub commands: mpsc::Receiver<Command>,
    /// Cancelled when the runtime stops.
    pub stop: CancellationToken,
}

/// A running mapping.
#[derive(Debug)]
pub struct MappingHandle {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) metrics: Arc<MappingMetrics>,
    pub(super) task: JoinHandle<()>,
}

impl MappingHandle {
    /// How the mapping is doing; `None` once it has stopped.
    pub async fn status(&self) -> Option<MappingStatus> {
        self.ask(false).await
    }

    /// As [`status`](Self::status), with each partition's lag as the brokers tell it now.
    pub async fn status_with_lag(&self) -> Option<MappingStatus> {
        self.ask(true).await
    }

    /// The counters; also after the end.
    pub fn metrics(&self) -> MetricsSnapshot {
        self.metrics.snapshot()
    }

    /// Joins the group again. Returns when the mapping has taken note, not when it has joined.
    pub async fn enable(&self) {
        self.set_enabled(true).await;
    }

    /// Finishes what is in flight, commits and leaves the group. Returns when the mapping has
    /// taken note; [`status`](Self::status) tells `Disabled` when it is done.
    pub async fn disable(&self) {
        self.set_enabled(false).await;
    }

    /// Runs the mapping by another configuration: what is in flight is finished and committed, the
    /// group is left and joined again. Returns when the mapping has taken note;
    /// [`status`](Self::status) tells `Updating` until it joins again.
    ///
    /// # Errors
    /// [`StartError`] where the configuration cannot be run; the mapping goes on as before.
    pub async fn update(&self, config: MappingConfig) -> Result<(), StartError> {
        let (reply, answer) = oneshot::channel();
        // A mapping that has stopped cannot be changed; that is no error.
        let _ = self.commands.send(Command::Update { config: Box::new(config), reply }).await;
        answer.await.unwrap_or(Ok(()))
    }

    /// Waits for the end after the runtime's token was cancelled: calls in flight are finished
    /// (up to the drain time-out), offsets committed, the group left.
    pub async fn join(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a mapping ended unexpectedly");
        }
    }

    async fn set_enabled(&self, enabled: bool) {
        // A mapping that has stopped cannot be switched; that is no error.
        let _ = self.commands.send(Command::SetEnabled(enabled)).await;
    }

    async fn ask(&self, with_lag: bool) -> Option<MappingStatus> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Status { with_lag, reply }).await.ok()?;
        answer.await.ok()
    }
}
