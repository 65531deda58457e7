//! The figures, as JSON and as text.

use std::fmt;

use serde::Serialize;

use super::stats::median;
use super::yardstick::Look;

/// Every figure of every run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What the machine could do before each figure.
    pub yardstick: Vec<Look>,
    /// `POST /reserve`.
    pub reserve: Vec<ReserveRun>,
    /// `POST /payment` until its 202.
    pub accept: Vec<AcceptRun>,
    /// Payments until their final status.
    pub throughput: Vec<ThroughputRun>,
    /// From request to final status at 5/s.
    pub latency: Vec<LatencyRun>,
    /// A killed step.
    pub crash: Vec<CrashRun>,
    /// What each function costs.
    pub functions: Vec<FunctionCost>,
}

/// One run of `POST /reserve`.
#[derive(Debug, Clone, Serialize)]
pub struct ReserveRun {
    /// Clients side by side.
    pub clients: usize,
    /// Reservations a second.
    pub per_second: f64,
    /// Half of the answers came within, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 answers came within, in milliseconds.
    pub p99_ms: f64,
}

/// One run of `POST /payment`.
#[derive(Debug, Clone, Serialize)]
pub struct AcceptRun {
    /// Clients side by side.
    pub clients: usize,
    /// Accepted payments a second.
    pub per_second: f64,
    /// Half of the answers came within, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 answers came within, in milliseconds.
    pub p99_ms: f64,
}

/// One run of payments to their end.
#[derive(Debug, Clone, Serialize)]
pub struct ThroughputRun {
    /// How many.
    pub payments: usize,
    /// Payments a second, from the first request to the last final status.
    pub per_second: f64,
}

/// One run at 5 payments a second.
#[derive(Debug, Clone, Serialize)]
pub struct LatencyRun {
    /// How many.
    pub payments: usize,
    /// Half were final within, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 were final within, in milliseconds.
    pub p99_ms: f64,
}

/// One run with a killed step.
#[derive(Debug, Clone, Serialize)]
pub struct CrashRun {
    /// How many payments were accepted.
    pub payments: usize,
    /// How many processes were killed.
    pub killed: usize,
    /// How many of the payments were not final in the end.
    pub lost: usize,
    /// The longest time in which no payment passed the killed step, in milliseconds.
    pub pause_ms: f64,
}

/// What a function costs.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionCost {
    /// Which.
    pub name: String,
    /// From spawn to the first poll, half of the starts within, in milliseconds.
    pub start_p50_ms: f64,
    /// Resident memory at the first poll, in KiB.
    pub rss_kib: u64,
    /// The binary's size in bytes.
    pub size_bytes: u64,
}

impl fmt::Display for Report {
    /// What was not measured has no line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.accepted(f)?;
        if !self.reserve.is_empty() {
            let of = |field: fn(&ReserveRun) -> f64| median(self.reserve.iter().map(field).collect());
            line(f, "POST /reserve   16 clients", of(|run| run.per_second))?;
            tail(f, of(|run| run.p50_ms), of(|run| run.p99_ms))?;
        }
        if !self.throughput.is_empty() {
            let rate = median(self.throughput.iter().map(|run| run.per_second).collect());
            line(f, "end to end, 2,000 payments", rate)?;
            writeln!(f)?;
        }
        if !self.latency.is_empty() {
            let of = |field: fn(&LatencyRun) -> f64| median(self.latency.iter().map(field).collect());
            write!(f, "{:<39}", "end to end at 5/s")?;
            tail(f, of(|run| run.p50_ms), of(|run| run.p99_ms))?;
        }
        if let Some(lost) = self.crash.iter().map(|run| run.lost).max() {
            let pause = median(self.crash.iter().map(|run| run.pause_ms).collect());
            writeln!(f, "kill -9 of the orchestrator: {lost} payments lost, it goes on after {pause:.0} ms")?;
        }
        self.costs(f)?;
        self.machine(f)
    }
}

impl Report {
    fn accepted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clients: Vec<_> = self.accept.iter().map(|run| run.clients).collect();
        clients.sort_unstable();
        clients.dedup();
        for clients in clients {
            let runs = || self.accept.iter().filter(|run| run.clients == clients);
            let of = |field: fn(&AcceptRun) -> f64| median(runs().map(field).collect());
            line(f, &format!("POST /payment   {clients:>2} clients"), of(|run| run.per_second))?;
            tail(f, of(|run| run.p50_ms), of(|run| run.p99_ms))?;
        }
        Ok(())
    }

    fn costs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.functions.is_empty() {
            writeln!(f, "{:<24}{:>12}{:>12}{:>14}", "function", "start p50", "RSS", "size")?;
        }
        for cost in &self.functions {
            let (rss, size) = (cost.rss_kib / 1024, cost.size_bytes / 1024);
            writeln!(f, "{:<24}{:>9.1} ms{rss:>8} MiB{size:>10} KiB", cost.name, cost.start_p50_ms)?;
        }
        Ok(())
    }
}

impl Report {
    fn machine(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.yardstick.is_empty() {
            return Ok(());
        }
        let spread = |of: fn(&Look) -> f64| {
            let looks: Vec<f64> = self.yardstick.iter().map(of).collect();
            let (least, most) = looks
                .iter()
                .fold((f64::MAX, 0_f64), |(least, most), &look| (least.min(look), most.max(look)));
            format!("{:.0} ({least:.0} to {most:.0})", median(looks))
        };
        let (hashes, reads) = (spread(|look| look.million_hashes_per_s), spread(|look| look.memory_read_ns));
        writeln!(
            f,
            "yardstick: {hashes} million hashes/s, {reads} ns until memory answers; compare like with like"
        )
    }
}

fn line(f: &mut fmt::Formatter<'_>, what: &str, per_second: f64) -> fmt::Result {
    write!(f, "{what:<26}  {per_second:>8.0}/s ")
}

fn tail(f: &mut fmt::Formatter<'_>, p50: f64, p99: f64) -> fmt::Result {
    writeln!(f, "  p50 {p50:>7.2} ms   p99 {p99:>7.2} ms")
}
