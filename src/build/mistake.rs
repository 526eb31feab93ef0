//! Mistakes in a recipe or a text, as a person repairs them: file, line, field,
//! what is wrong, what to do.

use std::fmt;

use crate::seal::names::{escape, escape_message};

/// More mistakes than this are not listed: the first ones explain the rest.
pub const MAX_MISTAKES: usize = 20;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: usize,
    /// The field, such as `applies_to[2].instrument`; empty for the file itself.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub next: String,
}

/// The mistakes of one file, in the order of their lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    /// The file as the person named it.
    pub file: String,
    /// At most [`MAX_MISTAKES`].
    pub list: Vec<Mistake>,
}

impl Mistakes {
    /// A single mistake.
    pub fn one(file: &str, line: usize, field: &str, what: String, next: &str) -> Self {
        let mistake = Mistake { line, field: field.to_string(), what, next: next.to_string() };
        Self { file: file.to_string(), list: vec![mistake] }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.list.iter().enumerate() {
            let (start, file) = (if index > 0 { "\n" } else { "" }, escape_message(&self.file));
            write!(f, "{start}{file}, line {}", mistake.line)?;
            if !mistake.field.is_empty() {
                write!(f, ", {}", mistake.field)?;
            }
            write!(f, ": {}", mistake.what)?;
            if !mistake.next.is_empty() {
                write!(f, "\n  {}", mistake.next)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// `text` in quotes with everything that could mislead written out.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// "Did you mean ...? Known: ..." for a word that is not one of `known`.
pub fn suggestion(word: &str, known: &[&str]) -> String {
    let list = format!("Known: {}", known.join(", "));
    match nearest(word, known) {
        Some(near) => format!("Did you mean \"{near}\"? {list}"),
        None => list,
    }
}

/// The known word that is fewest single-character edits away, if it is less
/// than half of the word.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // Longer words are not typing mistakes, and the table below is quadratic.
    let letters: Vec<char> = word.chars().take(65).flat_map(char::to_lowercase).collect();
    if letters.len() > 64 {
        return None;
    }
    let distances = known.iter().map(|candidate| {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        (edits(&letters, &other), *candidate)
    });
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance * 2 < candidate.chars().count().max(2)).then_some(candidate)
}

/// Levenshtein distance, one row at a time.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestion_is_near_or_not_made() {
        let known = ["MiSeq", "MiSeqDx", "NextSeq 500"];
        let all = "Known: MiSeq, MiSeqDx, NextSeq 500";
        assert_eq!(suggestion("MiSek", &known), format!("Did you mean \"MiSeq\"? {all}"));
        assert_eq!(
            suggestion("nextseq500", &known),
            format!("Did you mean \"NextSeq 500\"? {all}")
        );
        assert_eq!(suggestion("Toaster", &known), all);
        assert_eq!(suggestion(&"x".repeat(100_000), &known), all);
        assert_eq!(suggestion("", &known), all);
    }

    #[test]
    fn mistake_names_file_line_and_field() {
        let what = "unknown instrument \"MiSek\"".to_string();
        let one = Mistakes::one("a.toml", 14, "applies_to[1].instrument", what, "Look it up.");
        assert_eq!(
            one.to_string(),
            "a.toml, line 14, applies_to[1].instrument: unknown instrument \"MiSek\"\n  \
             Look it up."
        );
    }
}
