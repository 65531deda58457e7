//! One invocation of a function: its clock, its end, and the way every port call goes.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use gateway_domain::Timestamp;
use gateway_ports::{Clock, PortError};

use crate::actor::Actor;
use crate::chance::{Fault, Lot};
use crate::world::World;

/// What can happen to any call of a server.
const CALL_FAULTS: [Fault; 6] = [
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::FailBefore,
    Fault::FailAfter,
    Fault::StallBefore,
    Fault::StallAfter,
];

/// An execution environment during one invocation.
pub struct Env {
    /// Everything around it.
    pub world: Arc<World>,
    /// Whose invocation.
    pub actor: Actor,
    skew_ms: i64,
    crashed: AtomicBool,
}

/// Every port of an invocation: the memory adapters behind a net of faults.
#[derive(Clone)]
pub struct Port(pub Arc<Env>);

/// How an invocation ended.
pub enum Ended<T> {
    /// The function answered.
    Answered(T),
    /// It died.
    Crashed,
    /// Its time was up.
    TimedOut,
}

impl Port {
    /// An environment for one invocation, with a clock of its own.
    #[must_use]
    pub fn open(world: &Arc<World>, actor: Actor) -> Self {
        let max = world.chance(|chance| chance.profile().skew_ms_max);
        let skew_ms = world.draw(actor, "clock").millis(-max, max, 1);
        let env = Env { world: Arc::clone(world), actor, skew_ms, crashed: AtomicBool::new(false) };
        Self(Arc::new(env))
    }

    /// Runs a handler to its end, its death or its time-out.
    pub async fn run<T>(&self, work: impl Future<Output = T> + Send) -> Ended<T> {
        let mut work = Box::pin(work);
        let world = &self.0.world;
        let mut limit = world.sleep(world.setting.timeout_ms(self.0.actor));
        world.runs(true);
        let ended = poll_fn(|context| {
            if let Poll::Ready(answer) = work.as_mut().poll(context) {
                return Poll::Ready(Ended::Answered(answer));
            }
            if self.0.crashed.load(Ordering::Relaxed) {
                return Poll::Ready(Ended::Crashed);
            }
            Pin::new(&mut limit).poll(context).map(|()| Ended::TimedOut)
        })
        .await;
        world.runs(false);
        ended
    }

    /// One call of a server that changes nothing in the ledger.
    pub(crate) async fn call<T>(
        &self,
        what: &'static str,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let env = &self.0;
        let lot = env.world.draw(env.actor, what);
        let fault = env.world.fault(&lot, &CALL_FAULTS);
        env.before(&lot, fault, what).await?;
        let result = effect.await;
        env.world.suspect(what, &result);
        env.after(&lot, fault, what).await?;
        result
    }

    /// One call that writes to the ledger: the checkers look before anybody hears of it.
    pub(crate) async fn commit<T>(
        &self,
        what: &'static str,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let looked = async {
            let result = effect.await;
            self.0.world.look_at_ledger();
            result
        };
        self.call(what, looked).await
    }
}

impl Env {
    /// The way to the server.
    pub(crate) async fn before(&self, lot: &Lot, fault: Option<Fault>, what: &str) -> Result<(), PortError> {
        self.world.sleep(latency_ms(lot, 1)).await;
        if self.world.is_out(self.actor) {
            return Err(PortError::transient(format!("{what} is away")));
        }
        match fault {
            Some(Fault::CrashBefore) => self.crash().await,
            Some(Fault::FailBefore) => return Err(PortError::transient(format!("{what} failed"))),
            Some(Fault::StallBefore) => self.world.sleep(stall_ms(lot)).await,
            _ => {}
        }
        Ok(())
    }

    /// The way back.
    pub(crate) async fn after(&self, lot: &Lot, fault: Option<Fault>, what: &str) -> Result<(), PortError> {
        match fault {
            Some(Fault::CrashAfter) => self.crash().await,
            Some(Fault::StallAfter) => self.world.sleep(stall_ms(lot)).await,
            _ => {}
        }
        self.world.sleep(latency_ms(lot, 2)).await;
        match fault {
            Some(Fault::FailAfter) => Err(PortError::transient(format!("no answer to {what}"))),
            _ => Ok(()),
        }
    }

    /// The invocation dies here: nothing of it goes on.
    pub(crate) async fn crash(&self) {
        self.crashed.store(true, Ordering::Relaxed);
        std::future::pending().await
    }
}

impl Clock for Port {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.world.now_ms() + self.0.skew_ms)
    }

    fn ulid(&self) -> u128 {
        let millis = u128::from(self.now().as_millis().unsigned_abs() & 0xffff_ffff_ffff);
        let random = u128::from(self.0.world.unique()) << 16 | u128::from(self.0.world.unique() & 0xffff);
        millis << 80 | random
    }

    fn jitter_permille(&self) -> i64 {
        self.0.world.draw(self.0.actor, "jitter").millis(-200, 200, 1)
    }
}

/// Mostly a few milliseconds, sometimes some tens.
fn latency_ms(lot: &Lot, salt: u64) -> i64 {
    if lot.happens(200, salt) { lot.millis(5, 60, salt + 10) } else { lot.millis(0, 5, salt + 20) }
}

/// Long enough for time-outs and leases to pass.
fn stall_ms(lot: &Lot) -> i64 {
    if lot.happens(500, 30) { lot.millis(1_000, 15_000, 31) } else { lot.millis(15_000, 90_000, 32) }
}
