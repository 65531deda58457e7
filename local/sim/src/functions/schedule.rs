//! Functions behind a schedule, and who starts them: at their times, twice, or not at all.

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
    world.tell(|| match ended {
        Ended::Answered(report) => format!("{} reports {report}", actor.name()),
        Ended::Crashed => format!("{} died", actor.name()),
        Ended::TimedOut => format!("{} took too long", actor.name()),
    });
}

async fn handle(port: &Port) -> String {
    let setting = &port.0.world.setting;
    let port = port.clone();
    if port.0.actor == Actor::DispatchRetries {
        let (ledger, log, stuck_after_ms) = (port.clone(), port.clone(), setting.stuck_after_ms);
        let job = DispatchRetries { ledger, log, clock: port, stuck_after_ms };
        return format!("{:?}", job.run().await);
    }
    if port.0.actor == Actor::ReviewPayments {
        return format!("{:?}", review_payments(&port).run().await);
    }
    let budget_ms = setting.timeout_ms(port.0.actor) / 2;
    let job = ExpireReservations { ledger: port.clone(), clock: port, budget_ms };
    format!("{:?}", job.run().await)
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
