//! The invocation under way: one at a time in an environment that is started for calls, several where the
//! environment is on Lambda Managed Instances.

use std::future::Future;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use gateway_wire::TraceContext;
use lambda_runtime::Context;

use super::export;
use crate::trace;

tokio::task_local! {
    static CURRENT: Invocation;
}

/// Invocations that this environment has begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);
/// Invocations whose work has begun and not ended.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

struct Invocation {
    id: String,
    x_ray: Option<TraceContext>,
    is_cold: bool,
}

/// Does an invocation's work and hands over the spans that have ended.
pub(crate) async fn run<T>(context: &Context, work: impl Future<Output = T>) -> T {
    if !super::is_listened_to() {
        return work.await;
    }
    let counted = Counted::new();
    let invocation = Invocation {
        id: context.request_id.clone(),
        x_ray: context.xray_trace_id.as_deref().and_then(trace::from_x_ray),
        is_cold: BEGUN.fetch_add(1, Ordering::Relaxed) == 0,
    };
    let result = CURRENT.scope(invocation, work).await;
    drop(counted);
    export::flush().await;
    result
}

/// Its id.
pub(super) fn id() -> Option<String> {
    of_current(|invocation| invocation.id.clone())
}

/// Whether it is the environment's first.
pub(super) fn is_cold() -> Option<bool> {
    of_current(|invocation| invocation.is_cold)
}

/// Its position in X-Ray's trace.
pub(super) fn x_ray() -> Option<TraceContext> {
    of_current(|invocation| invocation.x_ray.clone()).flatten()
}

/// Whether invocations are at work.
pub(super) fn are_under_way() -> bool {
    UNDER_WAY.load(Ordering::Relaxed) > 0
}

fn of_current<T>(get: impl FnOnce(&Invocation) -> T) -> Option<T> {
    CURRENT.try_with(get).ok()
}

/// Counts an invocation until its end, whatever that is.
pub(super) struct Counted;

impl Counted {
    pub(super) fn new() -> Self {
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}
