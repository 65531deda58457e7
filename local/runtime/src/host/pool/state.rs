//! What a pool's lock guards.

use std::collections::VecDeque;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::host::job::Job;

/// The environments and the queue of one function.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Environments parked in `/next`. The last one parked is taken first: few stay warm, the
    /// others grow idle and are ended.
    pub(super) idle: Vec<Idle>,
    pub(super) queue: VecDeque<Job>,
    pub(super) members: Vec<Member>,
    pub(super) is_closed: bool,
}

#[derive(Debug)]
pub(super) struct Idle {
    pub(super) id: u64,
    pub(super) since: Instant,
    pub(super) sender: oneshot::Sender<Job>,
}

/// An environment that exists.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) phase: Phase,
    /// Ends it once it has no call.
    pub(super) stop: CancellationToken,
    /// Its code has been replaced.
    pub(super) is_outdated: bool,
}

/// What an environment is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not asked for work yet.
    Starting,
    /// It waits for a call or is busy with one.
    Working,
    /// It has answered and is about to ask for work again.
    Returning,
}

impl State {
    pub(super) fn count(&self, phase: Phase) -> usize {
        self.members.iter().filter(|member| member.phase == phase).count()
    }

    pub(super) fn enter(&mut self, id: u64, phase: Phase) {
        if let Some(member) = self.members.iter_mut().find(|member| member.id == id) {
            member.phase = phase;
        }
    }
}
