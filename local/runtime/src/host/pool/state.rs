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
    /// It has not asked for work yet.
    pub(super) is_starting: bool,
    /// Answers that it has given without having asked for work again since: it is about to.
    pub(super) returning: usize,
    /// Ends it once it has no call.
    pub(super) stop: CancellationToken,
    /// Its code has been replaced.
    pub(super) is_outdated: bool,
}

impl State {
    /// Environments that have not asked for work yet.
    pub(super) fn starting(&self) -> usize {
        self.members.iter().filter(|member| member.is_starting).count()
    }

    /// Calls that environments are about to ask for.
    pub(super) fn returning(&self) -> usize {
        self.members.iter().map(|member| member.returning).sum()
    }

    pub(super) fn member(&mut self, id: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }
}
