//! Carries out the plan: ends parts, starts them again, and times how long the gateway takes to recover.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::canary::Canary;
use super::fault::Fault;
use super::finding::Finding;
use super::functions::{self, Functions};
use super::load::Load;
use super::parts::Parts;
use super::plan::{Round, Shape, Stroke};
use super::report::Report;
use crate::gateway::Failure;

/// What is struck, who is let through meanwhile, and who tells that all works again.
pub struct Driver {
    /// The stack's parts.
    pub parts: Parts,
    /// The functions' processes.
    pub functions: Functions,
    /// The load.
    pub load: Arc<Load>,
    /// The one who checks.
    pub canary: Canary,
}

/// A round that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// How its strokes stood to one another.
    pub shape: Shape,
    /// What was done.
    pub faults: Vec<Fault>,
    /// From the last stroke until every part answered again, the time it was left down included.
    pub answering: Duration,
    /// From the last stroke until a payment went through again.
    pub recovered: Duration,
}

impl Driver {
    /// Carries out every round and reports it; says what it is at.
    ///
    /// # Errors
    /// A part does not come back, or the gateway does not recover.
    pub async fn run(
        &self,
        rounds: &[Round],
        report: &mut Report,
        say: &(dyn Fn(String) + Sync),
    ) -> Result<(), Failure> {
        let strokes: usize = rounds.iter().map(|round| round.strokes.len()).sum();
        let mut position = 0;
        for (number, round) in rounds.iter().enumerate() {
            let mut orders = Vec::new();
            for stroke in &round.strokes {
                // Each stroke has its share of the load, whatever division leaves over.
                let before = |position: usize| self.load.len() * position / strokes;
                let share = before(position + 1) - before(position);
                position += 1;
                orders.push(Order { stroke, share, label: format!("{position:03}") });
            }
            let struck = self.round(round.shape, orders, &mut report.findings).await?;
            say(format!("{:>3}/{} {}", number + 1, rounds.len(), line(&struck)));
            report.struck.push(struck);
        }
        Ok(())
    }

    async fn round(
        &self,
        shape: Shape,
        orders: Vec<Order<'_>>,
        findings: &mut Vec<Finding>,
    ) -> Result<Struck, Failure> {
        let faults: Vec<Fault> = orders.iter().map(|order| order.stroke.fault).collect();
        let blows = if shape == Shape::Together {
            futures::future::try_join_all(orders.into_iter().map(|order| self.strike(order))).await?
        } else {
            let mut blows = Vec::new();
            for order in orders {
                blows.push(self.strike(order).await?);
            }
            blows
        };
        let last = blows.iter().map(|blow| blow.at).max().unwrap_or_else(Instant::now);
        let answering = last.elapsed();
        findings.extend(blows.into_iter().filter_map(|blow| blow.finding));
        self.canary.await_recovery(&faults).await?;
        Ok(Struck { shape, faults, answering, recovered: last.elapsed() })
    }

    /// Half of the load meets the stroke, the other half the outage.
    async fn strike(&self, Order { stroke, share, label }: Order<'_>) -> Result<Blow, Failure> {
        self.load.let_through(share - share / 2);
        tokio::time::sleep(Duration::from_millis(stroke.before_ms)).await;
        let down = Duration::from_millis(stroke.down_ms);
        let at = Instant::now();
        let Some(part) = stroke.fault.part() else {
            self.load.let_through(share / 2);
            self.functions.kill(stroke.choice, down / 4).await?;
            return Ok(Blow { at, finding: None });
        };
        let finding = self.end(stroke.fault, part).await?;
        self.load.let_through(share / 2);
        tokio::time::sleep(down).await;
        self.parts.start(part, label).await?;
        Ok(Blow { at, finding })
    }

    /// Ends a part; with the runtime its functions must end too.
    async fn end(&self, fault: Fault, part: &'static str) -> Result<Option<Finding>, Failure> {
        if part != RUNTIME {
            return self.parts.kill(part).await.map(|()| None);
        }
        let functions = self.functions.running()?;
        match fault {
            Fault::Drain => drop(self.parts.drain(part).await?),
            _ => self.parts.kill(part).await?,
        }
        let left = functions::await_gone(&functions).await;
        let what = || Finding::of(NO_ORPHANS, format!("{left} live on after {fault}"));
        Ok((left > 0).then(what))
    }
}

/// What is looked at when the runtime ends.
pub const NO_ORPHANS: &str = "no function outlives its runtime";
/// The part whose end is the end of all functions.
const RUNTIME: &str = "runtime";

/// A stroke with its share of the load, and what its logs are called.
struct Order<'a> {
    stroke: &'a Stroke,
    share: usize,
    label: String,
}

/// A stroke that was carried out.
struct Blow {
    at: Instant,
    finding: Option<Finding>,
}

fn line(struck: &Struck) -> String {
    let faults: Vec<String> = struck.faults.iter().map(Fault::to_string).collect();
    let joint = if struck.shape == Shape::Together { " and " } else { ", then " };
    format!(
        "{:<42} answers after {:>6} ms, works after {:>6} ms",
        faults.join(joint),
        struck.answering.as_millis(),
        struck.recovered.as_millis()
    )
}
