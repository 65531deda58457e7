//! What a pool's lock guards.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::host::job::Job;
use crate::host::load::{Busy, Load};

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
    pub(super) sender: oneshot::Sender<Job>,
}

/// An environment that exists.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: u64,
    /// It has not asked for work yet.
    pub(super) is_starting: bool,
    /// Its workers that are about to ask for work: those that have not done so yet, and those that have just answered.
    pub(super) coming: usize,
    pub(super) load: Arc<Load>,
    /// When it was last given a call or free for the next one.
    pub(super) last_used: Instant,
    /// Ends it once it has no call.
    pub(super) stop: CancellationToken,
    /// Its code has been replaced.
    pub(super) is_outdated: bool,
}

impl State {
    /// Workers that are about to ask for work, in environments that are being started or in those that are there.
    pub(super) fn coming(&self, are_starting: bool) -> usize {
        let members = self.members.iter().filter(|member| member.is_starting == are_starting);
        members.map(|member| member.coming).sum()
    }

    pub(super) fn member(&mut self, id: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }
}

impl Member {
    /// It is chosen for a call.
    pub(super) fn takes(&mut self) -> Busy {
        self.last_used = Instant::now();
        Busy::new(&self.load)
    }
}
