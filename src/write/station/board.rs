//! What a person at the bench sees: the order, and a line for each port.

use std::collections::BTreeMap;

use crate::seal::digest::Digest;
use crate::sys::disk::Disk;
use crate::write::production::ledger::Progress;
use crate::write::show;

/// Columns.
const WIDTH: usize = 80;

/// What is at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// The station works on it.
    Working,
    /// Written: the person's turn.
    Replug,
    /// Proved: it may leave.
    Proved,
    /// A bad stick: unplug it now.
    Failed,
    /// Something else that the person must see to.
    Odd,
}

/// One port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The end of the serial.
    pub serial: String,
    /// What to say.
    pub text: String,
    /// What it is.
    pub mood: Mood,
}

/// All ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// The order and how far it is.
    pub heading: String,
    /// By port.
    pub rows: BTreeMap<String, Row>,
    /// Sticks that are being worked on.
    pub busy: usize,
}

impl Board {
    /// The line above all ports.
    pub fn head(&mut self, order: &str, progress: &Progress, code: &Digest) {
        let groups: String = code.to_string().chars().take(8).collect();
        let groups = format!("{} {}", &groups[..4], &groups[4..]);
        let (proved, keys) = (progress.proved, progress.keys);
        let sticks = progress.failed_sticks();
        self.heading = format!(
            "Order {order} · {proved} of {keys} done · {sticks} · {groups} ... (release code)"
        );
    }

    /// Puts a line at the port of `disk`.
    pub fn set(&mut self, disk: &Disk, mood: Mood, text: impl Into<String>) {
        let serial = show::tail(disk).unwrap_or_else(|| "no serial".to_string());
        self.rows.insert(show::place(disk), Row { serial, text: text.into(), mood });
    }

    /// The screen, at most 80 columns; long texts are cut at the end.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![cut(&format!("  {}", self.heading)), String::new()];
        for (port, row) in &self.rows {
            lines.push(cut(&format!("  {port:<10} {:<10} {}", row.serial, row.text)));
        }
        lines
    }
}

fn cut(line: &str) -> String {
    match line.chars().count() <= WIDTH {
        true => line.to_string(),
        false => line.chars().take(WIDTH - 3).chain("...".chars()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;

    #[test]
    fn screen_fits_80_columns_and_nothing_on_it_acts() {
        let mut board = Board::default();
        let progress = Progress { keys: 50, proved: 37, failed: 2, waiting: 0 };
        board.head("4711", &progress, &Digest([0x8C; 32]));
        board.set(&stick("1-2", "\u{1b}[2J", 1), Mood::Failed, "FAILED ".repeat(30));
        board.set(&stick("1-3", "", 1), Mood::Replug, "unplug it");
        let lines = board.lines();
        assert_eq!(
            lines[0],
            "  Order 4711 · 37 of 50 done · 2 sticks failed · 8c8c 8c8c ... (release code)"
        );
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains('\u{1b}')), "{lines:?}");
        assert!(lines[3].contains("no serial") && lines[3].ends_with("unplug it"), "{lines:?}");
    }
}
