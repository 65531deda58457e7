//! Functions behind a schedule, and who starts them: at their times, twice, or not at all.

use std::fmt::Debug;
use std::sync::Arc;

use dispatch_retries::DispatchRetries;
use esm_local::schedule::Expression;
use expire_reservations::ExpireReservations;
use gateway_edge::schedule::ScheduledJob as _;
use review_payments::{LastAudit, ReviewPayments};

use crate::actor::Actor;
use crate::chance::Fault;
use crate::env::{Ended, Port};
use crate::world::World;

const FAULTS: [Fault; 2] = [Fault::RunTwice, Fault::RunMissed];

/// Starts every schedule of the template.
pub fn run_schedules(world: &Arc<World>) {
    for (actor, expression) in &world.setting.schedules {
        let period_ms = match expression {
            Expression::Rate(period) => i64::try_from(period.as_millis()).unwrap_or(i64::MAX),
            _ => continue,
        };
        world.runtime.spawn(run_schedule(Arc::clone(world), *actor, period_ms));
    }
}

async fn run_schedule(world: Arc<World>, actor: Actor, period_ms: i64) {
    loop {
        let lot = world.draw(Actor::Scheduler, actor.name());
        let fault = world.fault(&lot, &FAULTS);
        let runs = match fault {
            Some(Fault::RunTwice) => 2,
            Some(_) => 0,
            None => 1,
        };
        for run in 0..runs {
            let (there, wait_ms) = (Arc::clone(&world), if run == 0 { 0 } else { lot.millis(0, 30_000, 1) });
            world.runtime.spawn(async move {
                there.sleep(wait_ms).await;
                scheduled(&there, actor).await;
            });
        }
        world.sleep(period_ms).await;
    }
}

/// One run of a scheduled function.
async fn scheduled(world: &Arc<World>, actor: Actor) {
    let port = Port::open(world, actor);
    let ended = port.run(handle(&port)).await;
    match ended {
        Ended::Answered(None) => {}
        Ended::Answered(Some(report)) => world.tell(|| format!("{} reports {report}", actor.name())),
        Ended::Crashed => world.tell(|| format!("{} died", actor.name())),
        Ended::TimedOut => world.tell(|| format!("{} took too long", actor.name())),
    }
}

/// What is to be told of a run; nothing where nothing was to be done.
async fn handle(port: &Port) -> Option<String> {
    let setting = &port.0.world.setting;
    let port = port.clone();
    if port.0.actor == Actor::DispatchRetries {
        let (ledger, log, stuck_after_ms) = (port.clone(), port.clone(), setting.stuck_after_ms);
        let job = DispatchRetries { ledger, log, clock: port, stuck_after_ms };
        let ran = job.run().await;
        return told(&ran, |report| *report != dispatch_retries::Report::default());
    }
    if port.0.actor == Actor::ReviewPayments {
        let ran = review_payments(&port).run().await;
        return told(&ran, |report| report.asked + report.watched > 0);
    }
    let budget_ms = setting.timeout_ms(port.0.actor) / 2;
    let job = ExpireReservations { ledger: port.clone(), clock: port, budget_ms };
    let ran = job.run().await;
    told(&ran, |report| report.released > 0)
}

fn told<R: Debug>(ran: &Result<R, String>, did_something: impl Fn(&R) -> bool) -> Option<String> {
    match ran {
        Ok(report) => did_something(report).then(|| format!("{report:?}")),
        Err(error) => Some(error.clone()),
    }
}

/// Behind a schedule and a route.
pub(super) fn review_payments(port: &Port) -> ReviewPayments<Port, Port, Port, Port> {
    let setting = &port.0.world.setting;
    ReviewPayments {
        ledger: port.clone(),
        vault: port.clone(),
        provider: port.clone(),
        clock: port.clone(),
        review_after_ms: setting.review_after_ms,
        inquiry_grace_ms: setting.inquiry_grace_ms,
        stock_audited: LastAudit::default(),
    }
}
