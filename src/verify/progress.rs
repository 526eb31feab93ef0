//! Progress on standard error: only on a terminal, only after a second, gone
//! at the end, so that a file or a pipe never sees it.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::text::{Language, fill};

/// Nothing is shown before this: short work needs no meter.
const QUIET: Duration = Duration::from_secs(1);
/// Pause between two lines, so that the meter costs nothing.
const PAUSE: Duration = Duration::from_millis(200);

/// A line that is written over itself: done, all, rate, time left.
pub struct Meter {
    language: Language,
    started: Instant,
    shown: Option<Instant>,
    terminal: bool,
}

impl Meter {
    /// Starts the clock.
    pub fn start(language: Language) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { language, started: Instant::now(), shown: None, terminal }
    }

    /// `done` of `all` bytes.
    pub fn step(&mut self, done: u64, all: u64) {
        let since =
            || self.shown.map_or(self.started.elapsed() >= QUIET, |at| at.elapsed() >= PAUSE);
        // Without a terminal not even the clock is asked: this is called often.
        if self.terminal && since() {
            self.shown = Some(Instant::now());
            let line = self.line(done, all, self.started.elapsed());
            // Talk only: a closed standard error must not end the work.
            let _ = write!(std::io::stderr(), "\r{line:<78}");
        }
    }

    fn line(&self, done: u64, all: u64, elapsed: Duration) -> String {
        let labels = &self.language.table().labels;
        let mega = |bytes: f64| self.language.decimal(bytes / 1e6);
        let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
        let left = (all.saturating_sub(done)) as f64 / rate.max(1.0);
        let left = fill(labels.progress_left, &[("seconds", format!("{:.0}", left.ceil()))]);
        let values = [
            ("done", mega(done as f64)),
            ("all", mega(all as f64)),
            ("rate", format!("{:.0}", rate / 1e6)),
            ("left", left),
        ];
        format!("  {:<11} {}", labels.progress_reading, fill(labels.progress_of, &values))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r{:78}\r", "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_says_done_all_rate_and_time_left() {
        let meter =
            |language| Meter { language, started: Instant::now(), shown: None, terminal: false };
        let second = Duration::from_secs(1);
        let english = meter(Language::English).line(24_000_000, 96_000_000, second);
        assert_eq!(english, "  Reading     24.0 of 96.0 MB · 24 MB/s · 3 s left");
        let french = meter(Language::French).line(24_000_000, 96_000_000, second);
        assert_eq!(french, "  Lecture     24,0 sur 96,0 Mo · 24 Mo/s · encore 3 s");
        let start = meter(Language::English).line(0, u64::MAX, Duration::ZERO);
        assert!(start.chars().count() < 100);
    }
}
