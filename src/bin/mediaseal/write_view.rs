//! Keys that are being written, on screen or as JSON lines.
//!
//! On a terminal the lines of all keys are written over; elsewhere only ends
//! are told, so that a file does not fill with progress.

use std::io::{IsTerminal as _, Write as _};

use mediaseal::sys::disk::{Disk, Ejected};
use mediaseal::text::{COLUMNS as SCREEN, wrap};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::write::event::{Event, Observer, Phase, Progress};
use mediaseal::write::result::{Ended, TargetResult};
use mediaseal::write::{json, show};

use crate::screen;

/// More keys than this are shown by their sum only.
const MAX_LINES: usize = 30;
/// Columns of the screen that are used.
const COLUMNS: usize = 79;

/// Shows events.
pub struct View {
    keys: Vec<Key>,
    overall: Option<Progress>,
    json: bool,
    terminal: bool,
    /// Lines on the terminal that are written over next.
    drawn: usize,
    /// The first answer that could not be written.
    lost: Option<Failure>,
}

struct Key {
    name: String,
    state: String,
    finished: bool,
}

impl View {
    /// Of no key yet.
    pub fn new(json: bool) -> Self {
        Self {
            keys: Vec::new(),
            overall: None,
            json,
            terminal: std::io::stderr().is_terminal(),
            drawn: 0,
            lost: None,
        }
    }

    /// These keys are written from now on, in the engine's order.
    pub fn begin(&mut self, disks: &[Disk]) {
        let key = |disk: &Disk| Key {
            name: format!("{:<12} {:<9}", show::place(disk), show::tail(disk).unwrap_or_default()),
            state: "waiting".to_string(),
            finished: false,
        };
        self.keys = disks.iter().map(key).collect();
        if self.json {
            let targets: serde_json::Value = disks.iter().map(json::identity).collect();
            self.print(&serde_json::json!({"event": "targets", "targets": targets}).to_string());
        }
    }

    /// The end of the screen; an error if an answer was lost.
    pub fn close(mut self) -> Result<(), Failure> {
        self.erase();
        match self.lost.take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn print(&mut self, line: &str) {
        if let Err(failure) = screen::data(line) {
            self.lost.get_or_insert(failure);
        }
    }

    fn erase(&mut self) {
        if self.drawn > 0 {
            let mut err = std::io::stderr();
            // Talk only: a closed standard error must not end the work.
            let _ = write!(err, "\x1b[{}A\x1b[J", self.drawn).and_then(|()| err.flush());
            self.drawn = 0;
        }
    }

    fn draw(&mut self) {
        if !self.terminal || self.json {
            return;
        }
        self.erase();
        let mut lines = Vec::new();
        if self.keys.len() <= MAX_LINES {
            let open = self.keys.iter().filter(|key| !key.finished);
            lines.extend(open.map(|key| format!("  {} {}", key.name, key.state)));
        }
        if let Some(progress) = self.overall {
            let finished = self.keys.iter().filter(|key| key.finished).count();
            let count = format!("{finished} of {} finished", self.keys.len());
            lines.push(format!("  {:<22} {}", count, so_far(&progress)));
        }
        let mut err = std::io::stderr();
        for line in &lines {
            let line: String = line.chars().take(COLUMNS).collect();
            let _ = writeln!(err, "{line}");
        }
        self.drawn = lines.len();
    }

    fn finished(&mut self, target: usize, result: &TargetResult) {
        self.erase();
        let name = match self.keys.get_mut(target) {
            None => return,
            Some(key) => {
                key.finished = true;
                key.name.clone()
            }
        };
        if self.json {
            return;
        }
        for line in ending(&name, result) {
            self.print(&line);
        }
    }
}

/// A disk that was named and may not be written.
fn refused(result: &TargetResult) {
    screen::talk(&format!("  refused     {}", show::line(&result.disk)));
    if let Ended::Refused(why) = &result.ended {
        why.iter().for_each(|why| screen::talk(&format!("              {why}")));
    }
}

/// `61 %   18 MB/s   12 s left`
fn so_far(progress: &Progress) -> String {
    let percent = progress.done.min(progress.all) as f64 / progress.all.max(1) as f64 * 100.0;
    let left = progress.left.map_or(String::new(), |left| format!("{} left", show::time(left)));
    format!("{percent:>3.0} %   {:>9}   {left}", show::rate(progress.rate))
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "opening",
        Phase::Clear => "clearing",
        Phase::Capacity => "measuring",
        Phase::Write => "writing",
        Phase::Verify => "reading back",
        Phase::Boot => "finishing",
        Phase::Eject => "ejecting",
    }
}

