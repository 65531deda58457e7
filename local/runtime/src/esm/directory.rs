//! The mappings of a runtime by their UUIDs: told about, changed, made and removed while it runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use tokio::sync::{Mutex, RwLock};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::EsmOptions;
use super::config::MappingConfig;
use super::poller::{Mapping, MappingHandle, StartError};
use super::status::{MappingState, MappingStatus};
use crate::invoke::Invoke;

/// From a call's time-out until its failure is told.
const CALL_END: Duration = Duration::from_secs(5);

/// Runs mappings and knows them by UUID, in the order in which they were started.
#[derive(Debug)]
pub struct Directory<I> {
    invoker: Arc<I>,
    options: EsmOptions,
    /// By their names.
    functions: BTreeMap<String, Served>,
    shutdown: CancellationToken,
    entries: RwLock<Vec<Entry>>,
    /// Removed mappings that are finishing what is in flight.
    leaving: Mutex<JoinSet<()>>,
}

/// What a mapping needs to know of its function.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// How many calls of it may be under way: more would only wait.
    pub calls_max: usize,
    /// Its time-out: a call in flight is over by then.
    pub timeout: Duration,
}

#[derive(Debug)]
struct Entry {
    config: MappingConfig,
    handle: MappingHandle,
    stop: CancellationToken,
    modified: Timestamp,
}

/// A mapping as it is at the moment.
#[derive(Debug, Clone)]
pub struct Described {
    /// What it is configured with.
    pub config: MappingConfig,
    /// What it is doing.
    pub state: State,
    /// `LastProcessingResult`.
    pub last_processing_result: String,
    /// When it was made or changed last.
    pub modified: Timestamp,
}

/// A mapping's state, with the one that only who removes it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there.
    Is(MappingState),
    /// It has been removed and finishes what is in flight.
    Deleting,
}

