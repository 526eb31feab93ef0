//! What stands on a card, before it is text or a page. All values are raw:
//! whoever prints them escapes them for its own place.

use crate::text::{Cards, Language};

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Both {
    /// The same with a value below.
    pub fn with(self, value: String) -> Expected {
        Expected { text: self, value: Some(value) }
    }

    /// Both in one line; once where they are equal.
    pub fn line(&self) -> String {
        match self.en == self.fr {
            true => self.en.clone(),
            false => format!("{} · {}", self.en, self.fr),
        }
    }
}

/// A text of the card in both languages.
pub fn both(pick: impl Fn(&Cards) -> String) -> Both {
    let of = |language: Language| pick(&language.table().cards);
    Both { en: of(Language::English), fr: of(Language::French) }
}

/// What a command must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// In words.
    pub text: Both,
    /// Digits to compare.
    pub value: Option<String>,
}

impl From<Both> for Expected {
    fn from(text: Both) -> Self {
        Self { text, value: None }
    }
}

/// A fact: its label, and a line or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub label: Both,
    /// Its values.
    pub lines: Vec<String>,
}

/// A command of somebody else's tool, to be copied as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it shows.
    pub caption: Both,
    /// Its lines.
    pub lines: Vec<String>,
    /// What it must answer.
    pub expected: Expected,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What this is.
    pub title: Both,
    /// The facts of release and key.
    pub rows: Vec<Row>,
    /// Codes that people compare, each with lines that must not be broken.
    pub codes: Vec<Row>,
    /// Sentences.
    pub notes: Vec<Both>,
    /// Above the commands.
    pub heading: Both,
    /// Where they are typed.
    pub place: Both,
    /// The commands.
    pub commands: Vec<Command>,
}

impl Sheet {
    pub(super) fn new(title: Both) -> Self {
        let nothing = Both { en: String::new(), fr: String::new() };
        Self {
            title,
            rows: Vec::new(),
            codes: Vec::new(),
            notes: Vec::new(),
            heading: nothing.clone(),
            place: nothing,
            commands: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, label: Both, lines: Vec<String>) {
        self.rows.push(Row { label, lines });
    }

    pub(super) fn code(&mut self, label: Both, lines: Vec<String>) {
        self.codes.push(Row { label, lines });
    }

    pub(super) fn note(&mut self, note: Both) {
        self.notes.push(note);
    }

    pub(super) fn command(&mut self, caption: Both, lines: Vec<String>, expected: Expected) {
        self.commands.push(Command { caption, lines, expected });
    }
}
