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

/// Runs until the runtime stops.
pub async fn supervise<I: Invoke>(shared: Arc<Shared<I>>, mut inbox: Inbox) {
    let mut enabled = shared.config.enabled;
    while !inbox.stop.is_cancelled() {
        if !enabled {
            enabled = idle(&shared, &mut inbox, MappingState::Disabled, None).await;
            continue;
        }
        let ended = match Session::open(Arc::clone(&shared)) {
            Ok(session) => Box::pin(session.run(&mut inbox)).await,
            Err(error) => Ended::Failed(error.to_string()),
        };
        match ended {
            Ended::Stopped => {}
            Ended::Switched { enabled: switched } => enabled = switched,
            Ended::Failed(cause) => {
                shared.trouble(&format!("the Kafka client failed, a new one is made: {cause}"));
                enabled = idle(&shared, &mut inbox, MappingState::Enabling, Some(REOPEN_WAIT)).await;
            }
        }
    }
}

/// Answers commands until the mapping is switched, the wait is over or the runtime stops;
/// returns whether it is to be enabled.
async fn idle<I>(shared: &Shared<I>, inbox: &mut Inbox, state: MappingState, wait: Option<Duration>) -> bool {
    let over = tokio::time::sleep(wait.unwrap_or_default());
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = inbox.stop.cancelled() => return true,
            () = &mut over, if wait.is_some() => return true,
            command = inbox.commands.recv() => match command {
                Some(Command::SetEnabled(enabled)) if enabled == (state == MappingState::Disabled) => return enabled,
                Some(Command::SetEnabled(_)) => {}
                Some(Command::Status { reply, .. }) => drop(reply.send(shared.status(state))),
                // Nobody can enable it any more: only the end is awaited.
                None => { inbox.stop.cancelled().await; return true }
            },
        }
    }
}