/// What became of a key, in lines.
fn ending(name: &str, result: &TargetResult) -> Vec<String> {
    let mut lines = Vec::new();
    match &result.ended {
        Ended::Done => {
            let rates = [&result.written, &result.read].map(|moved| show::rate(moved.rate()));
            lines.push(format!(
                "  {name} done  {} · {} written · {} read",
                result.extent.word(),
                rates[0],
                rates[1]
            ));
        }
        ended => {
            let word = match ended {
                Ended::Failed(_) => "FAILED",
                Ended::Unlogged => "NO KEY",
                ended => ended.word(),
            };
            lines.push(format!("  {name} {word}"));
            lines.extend(wrap(&ended.detail(), "    ", SCREEN).lines().map(String::from));
        }
    }
    let began = result.written.bytes > 0;
    match (&result.ended, result.head_cleared) {
        (Ended::Done, _) if result.ejected == Some(Ejected::NotPossible) => {
            lines.push(
                "    It could not be ejected: unplug it before the system changes it.".into(),
            );
        }
        (Ended::Done, _) => {}
        (Ended::Unlogged, _) => lines.push("    Put it aside, and write it again.".into()),
        (Ended::Failed(_), true) => {
            lines.push("    It does not mount. Unplug it now and put it aside.".into());
        }
        (Ended::Cancelled, true) => {
            lines.push("    It was begun and does not mount: write it again.".into());
        }
        (_, true) => {}
        (Ended::Failed(_) | Ended::Cancelled, false) if began => {
            lines.push("    It may still mount, and is no key: unplug it now, destroy it.".into());
        }
        (_, false) => lines.push("    Nothing was written to it.".into()),
    }
    if result.marks_left {
        lines.push("    Single sectors may still hold marks of the capacity test.".into());
    }
    lines
}

impl Observer for View {
    fn event(&mut self, event: &Event<'_>) {
        if self.json {
            self.print(&json::event(event).to_string());
        }
        let mut set = |target: &usize, state: String| {
            if let Some(key) = self.keys.get_mut(*target) {
                key.state = state;
            }
        };
        match event {
            Event::Phase { target, phase } => set(target, doing(*phase).to_string()),
            Event::Progress { target, phase, progress } => {
                set(target, format!("{:<12} {}", doing(*phase), so_far(progress)));
            }
            Event::Overall(progress) => {
                self.overall = Some(*progress);
                self.draw();
            }
            Event::Stalled { target, since } => {
                set(target, format!("no answer for {}", show::time(*since)));
            }
            Event::Refused { result } => refused(result),
            Event::Finished { target, result } => self.finished(*target, result),
        }
    }
}

fn count(ends: &[Ended], word: &str) -> usize {
    ends.iter().filter(|ended| ended.word() == word).count()
}

/// The last word.
pub fn summary(ends: &[Ended], outcome: Outcome, json: bool) -> Result<(), Failure> {
    if json {
        screen::data(&end(ends, outcome).to_string())?;
    }
    screen::talk(&format!("\n{}", sentence(ends)));
    if count(ends, "done") > 0 {
        screen::talk("Set their write protection, plug them in again, and prove them: confirm.");
    }
    Ok(())
}

/// The last object.
fn end(ends: &[Ended], outcome: Outcome) -> serde_json::Value {
    serde_json::json!({
        "event": "end",
        "done": count(ends, "done"),
        "unlogged": count(ends, "unlogged"),
        "failed": count(ends, "failed"),
        "refused": count(ends, "refused"),
        "cancelled": count(ends, "cancelled"),
        "outcome": outcome.word(),
        "exit_code": outcome.exit_code(),
    })
}

/// How many came to which end.
fn sentence(ends: &[Ended]) -> String {
    let mut text = format!("{} of {} keys done", count(ends, "done"), ends.len());
    let words = [("unlogged", "without a line in the log")];
    let words = words.into_iter().chain(["failed", "refused", "cancelled"].map(|w| (w, w)));
    for (word, said) in words {
        if count(ends, word) > 0 {
            text.push_str(&format!(", {} {said}", count(ends, word)));
        }
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediaseal::write::result::{Fault, outcome};

    #[test]
    fn every_key_is_counted_once_under_its_end_and_unlogged_is_not_done() {
        let ends = [
            Ended::Done,
            Ended::Unlogged,
            Ended::Unlogged,
            Ended::Failed(Fault::Differs { offset: 7 }),
            Ended::NotOpened("in use".to_string()),
            Ended::OtherDisk("serial"),
        ];
        let told = end(&ends, outcome(&ends));
        let numbers = |value: &serde_json::Value| {
            ["done", "unlogged", "failed", "refused", "cancelled"]
                .map(|word| value[word].as_u64().unwrap())
        };
        assert_eq!(numbers(&told), [1, 2, 1, 2, 0]);
        assert_eq!(numbers(&told).iter().sum::<u64>(), ends.len() as u64);
        assert_eq!((&told["outcome"], &told["exit_code"]), (&"some-failed".into(), &4.into()));
        let said = "1 of 6 keys done, 2 without a line in the log, 1 failed, 2 refused.";
        assert_eq!(sentence(&ends), said);
        let none = [Ended::Unlogged];
        let told = end(&none, outcome(&none));
        assert_eq!((numbers(&told), &told["exit_code"]), ([0, 1, 0, 0, 0], &3.into()));
        assert_eq!(sentence(&none), "0 of 1 keys done, 1 without a line in the log.");
        assert_eq!(sentence(&[Ended::Done, Ended::Cancelled]), "1 of 2 keys done, 1 cancelled.");
        assert_eq!(sentence(&[Ended::Done]), "1 of 1 keys done.");
    }
}
