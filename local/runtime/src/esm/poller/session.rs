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
use super::client::{consumer_config, fetch_ahead_kbytes};
use super::commits::Commits;
use super::context::SessionContext;
use super::drain::Revocation;
use super::handle::{Command, Inbox};
use super::intake::Intake;
use super::scaling::Scaling;
use super::schema_desk::SchemaDesk;
use super::start::Shared;
use super::supervise::Wanted;
use crate::esm::engine::Engine;
use crate::esm::record::Encoder;
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
    /// Whose turn it is to be read first.
    pub(super) next_intake: i32,
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
    pub(super) encoder: Encoder,
    pub(super) scaling: Scaling,
    pub(super) state: MappingState,
    /// When stopping: the time by which calls in flight have to end.
    pub(super) stop_by_ms: Option<i64>,
    /// Set when the client cannot go on.
    pub(super) failure: Option<String>,
    /// What is fetched ahead for each partition, in KB.
    pub(super) fetch_ahead_kbytes: usize,
    /// Set when there are so many partitions that the client has to be made anew for them.
    pub(super) crowd: Option<usize>,
}

/// Why a session ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// Something else is wanted of the mapping now.
    Switched,
    /// The runtime stops.
    Stopped,
    /// The client cannot go on; a new one may.
    Failed(String),
}

impl<I: Invoke> Session<I> {
    /// Joins the group; nothing is awaited yet.
    pub fn open(wanted: &Wanted<I>) -> KafkaResult<Self> {
        let shared = Arc::clone(&wanted.shared);
        let fetch_ahead_kbytes = fetch_ahead_kbytes(wanted.partitions);
        let wake = Arc::new(Notify::new());
        let context = SessionContext::new(shared.config.id.as_str().into());
        let config = consumer_config(&shared.config, &shared.options, fetch_ahead_kbytes);
        let mut consumer: BaseConsumer<SessionContext> = config.create_with_context(context)?;
        let waker = Arc::clone(&wake);
        consumer.set_nonempty_callback(move || waker.notify_one());
        consumer.subscribe(&[&shared.config.topic])?;
        Ok(Self {
            engine: Engine::new(&shared.config, shared.options.engine_options(rand::random())),
            scaling: Scaling::new(&shared),
            desk: SchemaDesk::default(),
            encoder: Encoder::default(),
            assignments: 0,
            shared,
            intakes: BTreeMap::new(),
            next_intake: 0,
            member: Member(Some(Arc::new(consumer))),
            wake,
            commits: Commits::default(),
            calls: JoinSet::new(),
            revocations: VecDeque::new(),
            generation: 0,
            state: MappingState::Enabling,
            stop_by_ms: None,
            failure: None,
            fetch_ahead_kbytes,
            crowd: None,
        })
    }

    /// Works until something else is wanted, the runtime stops or the client fails.
    pub async fn run(mut self, inbox: &mut Inbox, wanted: &mut Wanted<I>) -> Ended {
        loop {
            let has_more = self.turn();
            if self.is_over() {
                wanted.partitions = self.crowd.unwrap_or(wanted.partitions);
                return self.leave(inbox).await;
            }
            let wake_at = self.shared.clock.instant(if has_more { i64::MIN } else { self.wake_ms() });
            tokio::select! {
                () = inbox.stop.cancelled(), if self.stop_by_ms.is_none() => {
                    self.begin_stop(MappingState::Disabling);
                }
                Some(command) = inbox.commands.recv() => self.obey(command, wanted),
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

    fn obey(&mut self, command: Command, wanted: &mut Wanted<I>) {
        match command {
            Command::Status { with_lag, reply } => self.report(with_lag, reply),
            order => {
                if wanted.obey(order) {
                    let changed =
                        if wanted.enabled { MappingState::Updating } else { MappingState::Disabling };
                    self.begin_stop(changed);
                }
            }
        }
    }

    async fn leave(mut self, inbox: &Inbox) -> Ended {
        self.intakes.clear();
        self.member.leave().await;
        match self.failure.take() {
            _ if inbox.stop.is_cancelled() => Ended::Stopped,
            Some(cause) => Ended::Failed(cause),
            None => Ended::Switched,
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
