//! One run from its seed to its verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gateway_domain::ReservationStatus;
use gateway_domain::letter::LetterState;

use crate::cdc;
use crate::chance::{Chance, FaultId, mix};
use crate::check::{self, Violation, is_final};
use crate::esm::{self, Group};
use crate::functions;
use crate::planted::Planted;
use crate::runtime::lock;
use crate::setting::Setting;
use crate::workload::{self, Plan};
use crate::world::{Origin, World};

/// Faults go on for one of these times, in milliseconds.
const FAULTY_MS: [i64; 4] = [180_000, 600_000, 1_500_000, 3_000_000];
/// All must have come to rest so long after the last fault, in milliseconds.
const REST_MS: i64 = 30 * 60 * 60 * 1000;
/// How often it is asked whether all is at rest, in milliseconds.
const LOOK_MS: i64 = 5_000;

/// What to run.
#[derive(Clone)]
pub struct Case {
    /// What is deployed.
    pub setting: Arc<Setting>,
    /// Where all chance comes from.
    pub seed: u64,
    /// The planted bug, if any.
    pub planted: Option<Planted>,
    /// Only these faults may happen.
    pub faults: Option<BTreeSet<FaultId>>,
    /// Only these come: buyers by their number, then the shopkeeper and the vandal.
    pub parties: Option<Vec<usize>>,
    /// Whether the story is written down.
    pub tells: bool,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What must not have been, if it was.
    pub violation: Option<Violation>,
    /// The faults that happened.
    pub faults: Vec<FaultId>,
    /// Buyers there were, and whoever else does something.
    pub parties: usize,
    /// How often things came about: payments by status, dead letters by resolution, faults by kind.
    pub tally: BTreeMap<String, u64>,
    /// Virtual time that passed, in milliseconds.
    pub took_ms: i64,
    /// The story, if it was written down.
    pub story: Vec<String>,
}

impl Case {
    /// A whole run of a seed.
    #[must_use]
    pub fn of(setting: &Arc<Setting>, seed: u64) -> Self {
        Self { setting: Arc::clone(setting), seed, planted: None, faults: None, parties: None, tells: false }
    }
}

/// Runs a case.
#[must_use]
pub fn run(case: &Case) -> Ended {
    let plan = Plan::of(case.seed);
    let world = World::new(Origin {
        setting: Arc::clone(&case.setting),
        seed: case.seed,
        chance: Chance::new(case.seed, case.faults.clone()),
        planted: case.planted,
        tells: case.tells,
        faulty_ms: FAULTY_MS[mix(case.seed ^ 0xfa) as usize % FAULTY_MS.len()],
    });
    let busy = workload::start(&world, &plan, case.parties.as_deref());
    let groups = esm::start(&world);
    functions::run_schedules(&world);
    world.runtime.spawn(cdc::connect(Arc::clone(&world)));
    let started_ms = world.now_ms();
    let quiet = go(&world, &groups, &busy);
    if lock(&world.judge).found().is_none() {
        check::at_the_end(&world, quiet);
    }
    let ended = Ended {
        violation: lock(&world.judge).found().cloned(),
        faults: world.chance(|chance| chance.injected().to_vec()),
        parties: plan.parties(),
        tally: tally(&world),
        took_ms: world.now_ms() - started_ms,
        story: world.history.lines(),
    };
    world.runtime.clear();
    ended
}

/// Runs until all is at rest (true), something is wrong, or time is up.
fn go(world: &World, groups: &[Arc<Group>], busy: &AtomicUsize) -> bool {
    let (mut look_at_ms, mut quiet) = (world.heal_at_ms, false);
    world.runtime.run_until(world.heal_at_ms + REST_MS, || {
        if lock(&world.judge).found().is_some() {
            return true;
        }
        if world.now_ms() >= look_at_ms {
            look_at_ms = world.now_ms() + LOOK_MS;
            quiet = busy.load(Ordering::Relaxed) == 0 && is_at_rest(world, groups);
        }
        quiet
    });
    quiet
}

fn is_at_rest(world: &World, groups: &[Arc<Group>]) -> bool {
    let rows_rest = world.ledger.inspect(|rows| {
        let decided = |state| !matches!(state, LetterState::Open | LetterState::Redriving);
        rows.payments().all(|payment| is_final(payment.status))
            && rows.reservations().all(|row| row.status != ReservationStatus::Held)
            && rows.letters().all(|(_, state)| decided(state))
    });
    rows_rest
        && world.psp.is_at_rest()
        && world.cdc.is_idle()
        && groups.iter().all(|group| group.is_idle(world))
        && !world.is_running()
        && world.held_for_nothing().is_empty()
        && world.untold_voids().is_empty()
}

fn tally(world: &World) -> BTreeMap<String, u64> {
    let mut tally = BTreeMap::new();
    let mut count = |what: String| *tally.entry(what).or_default() += 1;
    world.ledger.inspect(|rows| {
        rows.payments().for_each(|payment| count(format!("payment {}", payment.status)));
        rows.reservations().for_each(|row| count(format!("reservation {}", row.status)));
        for (row, state) in rows.letters() {
            count(format!("letter {state}"));
            count(format!("letter {}", row.resolution.as_deref().unwrap_or("unresolved")));
        }
        let stories = rows.payments().flat_map(|payment| rows.timeline(payment.id));
        stories.for_each(|event| count(format!("event {}", event.event)));
    });
    world.chance(|chance| {
        chance.injected().iter().for_each(|id| count(format!("fault: {}", id.fault.as_str())));
    });
    world.psp.charges().iter().for_each(|charge| count(format!("charge {:?}", charge.standing)));
    world.topics.fates().keys().for_each(|place| count(format!("record in {}", place.0)));
    tally
}
