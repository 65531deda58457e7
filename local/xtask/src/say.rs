//! The one place that prints: progress with the time since the start, and results.

use std::fmt::Display;
use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

static STARTED: OnceLock<Instant> = OnceLock::new();

/// Starts the clock that every progress line shows.
pub fn start_clock() {
    STARTED.get_or_init(Instant::now);
}

/// A line of progress: who, what, and how long after the start.
pub fn progress(who: &str, what: impl Display) {
    let elapsed = STARTED.get_or_init(Instant::now).elapsed();
    print_line(&mut std::io::stderr(), format!("[{:>6?}s] {who:<14} {what}", Seconds(elapsed.as_millis())));
}

/// A line of the result, on standard output.
pub fn line(text: impl Display) {
    print_line(&mut std::io::stdout(), text);
}

/// A failure, on standard error.
pub fn failure(text: impl Display) {
    print_line(&mut std::io::stderr(), format!("\nxtask: {text}"));
}

/// Whoever reads may have seen enough (`| head`): that must not stop what is being started.
fn print_line(stream: &mut impl Write, text: impl Display) {
    let _ = writeln!(stream, "{text}");
}

/// Seconds with one digit, without floating-point arithmetic.
struct Seconds(u128);

impl std::fmt::Debug for Seconds {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad_integral(true, "", &format!("{}.{}", self.0 / 1000, self.0 % 1000 / 100))
    }
}

/// A duration as it is read: `850 ms`, `3.2 s`, `2 min 05 s`, `3 h 20 min`.
pub fn duration(duration: std::time::Duration) -> String {
    let ms = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{ms} ms"),
        1..=59 => format!("{}.{} s", seconds, ms % 1000 / 100),
        60..=3599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}
