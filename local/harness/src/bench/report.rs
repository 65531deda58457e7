//! The figures, as JSON and as text.

use std::fmt;

use serde::Serialize;

use super::stats::median;

/// Every figure of every run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// `POST /reserve`.
    pub reserve: Vec<ReserveRun>,
    /// `POST /payment` until its 202.
    pub accept: Vec<AcceptRun>,
    /// Payments until their final status.
    pub throughput: Vec<ThroughputRun>,
    /// From request to final status at 5/s.
    pub latency: Vec<LatencyRun>,
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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "medians of {} runs", self.throughput.len())?;
        for clients in [1, 16, 64] {
            let runs = || self.accept.iter().filter(|run| run.clients == clients);
            let of = |field: fn(&AcceptRun) -> f64| median(runs().map(field).collect());
            let (rate, p50, p99) = (of(|run| run.per_second), of(|run| run.p50_ms), of(|run| run.p99_ms));
            writeln!(
                f,
                "POST /payment   {clients:>2} clients  {rate:>8.0}/s   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms"
            )?;
        }
        let of = |field: fn(&ReserveRun) -> f64| median(self.reserve.iter().map(field).collect());
        let (rate, p50, p99) = (of(|run| run.per_second), of(|run| run.p50_ms), of(|run| run.p99_ms));
        writeln!(f, "POST /reserve   16 clients  {rate:>8.0}/s   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms")?;
        let rate = median(self.throughput.iter().map(|run| run.per_second).collect());
        writeln!(f, "end to end, 2,000 payments  {rate:>8.0}/s")?;
        let of = |field: fn(&LatencyRun) -> f64| median(self.latency.iter().map(field).collect());
        let (p50, p99) = (of(|run| run.p50_ms), of(|run| run.p99_ms));
        writeln!(f, "end to end at 5/s                        p50 {p50:>7.1} ms   p99 {p99:>7.1} ms")?;
        writeln!(f, "{:<24}{:>12}{:>12}{:>14}", "function", "start p50", "RSS", "size")?;
        for cost in &self.functions {
            let (rss, size) = (cost.rss_kib / 1024, cost.size_bytes / 1024);
            writeln!(f, "{:<24}{:>9.1} ms{rss:>8} MiB{size:>10} KiB", cost.name, cost.start_p50_ms)?;
        }
        Ok(())
    }
}
