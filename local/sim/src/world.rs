//! Everything that outlives a function: stores, topics, the PSP; and what watches over them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use gateway_memory::attempts::MemoryPayments;
use gateway_memory::claims::MemoryClaims;
use gateway_memory::index::MemoryIndex;
use gateway_memory::ledger::MemoryLedger;

use crate::actor::Actor;
use crate::cdc::Cdc;
use crate::chance::{Chance, Fault, Lot, Site, mix};
use crate::check::{Judge, Violation};
use crate::history::History;
use crate::planted::Planted;
use crate::psp::Psp;
use crate::records::Topics;
use crate::runtime::{Runtime, Sleep, lock};
use crate::setting::Setting;

/// Virtual time starts here: 2026-11-23T09:30:00Z.
pub const START_MS: i64 = 1_795_426_200_000;

/// Who may get no answer for long.
const FAILING: [Actor; 11] = [
    Actor::OrchestratePayment,
    Actor::ProcessPayment,
    Actor::SettlePayment,
    Actor::ScheduleRetry,
    Actor::HandleDlq,
    Actor::DispatchRetries,
    Actor::ReceivePspWebhook,
    Actor::ReviewPayments,
    Actor::DeadLetters,
    Actor::IndexProducts,
    Actor::Psp,
];

/// The world of one run.
pub struct World {
    /// Tasks and time.
    pub runtime: Arc<Runtime>,
    /// What is deployed.
    pub setting: Arc<Setting>,
    /// MySQL.
    pub ledger: MemoryLedger,
    /// DynamoDB's payment items.
    pub vault: Arc<MemoryPayments>,
    /// DynamoDB's claims.
    pub claims: MemoryClaims<Arc<MemoryPayments>>,
    /// The search index.
    pub index: MemoryIndex,
    /// What the product table's binlog tells.
    pub cdc: Cdc,
    /// Kafka.
    pub topics: Topics,
    /// The payment service provider.
    pub psp: Psp,
    /// What happened, for people.
    pub history: History,
    /// The checkers.
    pub judge: Mutex<Judge>,
    /// The planted bug, if any.
    pub planted: Option<Planted>,
    /// When faults stop.
    pub heal_at_ms: i64,
    chance: Mutex<Chance>,
    outage: OnceLock<Outage>,
    drawn: AtomicU64,
    running: AtomicUsize,
    seed: u64,
}

/// Who gets no answer, and from when to when, in epoch milliseconds.
struct Outage {
    actor: Actor,
    from_ms: i64,
    to_ms: i64,
}

/// How a world is made.
pub struct Origin {
    /// What is deployed.
    pub setting: Arc<Setting>,
    /// Its number.
    pub seed: u64,
    /// Its chance.
    pub chance: Chance,
    /// The planted bug, if any.
    pub planted: Option<Planted>,
    /// Whether what happens is written down.
    pub tells: bool,
    /// For how long faults happen, in milliseconds.
    pub faulty_ms: i64,
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new(origin: Origin) -> Arc<Self> {
        let partitions = origin.chance.profile().partitions;
        let vault = Arc::new(MemoryPayments::default());
        let world = Arc::new(Self {
            runtime: Arc::new(Runtime::starting_at(START_MS)),
            setting: origin.setting,
            ledger: MemoryLedger::new(),
            claims: MemoryClaims::beside(Arc::clone(&vault)),
            vault,
            index: MemoryIndex::default(),
            cdc: Cdc::default(),
            topics: Topics::new(partitions),
            psp: Psp::default(),
            history: History::new(origin.tells),
            judge: Mutex::default(),
            planted: origin.planted,
            heal_at_ms: START_MS + origin.faulty_ms,
            chance: Mutex::new(origin.chance),
            outage: OnceLock::new(),
            drawn: AtomicU64::new(0),
            running: AtomicUsize::new(0),
            seed: origin.seed,
        });
        world.plan_outage();
        world
    }

    fn plan_outage(&self) {
        let lot = self.draw(Actor::Scheduler, "outage");
        if self.fault(&lot, &[Fault::Outage]).is_some() {
            let actor = FAILING[lot.below(FAILING.len() as u64, 1) as usize];
            let from_ms = START_MS + lot.millis(5_000, 240_000, 2);
            let to_ms = from_ms + lot.millis(30_000, 2_700_000, 3);
            self.tell(|| format!("{} gets no answer for {} s", actor.name(), (to_ms - from_ms) / 1000));
            self.outage.get_or_init(|| Outage { actor, from_ms, to_ms });
        }
    }

    /// Whether nobody answers this actor now.
    pub fn is_out(&self, actor: Actor) -> bool {
        let now_ms = self.now_ms();
        let is_in = |outage: &Outage| (outage.from_ms..outage.to_ms).contains(&now_ms);
        self.outage.get().is_some_and(|outage| outage.actor == actor && is_in(outage)) && !self.is_healed()
    }

    /// Virtual time, in epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.runtime.now_ms()
    }

    /// Waits.
    pub fn sleep(&self, millis: i64) -> Sleep {
        self.runtime.sleep(millis)
    }

    /// Whether faults have stopped.
    pub fn is_healed(&self) -> bool {
        self.now_ms() >= self.heal_at_ms
    }

    /// Whether this bug is planted.
    pub fn has(&self, bug: Planted) -> bool {
        self.planted == Some(bug)
    }

    /// Draws at a site.
    pub fn draw(&self, actor: Actor, what: &'static str) -> Lot {
        lock(&self.chance).draw(Site(actor, what))
    }

    /// Which of the faults happens here, if any.
    pub fn fault(&self, lot: &Lot, faults: &[Fault]) -> Option<Fault> {
        if self.is_healed() {
            return None;
        }
        let mut chance = lock(&self.chance);
        let fault = chance.fault(lot, faults)?;
        if let Some(id) = chance.injected().last() {
            self.tell(|| format!("  ✗ {id}"));
        }
        Some(fault)
    }

    /// Hands the chance back when the run is over.
    pub fn chance<T>(&self, look: impl FnOnce(&Chance) -> T) -> T {
        look(&lock(&self.chance))
    }

    /// An invocation begins (true) or has ended (false).
    pub(crate) fn runs(&self, begins: bool) {
        if begins {
            self.running.fetch_add(1, Ordering::Relaxed);
        } else {
            self.running.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether any function is at work.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }

    /// 64 bits that no other call gets.
    pub fn unique(&self) -> u64 {
        mix(self.seed ^ mix(self.drawn.fetch_add(1, Ordering::Relaxed)))
    }

    /// Writes down what happens, if anybody wants to read it.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        self.history.tell(self.now_ms() - START_MS, what);
    }

    /// A checker found something wrong.
    pub fn accuse(&self, rule: &'static str, what: impl FnOnce() -> String) {
        let what = what();
        self.tell(|| format!("VIOLATION of {rule}: {what}"));
        lock(&self.judge).accuse(Violation { rule, what, at_ms: self.now_ms() - START_MS });
    }

    /// Looks at the ledger after something was written to it.
    pub fn look_at_ledger(&self) {
        let mut judge = lock(&self.judge);
        let (now_ms, told) = (self.now_ms() - START_MS, &self.history);
        self.ledger.inspect(|rows| {
            judge.ledger(rows, now_ms, told);
            self.cdc.capture(rows);
        });
        let failed = judge.take_failed();
        drop(judge);
        failed.into_iter().for_each(|payment_id| self.look_at_failure(payment_id));
    }
}
