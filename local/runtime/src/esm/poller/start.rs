//! Starting a mapping.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::destination::Destination;
use super::handle::{Inbox, MappingHandle};
use super::registry_client::RegistryClient;
use super::supervise::supervise;
use crate::esm::config::MappingConfig;
use crate::esm::filter::{FilterSet, InvalidFilter};
use crate::esm::limits::BATCH_SIZE_MAX;
use crate::esm::metrics::MappingMetrics;
use crate::esm::options::EsmOptions;
use crate::esm::response::FailedItems;
use crate::esm::system_log::SystemLog;
use crate::invoke::Invoke;

/// Commands that may wait for a mapping.
const COMMANDS_MAX: usize = 16;

/// `LastProcessingResult` before the first invocation.
const NOTHING_YET: &str = "No records processed";

/// Why a mapping cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nothing is known of where an ARN leads on this machine.
    #[error(
        "{mapping}: the on-failure destination {arn} leads nowhere on this machine: \
         give a folder or an endpoint under `Runtime: {{Destinations: …}}`"
    )]
    NoPlace {
        /// The mapping.
        mapping: String,
        /// SQS, SNS or S3.
        arn: String,
    },
    /// AWS refuses this too: a failing record would come back forever.
    #[error("{mapping}: the on-failure destination kafka://{topic} is the mapping's own topic")]
    DestinationIsSource {
        /// The mapping.
        mapping: String,
        /// Its topic.
        topic: String,
    },
    /// `BatchSize` out of bounds.
    #[error("{mapping}: BatchSize is {batch_size}, but 1 to {BATCH_SIZE_MAX} is allowed")]
    BatchSize {
        /// The mapping.
        mapping: String,
        /// As configured.
        batch_size: usize,
    },
    /// The schema registry's client cannot be made, for its certificates most likely.
    #[error("{mapping}: the schema registry cannot be used: {cause}")]
    Registry {
        /// The mapping.
        mapping: String,
        /// What is wrong.
        cause: String,
    },
    /// A filter pattern cannot be used.
    #[error("{mapping}: {source}")]
    Filter {
        /// The mapping.
        mapping: String,
        /// What is wrong with it.
        source: InvalidFilter,
    },
}

/// Starts mappings.
#[derive(Debug)]
pub enum Mapping {}

impl Mapping {
    /// Starts a mapping in a task of its own; it runs until `shutdown` is cancelled. Brokers or
    /// topics that are not there yet are waited for.
    ///
    /// # Errors
    /// [`StartError`] where the configuration cannot be run.
    pub fn start<I: Invoke>(
        config: MappingConfig,
        options: EsmOptions,
        invoker: Arc<I>,
        shutdown: CancellationToken,
    ) -> Result<MappingHandle, StartError> {
        let shared = Arc::new(Shared::new(config, options, invoker)?);
        let (commands, inbox) = mpsc::channel(COMMANDS_MAX);
        let metrics = Arc::clone(&shared.metrics);
        let task = tokio::spawn(supervise(shared, Inbox { commands: inbox, stop: shutdown }));
        Ok(MappingHandle { commands, metrics, task })
    }
}

/// What all sessions of a mapping share.
pub struct Shared<I> {
    pub(super) config: MappingConfig,
    pub(super) options: EsmOptions,
    pub(super) function: Arc<str>,
    pub(super) invoker: Arc<I>,
    pub(super) filter: FilterSet,
    pub(super) destination: Option<Destination>,
    pub(super) registry: Option<RegistryClient>,
    pub(super) system_log: SystemLog,
    pub(super) metrics: Arc<MappingMetrics>,
    pub(super) clock: Clock,
    health: Mutex<Health>,
}

/// How things went last.
#[derive(Debug, Clone)]
pub struct Health {
    /// `LastProcessingResult`.
    pub last_result: String,
    /// The last error.
    pub last_error: Option<String>,
}

