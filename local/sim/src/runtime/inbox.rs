//! Messages for one task, which sleeps until one comes.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use super::{Sleep, lock};

/// A queue with one reader.
pub struct Inbox<M> {
    state: Mutex<State<M>>,
}

struct State<M> {
    messages: VecDeque<M>,
    reader: Option<Waker>,
    nudged: bool,
}

impl<M> Default for Inbox<M> {
    fn default() -> Self {
        Self { state: Mutex::new(State { messages: VecDeque::new(), reader: None, nudged: false }) }
    }
}

impl<M> Inbox<M> {
    /// Puts a message in.
    pub fn send(&self, message: M) {
        lock(&self.state).messages.push_back(message);
        self.nudge();
    }

    /// Wakes the reader without a message: there may be something for it elsewhere.
    pub fn nudge(&self) {
        let mut state = lock(&self.state);
        state.nudged = true;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    /// The oldest message.
    pub fn take(&self) -> Option<M> {
        lock(&self.state).messages.pop_front()
    }

    /// Waits for a message, a nudge, or the end of `sleep`.
    pub fn news(self: &Arc<Self>, sleep: Sleep) -> impl Future<Output = ()> + Send + use<M>
    where
        M: Send + 'static,
    {
        News { inbox: Arc::clone(self), sleep }
    }
}

struct News<M> {
    inbox: Arc<Inbox<M>>,
    sleep: Sleep,
}

impl<M> Future for News<M> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.inbox.state);
        if std::mem::take(&mut state.nudged) {
            return Poll::Ready(());
        }
        state.reader = Some(context.waker().clone());
        drop(state);
        Pin::new(&mut self.sleep).poll(context)
    }
}
