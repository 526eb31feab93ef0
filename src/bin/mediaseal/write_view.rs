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

/// The last word.
pub fn summary(ends: &[Ended], outcome: Outcome, json: bool) -> Result<(), Failure> {
    let count = |word: &str| ends.iter().filter(|ended| ended.word() == word).count();
    let (done, all) = (count("done"), ends.len());
    if json {
        let end = serde_json::json!({
            "event": "end",
            "done": done,
            "unlogged": count("unlogged"),
            "failed": count("failed"),
            "refused": count("refused"),
            "cancelled": count("cancelled"),
            "outcome": outcome.word(),
            "exit_code": outcome.exit_code(),
        });
        screen::data(&end.to_string())?;
    }
    let mut text = format!("{done} of {all} keys done");
    if count("unlogged") > 0 {
        text.push_str(&format!(", {} without a line in the log", count("unlogged")));
    }
    for word in ["failed", "refused", "cancelled"] {
        if count(word) > 0 {
            text.push_str(&format!(", {} {word}", count(word)));
        }
    }
    screen::talk(&format!("\n{text}."));
    if done > 0 {
        screen::talk("Set their write protection, plug them in again, and prove them: confirm.");
    }
    Ok(())
}