impl<I> Shared<I> {
    fn new(config: MappingConfig, options: EsmOptions, invoker: Arc<I>) -> Result<Self, StartError> {
        let mapping = || config.id.clone();
        if !(1..=BATCH_SIZE_MAX).contains(&config.batch_size) {
            return Err(StartError::BatchSize { mapping: mapping(), batch_size: config.batch_size });
        }
        let filter = FilterSet::parse(&config.filter_patterns)
            .map_err(|source| StartError::Filter { mapping: mapping(), source })?;
        let destination = Destination::new(&config, &options)?;
        let registry = config.schema_registry.as_ref().map(RegistryClient::new).transpose();
        let registry = registry.map_err(|cause| StartError::Registry { mapping: mapping(), cause })?;
        let health = Health { last_result: NOTHING_YET.to_owned(), last_error: None };
        Ok(Self {
            system_log: SystemLog::new(&config, options.log_sink.clone()),
            function: config.function.as_str().into(),
            config,
            options,
            invoker,
            filter,
            destination,
            registry,
            metrics: Arc::default(),
            clock: Clock::start(),
            health: Mutex::new(health),
        })
    }

    /// The same mapping with another configuration: what it has counted and met stays.
    pub fn with_config(&self, config: MappingConfig) -> Result<Self, StartError> {
        let mut changed = Self::new(config, self.options.clone(), Arc::clone(&self.invoker))?;
        changed.metrics = Arc::clone(&self.metrics);
        changed.clock = self.clock;
        changed.health = Mutex::new(self.health());
        Ok(changed)
    }

    /// Whether nothing differs but that it is switched on or off.
    pub fn is_run_as(&self, other: &Self) -> bool {
        let enabled = self.config.enabled;
        self.config == MappingConfig { enabled, ..other.config.clone() }
    }

    /// Notes that something around the function does not work; told once, until it changes.
    pub fn trouble(&self, what: &str) {
        let is_new = self.with_health(|health| {
            let is_new = health.last_result != what;
            what.clone_into(&mut health.last_result);
            health.last_error = Some(what.to_owned());
            is_new
        });
        if is_new {
            self.system_log.problem("KafkaClientError", what);
            tracing::warn!(function = %self.function, topic = self.config.topic, mapping = self.config.id, "{what}");
        }
    }

    /// Notes that records were given up though there is a destination; told each time.
    pub fn dropped(&self, what: &str, records: &FailedItems) {
        self.failed_processing(what);
        self.system_log.problem("KafkaClientError", what);
        tracing::error!(function = %self.function, topic = self.config.topic, ?records, "{what}");
    }

    /// Notes that an invocation failed; the engine's actions tell it.
    pub fn failed_processing(&self, cause: &str) {
        self.with_health(|health| {
            cause.clone_into(&mut health.last_result);
            health.last_error = Some(cause.to_owned());
        });
    }

    /// Notes that an invocation succeeded.
    pub fn went_well(&self) {
        self.with_health(|health| {
            if health.last_result != "OK" {
                "OK".clone_into(&mut health.last_result);
            }
        });
    }

    /// Notes that the group was joined: what stood in the way is over.
    pub fn joined(&self) {
        self.with_health(|health| {
            if health.last_result != "OK" {
                NOTHING_YET.clone_into(&mut health.last_result);
            }
        });
    }

    /// How things went last.
    pub fn health(&self) -> Health {
        self.with_health(|health| health.clone())
    }

    fn with_health<T>(&self, with: impl FnOnce(&mut Health) -> T) -> T {
        with(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Epoch milliseconds that never jump back: the wall clock at the start plus the time since.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    started_ms: i64,
}

impl Clock {
    fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), started_ms: millis(since_epoch) }
    }

    /// Now, in epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.started_ms.saturating_add(millis(self.started.elapsed()))
    }

    /// A time from now, in epoch milliseconds.
    pub fn after(&self, wait: Duration) -> i64 {
        self.now_ms().saturating_add(millis(wait))
    }

    /// Epoch milliseconds as a timer wants them; the past is now.
    pub fn instant(&self, at_ms: i64) -> Instant {
        let since_start_ms = at_ms.saturating_sub(self.started_ms).max(0);
        self.started + Duration::from_millis(since_start_ms.unsigned_abs())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
