//! The rule: when an asynchronous call is tried again.

use std::time::Duration;

use crate::invoke::InvokeOutcome;
use crate::template::EventInvoke;

/// AWS's `MaximumEventAgeInSeconds` where the function gives none: 6 hours.
const AGE_MAX_DEFAULT: Duration = Duration::from_secs(6 * 3_600);
/// What never reached the function is tried again after this, doubled …
const UNREACHED_WAIT_MIN: Duration = Duration::from_secs(1);
/// … up to this, as on AWS.
const UNREACHED_WAIT_MAX: Duration = Duration::from_secs(300);

/// The waits after a function's first, second … error; where the function does not say how often it is
/// tried again, it is as often as there are waits. AWS: one and two minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRetries(pub Vec<Duration>);

impl Default for EventRetries {
    fn default() -> Self {
        Self(vec![Duration::from_secs(1), Duration::from_secs(2)])
    }
}

/// What has happened to a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Errors of the function.
    pub failed: u32,
    /// Calls that never reached it.
    pub unreached: u32,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Done,
    After(Duration),
    /// With `requestContext.condition` as the destination gets it.
    GiveUp(&'static str),
}

impl Tally {
    /// Counts an attempt.
    pub(super) fn count(&mut self, outcome: &InvokeOutcome) {
        match outcome {
            InvokeOutcome::Success(_) => {}
            InvokeOutcome::FunctionError { .. } => self.failed += 1,
            InvokeOutcome::Throttled | InvokeOutcome::ServiceError(_) => self.unreached += 1,
        }
    }
}

impl EventRetries {
    /// What follows an attempt that ended so; `tally` counts it already.
    pub(super) fn after(
        &self,
        outcome: &InvokeOutcome,
        tally: Tally,
        age: Duration,
        function: &EventInvoke,
    ) -> Next {
        let wait = match outcome {
            InvokeOutcome::Success(_) => return Next::Done,
            InvokeOutcome::FunctionError { .. } => {
                if tally.failed > self.retries_max(function) {
                    return Next::GiveUp("RetriesExhausted");
                }
                self.wait(tally.failed)
            }
            InvokeOutcome::Throttled | InvokeOutcome::ServiceError(_) => {
                let doublings = tally.unreached.saturating_sub(1).min(16);
                UNREACHED_WAIT_MIN.saturating_mul(1 << doublings).min(UNREACHED_WAIT_MAX)
            }
        };
        let age_max = function.age_max.unwrap_or(AGE_MAX_DEFAULT);
        if age + wait > age_max { Next::GiveUp("EventAgeExceeded") } else { Next::After(wait) }
    }

    fn retries_max(&self, function: &EventInvoke) -> u32 {
        function.retries_max.unwrap_or_else(|| u32::try_from(self.0.len()).unwrap_or(u32::MAX))
    }

    fn wait(&self, failed: u32) -> Duration {
        let nth = usize::try_from(failed.saturating_sub(1)).unwrap_or(usize::MAX);
        self.0.get(nth).or(self.0.last()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn errors_are_tried_twice_more_and_what_was_not_reached_until_it_is_too_old() {
        let success = || InvokeOutcome::Success(Bytes::new());
        let error = || InvokeOutcome::FunctionError {
            error_type: String::new(),
            error_message: String::new(),
            payload: Bytes::new(),
        };
        let down = || InvokeOutcome::ServiceError(String::new());
        let seconds = Duration::from_secs;
        let none = EventInvoke::default();
        let once = EventInvoke { retries_max: Some(1), ..none.clone() };
        let never = EventInvoke { retries_max: Some(0), ..none.clone() };
        let soon = EventInvoke { age_max: Some(seconds(100)), ..none.clone() };
        let over = Next::GiveUp("RetriesExhausted");
        let old = Next::GiveUp("EventAgeExceeded");
        for (outcome, failed, unreached, age_s, function, expected) in [
            (success(), 0, 0, 0, &none, Next::Done),
            (success(), 2, 5, 999, &soon, Next::Done),
            (error(), 1, 0, 0, &none, Next::After(seconds(1))),
            (error(), 2, 0, 0, &none, Next::After(seconds(2))),
            (error(), 3, 0, 0, &none, over),
            (error(), 1, 7, 0, &none, Next::After(seconds(1))),
            (error(), 1, 0, 0, &once, Next::After(seconds(1))),
            (error(), 2, 0, 0, &once, over),
            (error(), 1, 0, 0, &never, over),
            (error(), 2, 0, 99, &soon, old),
            (InvokeOutcome::Throttled, 0, 1, 0, &none, Next::After(seconds(1))),
            (InvokeOutcome::Throttled, 2, 4, 0, &never, Next::After(seconds(8))),
            (down(), 0, 40, 0, &none, Next::After(seconds(300))),
            (down(), 0, 40, 0, &soon, old),
            (down(), 0, 40, 6 * 3_600, &none, old),
        ] {
            let tally = Tally { failed, unreached };
            let next = EventRetries::default().after(&outcome, tally, seconds(age_s), function);
            assert_eq!(next, expected, "{outcome:?} {tally:?} {age_s} {function:?}");
        }
    }
}