/// Why a mapping is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// There is none with this UUID.
    #[error("there is no event source mapping {0}")]
    Unknown(String),
    /// It is still busy with the change before.
    #[error("the event source mapping {0} is in use: it is {1:?}")]
    InUse(String, MappingState),
    /// The change is not possible.
    #[error("{0}")]
    Refused(E),
    /// What would come out of it cannot be run.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl<I: Invoke> Directory<I> {
    /// Without mappings; all of them end when `shutdown` is cancelled.
    pub fn new(
        invoker: Arc<I>,
        options: EsmOptions,
        functions: BTreeMap<String, Served>,
        shutdown: CancellationToken,
    ) -> Self {
        let (entries, leaving) = Default::default();
        Self { invoker, options, functions, shutdown, entries, leaving }
    }

    /// Starts a mapping.
    ///
    /// # Errors
    /// [`StartError`] where the configuration cannot be run.
    pub async fn start(&self, config: MappingConfig) -> Result<Described, StartError> {
        let options = self.options_for(&config.function);
        let stop = self.shutdown.child_token();
        let handle = Mapping::start(config.clone(), options, Arc::clone(&self.invoker), stop.clone())?;
        let entry = Entry { config, handle, stop, modified: Timestamp::now() };
        let described = entry.describe().await;
        self.entries.write().await.push(entry);
        Ok(described)
    }

    fn options_for(&self, function: &str) -> EsmOptions {
        let served = self.functions.get(function);
        let in_flight = served.map_or(Duration::ZERO, |served| served.timeout + CALL_END);
        EsmOptions {
            max_concurrent_invocations: served.map_or(1, |served| served.calls_max.max(1)),
            drain_timeout: self.options.drain_timeout.max(in_flight),
            ..self.options.clone()
        }
    }

    /// Every mapping.
    pub async fn list(&self) -> Vec<Described> {
        join_all(self.entries.read().await.iter().map(Entry::describe)).await
    }

    /// One mapping.
    pub async fn get(&self, uuid: &str) -> Option<Described> {
        let entries = self.entries.read().await;
        let entry = entries.iter().find(|entry| entry.config.uuid == uuid)?;
        Some(entry.describe().await)
    }

    /// Changes a mapping's configuration and runs it by that: what is in flight is finished and
    /// committed before.
    ///
    /// # Errors
    /// [`ChangeError`]; the mapping then goes on as before.
    pub async fn update<E>(
        &self,
        uuid: &str,
        change: impl FnOnce(&mut MappingConfig) -> Result<(), E>,
    ) -> Result<Described, ChangeError<E>> {
        let mut entries = self.entries.write().await;
        let entry = entries.iter_mut().find(|entry| entry.config.uuid == uuid);
        let entry = entry.ok_or_else(|| ChangeError::Unknown(uuid.to_owned()))?;
        if let State::Is(state @ (MappingState::Updating | MappingState::Disabling)) =
            entry.describe().await.state
        {
            return Err(ChangeError::InUse(uuid.to_owned(), state));
        }
        let mut config = entry.config.clone();
        change(&mut config).map_err(ChangeError::Refused)?;
        entry.handle.update(config.clone()).await?;
        entry.config = config;
        entry.modified = Timestamp::now();
        Ok(entry.describe().await)
    }

    /// Removes a mapping; it finishes and commits what is in flight, and leaves the group.
    pub async fn remove(&self, uuid: &str) -> Option<Described> {
        let mut entries = self.entries.write().await;
        let at = entries.iter().position(|entry| entry.config.uuid == uuid)?;
        let entry = entries.remove(at);
        let described = Described { state: State::Deleting, ..entry.describe().await };
        entry.stop.cancel();
        self.leaving.lock().await.spawn(entry.handle.join());
        Some(described)
    }

    /// How every mapping is doing; with the lag that the brokers tell now, if that is asked for.
    pub async fn statuses(&self, with_lag: bool) -> Vec<MappingStatus> {
        let entries = self.entries.read().await;
        let ask = async |entry: &Entry| {
            if with_lag { entry.handle.status_with_lag().await } else { entry.handle.status().await }
        };
        join_all(entries.iter().map(ask)).await.into_iter().flatten().collect()
    }

    /// Waits until every mapping has finished what is in flight and committed, after the shutdown.
    pub async fn join(&self) {
        for entry in self.entries.write().await.drain(..) {
            entry.handle.join().await;
        }
        while self.leaving.lock().await.join_next().await.is_some() {}
    }
}

impl Entry {
    async fn describe(&self) -> Described {
        let status = self.handle.status().await;
        Described {
            config: self.config.clone(),
            state: State::Is(status.as_ref().map_or(MappingState::Disabled, |status| status.state)),
            last_processing_result: status.map(|status| status.last_processing_result).unwrap_or_default(),
            modified: self.modified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoke::{Invocation, InvokeOutcome};

    #[derive(Debug)]
    struct Nobody;

    impl Invoke for Nobody {
        async fn invoke(&self, _: Invocation) -> InvokeOutcome {
            InvokeOutcome::Success("null".into())
        }
    }

    #[test]
    fn a_mapping_waits_for_its_functions_calls_and_makes_no_more_than_it_has_environments() {
        let served = |calls_max, seconds| Served { calls_max, timeout: Duration::from_secs(seconds) };
        let functions = [("slow", served(4, 60)), ("fast", served(0, 3))];
        let functions = functions.map(|(name, served)| (name.to_owned(), served)).into();
        let directory =
            Directory::new(Arc::new(Nobody), EsmOptions::default(), functions, CancellationToken::new());
        for (function, calls, seconds) in [("slow", 4, 65), ("fast", 1, 30), ("unknown", 1, 30)] {
            let options = directory.options_for(function);
            assert_eq!(
                (options.max_concurrent_invocations, options.drain_timeout),
                (calls, Duration::from_secs(seconds)),
                "{function}"
            );
        }
    }
}
