//! One thread, one virtual clock: tasks run in the order in which they are woken, and when none can
//! run, time jumps to the next timer. Nothing here depends on the machine, so a run is the same each
//! time.

mod inbox;
mod sleep;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

pub use inbox::Inbox;
pub use sleep::Sleep;
use sleep::Timer;

/// What a task is made of.
type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Names a task of a runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(u64);

/// Tasks and timers.
#[derive(Default)]
pub struct Runtime {
    state: Mutex<State>,
    ready: Arc<Ready>,
}

#[derive(Default)]
struct State {
    now_ms: i64,
    tasks: BTreeMap<u64, Slot>,
    timers: BinaryHeap<Reverse<Timer>>,
    last_task: u64,
    last_timer: u64,
}

struct Slot {
    /// Absent while it is being polled.
    task: Option<Task>,
    waker: Arc<TaskWaker>,
}

#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

struct TaskWaker {
    id: u64,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            lock(&self.ready.0).push_back(self.id);
        }
    }
}

/// A panic ends the whole run, so nobody sees what a poisoned lock guards.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runtime {
    /// A runtime whose clock stands at `now_ms`.
    #[must_use]
    pub fn starting_at(now_ms: i64) -> Self {
        let state = State { now_ms, ..State::default() };
        Self { state: Mutex::new(state), ready: Arc::default() }
    }

    /// Virtual time, in epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        lock(&self.state).now_ms
    }

    /// Starts a task; it first runs after whoever runs now.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> TaskId {
        let mut state = lock(&self.state);
        state.last_task += 1;
        let id = state.last_task;
        let waker =
            Arc::new(TaskWaker { id, queued: AtomicBool::new(false), ready: Arc::clone(&self.ready) });
        state.tasks.insert(id, Slot { task: Some(Box::pin(task)), waker: Arc::clone(&waker) });
        waker.wake();
        TaskId(id)
    }

    /// Ends a task at the await point where it is, as a crash would.
    pub fn kill(&self, id: TaskId) {
        let slot = lock(&self.state).tasks.remove(&id.0);
        drop(slot);
    }

    /// Waits.
    #[must_use]
    pub fn sleep(self: &Arc<Self>, millis: i64) -> Sleep {
        Sleep::new(Arc::clone(self), self.now_ms().saturating_add(millis.max(0)))
    }

    /// Waits until this time.
    #[must_use]
    pub fn sleep_until(self: &Arc<Self>, at_ms: i64) -> Sleep {
        Sleep::new(Arc::clone(self), at_ms)
    }

    /// Runs until `at_ms`, or until `is_over`, which is asked before time moves.
    pub fn run_until(&self, at_ms: i64, mut is_over: impl FnMut() -> bool) {
        loop {
            while let Some(id) = self.next_ready() {
                self.poll(id);
            }
            if is_over() || !self.advance(at_ms) {
                return;
            }
        }
    }

    /// Drops every task: they hold the world that holds this runtime.
    pub fn clear(&self) {
        let tasks = std::mem::take(&mut lock(&self.state).tasks);
        drop(tasks);
        lock(&self.state).timers.clear();
    }

    fn next_ready(&self) -> Option<u64> {
        lock(&self.ready.0).pop_front()
    }

    fn poll(&self, id: u64) {
        let Some((mut task, waker)) = self.take(id) else { return };
        waker.queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(waker);
        let polled = task.as_mut().poll(&mut Context::from_waker(&waker));
        let mut state = lock(&self.state);
        match polled {
            Poll::Ready(()) => drop(state.tasks.remove(&id)),
            // It may have been killed by itself or by what it woke.
            Poll::Pending => {
                if let Some(slot) = state.tasks.get_mut(&id) {
                    slot.task = Some(task);
                }
            }
        }
    }

    fn take(&self, id: u64) -> Option<(Task, Arc<TaskWaker>)> {
        let mut state = lock(&self.state);
        let slot = state.tasks.get_mut(&id)?;
        Some((slot.task.take()?, Arc::clone(&slot.waker)))
    }

    /// Moves time to the next timer and wakes all that are due then; false if there is none until `at_ms`.
    fn advance(&self, at_ms: i64) -> bool {
        let mut due = Vec::new();
        let mut state = lock(&self.state);
        match state.timers.peek() {
            Some(Reverse(first)) if first.at_ms <= at_ms => state.now_ms = state.now_ms.max(first.at_ms),
            _ => {
                state.now_ms = state.now_ms.max(at_ms);
                return false;
            }
        }
        while let Some(Reverse(first)) = state.timers.peek()
            && first.at_ms <= state.now_ms
        {
            due.extend(state.timers.pop().map(|Reverse(timer)| timer.waker));
        }
        drop(state);
        due.into_iter().for_each(Waker::wake);
        true
    }
}
