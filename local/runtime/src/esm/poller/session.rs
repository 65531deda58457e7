//! One membership in the consumer group, from joining to leaving.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer;
use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::error::KafkaResult;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::calls::Call;
use super::client::consumer_config;
use super::commits::Commits;
use super::context::SessionContext;
use super::drain::Revocation;
use super::handle::{Command, Inbox};
use super::intake::Intake;
use super::scaling::Scaling;
use super::schema_desk::SchemaDesk;
use super::start::Shared;
use crate::esm::engine::Engine;
use crate::esm::status::MappingState;
use crate::invoke::Invoke;

/// The client is looked after at least this often, whatever its wake-ups say.
const HOUSEKEEPING: Duration = Duration::from_secs(10);

/// As long as the group is not joined: some of the client's complaints come without a wake-up.
const JOINING: Duration = Duration::from_millis(250);

/// How long leaving the group may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A mapping while it is enabled.
pub struct Session<I> {
    pub(super) shared: Arc<Shared<I>>,
    // Before the consumer: the queues borrow from it, and it must go last.
    pub(super) intakes: BTreeMap<i32, Intake>,
    pub(super) member: Member,
    pub(super) wake: Arc<Notify>,
    pub(super) engine: Engine,
    pub(super) commits: Commits,
    pub(super) calls: JoinSet<Call>,
    pub(super) revocations: VecDeque<Revocation>,
    /// Rises when partitions are lost, so that answers about them are recognised as outdated.
    pub(super) generation: u64,
    /// How often partitions were assigned.
    pub(super) assignments: u64,
    pub(super) desk: SchemaDesk,
    pub(super) scaling: Scaling,
    pub(super) state: MappingState,
    /// When stopping: the time by which calls in flight have to end.
    pub(super) stop_by_ms: Option<i64>,
    /// Set when the client cannot go on.
    pub(super) failure: Option<String>,
    /// Whether the mapping is to be enabled after this session.
    pub(super) stays_enabled: bool,
}

/// Why a session ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// The mapping was disabled; or enabled again while it was finishing.
    Switched {
        /// Whether it is to be enabled now.
        enabled: bool,
    },
    /// The runtime stops.
    Stopped,
    /// The client cannot go on; a new one may.
    Failed(String),
}

impl<I: Invoke> Session<I> {
    /// Joins the group; nothing is awaited yet.
    pub fn open(shared: Arc<Shared<I>>) -> KafkaResult<Self> {
        let wake = Arc::new(Notify::new());
        let context = SessionContext::new(shared.config.id.as_str().into());
        let config = consumer_config(&shared.config, &shared.options);
        let mut consumer: BaseConsumer<SessionContext> = config.create_with_context(context)?;
        let waker = Arc::clone(&wake);
        consumer.set_nonempty_callback(move || waker.notify_one());
        consumer.subscribe(&[&shared.config.topic])?;
        Ok(Self {
            engine: Engine::new(&shared.config, shared.options.engine_options(rand::random())),
            scaling: Scaling::new(&shared),
            desk: SchemaDesk::default(),
            assignments: 0,
            shared,
            intakes: BTreeMap::new(),
            member: Member(Some(Arc::new(consumer))),
            wake,
            commits: Commits::default(),
            calls: JoinSet::new(),
            revocations: VecDeque::new(),
            generation: 0,
            state: MappingState::Enabling,
            stop_by_ms: None,
            failure: None,
            stays_enabled: true,
        })
    }

    /// Works until the mapping is disabled, the runtime stops or the client fails.
    pub async fn run(mut self, inbox: &mut Inbox) -> Ended {
        loop {
            let has_more = self.turn();
            if self.is_over() {
                return self.leave(inbox).await;
            }
            let wake_at = self.shared.clock.instant(if has_more { i64::MIN } else { self.wake_ms() });
            tokio::select! {
                () = inbox.stop.cancelled(), if self.stop_by_ms.is_none() => self.begin_stop(),
                Some(command) = inbox.commands.recv() => self.obey(command),
                Some(Ok(call)) = self.calls.join_next(), if !self.calls.is_empty() => self.finish_call(call),
                () = self.wake.notified() => {}
                () = tokio::time::sleep_until(wake_at) => {}
            }
            if has_more {
                tokio::task::yield_now().await;
            }
        }
    }

    fn wake_ms(&self) -> i64 {
        let is_joining = self.state == MappingState::Enabling;
        let housekeeping_ms = self.shared.clock.after(if is_joining { JOINING } else { HOUSEKEEPING });
        let deadlines = self.revocations.iter().map(|r| r.deadline_ms).chain(self.stop_by_ms);
        let due = self.engine.next_wake_ms().into_iter().chain(self.commits.due_ms(self.is_letting_go()));
        due.chain(deadlines).chain(self.scaling.due_ms()).fold(housekeeping_ms, i64::min)
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::SetEnabled(enabled) => {
                self.stays_enabled = enabled;
                if !enabled && self.stop_by_ms.is_none() {
                    self.begin_stop();
                }
            }
            Command::Status { with_lag, reply } => self.report(with_lag, reply),
        }
    }

    async fn leave(mut self, inbox: &Inbox) -> Ended {
        self.intakes.clear();
        self.member.leave().await;
        match self.failure.take() {
            _ if inbox.stop.is_cancelled() => Ended::Stopped,
            Some(cause) => Ended::Failed(cause),
            None => Ended::Switched { enabled: self.stays_enabled },
        }
    }
}

/// The consumer, whose end blocks: it is always brought about on a thread of its own.
pub struct Member(Option<Arc<BaseConsumer<SessionContext>>>);

impl Member {
    /// The consumer, until it has left.
    pub fn consumer(&self) -> Option<Arc<BaseConsumer<SessionContext>>> {
        self.0.clone()
    }

    async fn leave(&mut self) {
        let Some(consumer) = self.0.take() else { return };
        consumer.context().set_closing();
        let left = tokio::task::spawn_blocking(move || drop(consumer));
        if tokio::time::timeout(LEAVE_TIMEOUT, left).await.is_err() {
            tracing::warn!("leaving the consumer group takes long; going on without waiting");
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(consumer) = self.0.take() {
            consumer.context().set_closing();
            std::thread::spawn(move || drop(consumer));
        }
    }
}
