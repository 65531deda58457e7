//! A mapping's life: sessions while it is enabled, waiting while it is not.

use std::sync::Arc;
use std::time::Duration;

use super::handle::{Command, Inbox};
use super::session::{Ended, Session};
use super::start::Shared;
use crate::esm::status::MappingState;
use crate::invoke::Invoke;

/// After a client failed for good, a new one is made.
const REOPEN_WAIT: Duration = Duration::from_secs(1);

/// What is wanted of a mapping, as ordered last; the next session is opened by it.
pub struct Wanted<I> {
    /// Its configuration, and what hangs on it.
    pub shared: Arc<Shared<I>>,
    /// Whether it is to read.
    pub enabled: bool,
    /// Partitions that it had last, for the client's buffers.
    pub partitions: usize,
}

impl<I> Wanted<I> {
    /// Takes note of an order; true where a session under way has to end for it.
    pub fn obey(&mut self, order: Command) -> bool {
        match order {
            Command::SetEnabled(enabled) => {
                self.enabled = enabled;
                !enabled
            }
            Command::Update { config, reply } => {
                let outcome = self.shared.with_config(*config);
                let (ends, answer) = match outcome {
                    Ok(shared) => {
                        let is_the_same = shared.is_run_as(&self.shared);
                        self.enabled = shared.config.enabled;
                        self.shared = Arc::new(shared);
                        (!is_the_same || !self.enabled, Ok(()))
                    }
                    Err(error) => (false, Err(error)),
                };
                // Who asked may be gone; that is no error.
                drop(reply.send(answer));
                ends
            }
            Command::Status { .. } => false,
        }
    }
}

/// Runs until the runtime stops.
pub async fn supervise<I: Invoke>(shared: Arc<Shared<I>>, mut inbox: Inbox) {
    let enabled = shared.config.enabled;
    let mut wanted = Wanted { shared, enabled, partitions: 1 };
    while !inbox.stop.is_cancelled() {
        if !wanted.enabled {
            idle(&mut wanted, &mut inbox, MappingState::Disabled, None).await;
            continue;
        }
        let ended = match Session::open(&wanted) {
            Ok(session) => Box::pin(session.run(&mut inbox, &mut wanted)).await,
            Err(error) => Ended::Failed(error.to_string()),
        };
        if let Ended::Failed(cause) = ended {
            wanted.shared.trouble(&format!("the Kafka client failed, a new one is made: {cause}"));
            idle(&mut wanted, &mut inbox, MappingState::Enabling, Some(REOPEN_WAIT)).await;
        }
    }
}

/// Answers commands until the mapping is switched, the wait is over or the runtime stops.
async fn idle<I>(wanted: &mut Wanted<I>, inbox: &mut Inbox, state: MappingState, wait: Option<Duration>) {
    let over = tokio::time::sleep(wait.unwrap_or_default());
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = inbox.stop.cancelled() => return,
            () = &mut over, if wait.is_some() => return,
            command = inbox.commands.recv() => match command {
                Some(Command::Status { reply, .. }) => drop(reply.send(wanted.shared.status(state))),
                Some(order) => {
                    wanted.obey(order);
                    if wanted.enabled == (state == MappingState::Disabled) {
                        return;
                    }
                }
                // Nobody can enable it any more: only the end is awaited.
                None => return inbox.stop.cancelled().await,
            },
        }
    }
}
