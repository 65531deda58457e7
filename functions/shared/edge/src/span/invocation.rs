//! The invocation under way: an environment has one at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_wire::TraceContext;
use lambda_runtime::Context;

use crate::trace;

#[derive(Default)]
struct Invocation {
    id: String,
    x_ray: Option<TraceContext>,
    count: u64,
}

static CURRENT: Mutex<Option<Invocation>> = Mutex::new(None);

fn current() -> MutexGuard<'static, Option<Invocation>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes which invocation begins.
pub(crate) fn begin(context: &Context) {
    if !super::is_listened_to() {
        return;
    }
    let mut current = current();
    let count = current.as_ref().map_or(0, |earlier| earlier.count) + 1;
    let x_ray = context.xray_trace_id.as_deref().and_then(trace::from_x_ray);
    *current = Some(Invocation { id: context.request_id.clone(), x_ray, count });
}

/// Its id.
pub(super) fn id() -> Option<String> {
    current().as_ref().map(|invocation| invocation.id.clone())
}

/// Whether it is the environment's first.
pub(super) fn is_cold() -> Option<bool> {
    current().as_ref().map(|invocation| invocation.count == 1)
}

/// Its position in X-Ray's trace.
pub(super) fn x_ray() -> Option<TraceContext> {
    current().as_ref().and_then(|invocation| invocation.x_ray.clone())
}
