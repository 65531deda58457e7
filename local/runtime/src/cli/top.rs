//! `esm-local top`: the mappings of a running runtime, live.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use esm_local::esm::metrics::MetricsSnapshot;
use esm_local::esm::status::MappingStatus;
use esm_local::invoke_api::MAPPINGS;

use super::Error;

/// Another screen without cursor and line breaks, and back: what was there before is not lost.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/// To the beginning, and everything cleared.
const HOME: &str = "\x1b[H\x1b[2J";

/// How long the runtime may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Shows the mappings until Ctrl-C.
#[derive(Debug, Args)]
pub struct Top {
    /// Where the runtime's Invoke API listens.
    #[arg(long, default_value = "127.0.0.1:9000")]
    invoke: SocketAddr,
    /// Seconds between two looks.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    interval: u64,
    /// Prints one look as text and ends; rates are those of one interval.
    #[arg(long)]
    once: bool,
}

impl Top {
    /// Looks again and again.
    pub(super) fn execute(self) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.watch())
    }

    async fn watch(self) -> Result<(), Error> {
        let interval = Duration::from_secs(self.interval);
        let mut before = self.look().await?;
        if self.once {
            tokio::time::sleep(interval).await;
            print!("{}", table(&before, &self.look().await?, self.interval));
            return Ok(());
        }
        print!("{ENTER}");
        let ended = loop {
            let now = match self.look().await {
                Ok(now) => now,
                Err(error) => break Err(error),
            };
            print!("{HOME}{}", table(&before, &now, self.interval));
            std::io::stdout().flush()?;
            before = now;
            tokio::select! {
                _ = tokio::signal::ctrl_c() => break Ok(()),
                () = tokio::time::sleep(interval) => {}
            }
        };
        print!("{LEAVE}");
        std::io::stdout().flush()?;
        ended
    }

    async fn look(&self) -> Result<Vec<MappingStatus>, Error> {
        let url = format!("http://{}{MAPPINGS}", self.invoke);
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build()?;
        let answer = client.get(&url).send().await.map_err(|error| {
            format!(
                "nothing answers at {} ({error}): does `esm-local run` run? Its --invoke goes here too",
                self.invoke
            )
        })?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

/// The mappings, a line each, with rates since the look before.
fn table(before: &[MappingStatus], now: &[MappingStatus], seconds: u64) -> String {
    let earlier: HashMap<&str, &MetricsSnapshot> =
        before.iter().map(|status| (status.uuid.as_str(), &status.metrics)).collect();
    let mut text = format!(
        "{:<28} {:<24} {:<10} {:>5} {:>9} {:>9} {:>9} {:>8} {:>8} {:>7} {:>7}  {}\n",
        "FUNCTION",
        "TOPIC",
        "STATE",
        "PARTS",
        "LAG",
        "READ/s",
        "DONE/s",
        "FAILED",
        "DROPPED",
        "DEAD",
        "OUT",
        "LAST"
    );
    for status in now {
        let start = earlier.get(status.uuid.as_str()).copied().copied().unwrap_or(status.metrics);
        let rate = |now: u64, before: u64| now.saturating_sub(before) / seconds.max(1);
        let metrics = &status.metrics;
        let lag = status.lag().map_or_else(|| "?".to_owned(), |lag| lag.to_string());
        let out = status.pollers.map_or_else(
            || status.invocations_in_flight.to_string(),
            |pollers| format!("{}/{pollers}p", status.invocations_in_flight),
        );
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "{:<28} {:<24} {:<10} {:>5} {lag:>9} {:>9} {:>9} {:>8} {:>8} {:>7} {out:>7}  {}",
            cut(&status.function, 28),
            cut(&status.topic, 24),
            format!("{:?}", status.state),
            status.partitions.len(),
            rate(metrics.polled, start.polled),
            rate(metrics.committed, start.committed),
            metrics.failed_invoke,
            metrics.dropped,
            metrics.destination_delivered,
            status.last_processing_result.lines().next().unwrap_or_default(),
        );
    }
    text
}

/// The end of a name says more than its beginning.
fn cut(name: &str, chars_max: usize) -> String {
    let chars = name.chars().count();
    if chars <= chars_max {
        return name.to_owned();
    }
    let end: String = name.chars().skip(chars - chars_max + 1).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(polled: u64, committed: u64) -> MappingStatus {
        serde_json::from_value(serde_json::json!({
            "id": "PayEvent", "uuid": "u-1", "function": "a-function-with-a-very-long-name", "topic": "payments",
            "consumerGroupId": "g", "state": "Enabled", "pollers": 2, "invocationsInFlight": 3,
            "lastProcessingResult": "OK", "lastError": null,
            "partitions": [{"partition": 0, "committed": 5, "buffered": 0, "unfinished": 0, "lag": 12}],
            "metrics": metrics(polled, committed),
        }))
        .unwrap()
    }

    fn metrics(polled: u64, committed: u64) -> serde_json::Value {
        serde_json::to_value(MetricsSnapshot { polled, committed, ..MetricsSnapshot::default() }).unwrap()
    }

    #[test]
    fn a_line_shows_lag_rates_and_calls_in_flight() {
        let text = table(&[status(100, 50)], &[status(300, 450)], 2);
        let line = text.lines().nth(1).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(
            words,
            [
                "…ction-with-a-very-long-name",
                "payments",
                "Enabled",
                "1",
                "12",
                "100",
                "200",
                "0",
                "0",
                "0",
                "3/2p",
                "OK"
            ]
        );
    }

    #[test]
    fn a_new_mapping_has_no_rate_yet() {
        let text = table(&[], &[status(300, 450)], 1);
        assert!(text.lines().nth(1).unwrap().contains(" 0         0 "), "{text}");
    }
}
