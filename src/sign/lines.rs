//! Facts for a terminal: a label, a value, at most 80 columns.

use std::fmt;

use crate::seal::digest::Digest;
use crate::text::{COLUMNS, Language, columns};
use crate::verify::finding::Kind;

/// Columns before a value: two spaces, the label, a space. What remains is
/// exactly a SHA-256 in hex.
const INDENT: usize = 16;

/// Lines in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(Vec<String>);

impl Lines {
    /// No line yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A labelled value; a long one goes on in the next line, at a space where
    /// there is one.
    pub fn fact(&mut self, label: &str, value: &str) {
        let mut label = label;
        for part in wrap(value, COLUMNS - INDENT) {
            let line = format!("  {label:<width$}{part}", width = INDENT - 2);
            self.0.push(line.trim_end().to_string());
            label = "";
        }
    }

    /// One more value under the last label.
    pub fn more(&mut self, value: &str) {
        self.fact("", value);
    }

    /// A code in its two lines of groups.
    pub fn code(&mut self, label: &str, code: &Digest) {
        let [first, second] = code.code_lines();
        self.fact(label, &first);
        self.more(&second);
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.0.push(String::new());
    }

    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A finding as lines that fit behind `error: `: number, what happened, and
/// below it what to do.
pub fn finding_lines(kind: &Kind) -> Vec<String> {
    // As wide as `error: `, and as `M-118  `.
    let (margin, column) = (7, 7);
    let mut label = kind.code();
    let mut lines = Vec::new();
    for text in [kind.what(Language::English), kind.next(Language::English)] {
        if text.is_empty() {
            continue;
        }
        for part in wrap(&text, COLUMNS - margin - column) {
            lines.push(format!("{label:<column$}{part}"));
            label.clear();
        }
    }
    lines
}

/// Parts of at most `width` characters; breaks at spaces, and inside a word
/// only where the word alone is too long.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    // Spaces belong to the word before them, so that runs of them survive.
    for word in text.split_inclusive(' ') {
        let length: usize = word.trim_end().chars().map(columns).sum();
        if used > 0 && used + length > width {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
            used = 0;
        }
        for c in word.chars() {
            if used > 0 && used + columns(c) > width && c != ' ' {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns(c);
        }
    }
    lines.push(line.trim_end().to_string());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_80_columns() {
        let mut lines = Lines::new();
        lines.fact("Payload", &"a".repeat(200));
        lines.fact("Title", &"word ".repeat(40));
        lines.fact("SHA-256", &Digest::of(b"").to_string());
        lines.code("Release code", &Digest::of(b""));
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{lines}");
        assert!(lines.to_string().contains(&Digest::of(b"").to_string()), "a hash is not broken");
    }

    #[test]
    fn finding_says_what_happened_and_what_to_do_in_73_columns() {
        let path = format!("GUIDE/{}", "a".repeat(144));
        let kind = Kind::FileChanged { path: path.clone(), sectors: None };
        let lines = finding_lines(&kind);
        assert!(lines[0].starts_with("M-118  Changed file:"), "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 73), "{lines:?}");
        let joined: String = lines.iter().map(|line| &line[7..]).collect();
        assert!(joined.contains(&path), "{joined}");
        let next = kind.next(Language::English);
        assert!(lines.iter().any(|line| line.trim_start() == next), "{lines:?}");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("abcdefg h", 3), ["abc", "def", "g h"]);
        assert_eq!(wrap("a  b", 10), ["a  b"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("é é é", 3), ["é é", "é"]);
        assert_eq!(wrap("一二三 x", 4), ["一二", "三 x"], "wide characters take two columns");
    }
}
