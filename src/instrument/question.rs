//! What is asked before anything is changed, the options that answer it where
//! nobody sits at the computer, and who answered.

use crate::seal::names::{DottedVersion, Text};
use crate::text::{Entry, Table};

/// In which of two modes an instrument was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Diagnostic.
    Dx,
    /// Research use only.
    Ruo,
}

impl Mode {
    /// The word for options and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dx => "dx",
            Self::Ruo => "ruo",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Dx, Self::Ruo].into_iter().find(|mode| mode.name() == text)
    }

    /// The other mode.
    pub fn other(self) -> Self {
        match self {
            Self::Dx => Self::Ruo,
            Self::Ruo => Self::Dx,
        }
    }
}

/// Answers that were given by options.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--instrument`
    pub instrument: Option<Text>,
    /// `--serial`
    pub serial: Option<Text>,
    /// `--software`
    pub software: Option<DottedVersion>,
    /// `--mode`
    pub mode: Option<Mode>,
    /// `--no-run-in-progress`
    pub no_run: bool,
    /// `--despite-restart`
    pub despite_restart: bool,
    /// `--no-other-installer`
    pub no_other_installer: bool,
    /// `--enough-space`
    pub enough_space: bool,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which instrument this is.
    Instrument,
    /// Its serial number; may stay without an answer.
    Serial,
    /// The version of the software that is updated.
    Software,
    /// In which mode it was started.
    Mode,
    /// Whether a run is in progress.
    Run,
    /// Whether to go on though Windows waits for a restart, or does not tell.
    Restart,
    /// Whether another installation is at work.
    OtherInstaller,
    /// Whether there is enough space.
    Space,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 8] = [
        Self::Instrument,
        Self::Serial,
        Self::Software,
        Self::Mode,
        Self::Run,
        Self::Restart,
        Self::OtherInstaller,
        Self::Space,
    ];

    /// The word in records.
    pub fn key(self) -> &'static str {
        match self {
            Self::Instrument => "instrument",
            Self::Serial => "serial",
            Self::Software => "software-version",
            Self::Mode => "mode",
            Self::Run => "run-in-progress",
            Self::Restart => "restart-pending",
            Self::OtherInstaller => "other-installer",
            Self::Space => "space",
        }
    }

    /// What it is about, for people.
    pub fn name(self, table: &Table) -> &'static str {
        let asked = &table.asked;
        match self {
            Self::Instrument => asked.instrument,
            Self::Serial => asked.serial,
            Self::Software => asked.software,
            Self::Mode => asked.mode,
            Self::Run => asked.run,
            Self::Restart => asked.restart,
            Self::OtherInstaller => asked.other_installer,
            Self::Space => asked.space,
        }
    }

    /// The option that answers it without a person.
    pub fn option(self) -> &'static str {
        match self {
            Self::Instrument => "--instrument NAME",
            Self::Serial => "--serial TEXT",
            Self::Software => "--software VERSION",
            Self::Mode => "--mode dx|ruo",
            Self::Run => "--no-run-in-progress",
            Self::Restart => "--despite-restart",
            Self::OtherInstaller => "--no-other-installer",
            Self::Space => "--enough-space",
        }
    }

    /// The question, and why it is asked.
    pub fn entry(self, table: &Table) -> Entry {
        let questions = &table.questions;
        match self {
            Self::Instrument => questions.instrument,
            Self::Serial => questions.serial,
            Self::Software => questions.software,
            Self::Mode => questions.mode,
            Self::Run => questions.run,
            Self::Restart => questions.restart,
            Self::OtherInstaller => questions.other_installer,
            Self::Space => questions.space,
        }
    }
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// A person at the keyboard.
    Person,
    /// An option of the command line.
    Option,
    /// What was answered and stored before.
    Stored,
    /// Read from the computer.
    Computer,
}

impl AnsweredBy {
    /// The word in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Option => "option",
            Self::Stored => "stored",
            Self::Computer => "computer",
        }
    }
}

/// A question with its answer, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What came.
    pub answer: String,
    /// Who said it.
    pub by: AnsweredBy,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn every_question_says_why_it_is_asked_and_has_its_own_word_and_option() {
        for language in Language::ALL {
            for question in Question::ALL {
                let entry = question.entry(language.table());
                assert!(!entry.what.is_empty() && !entry.next.is_empty(), "{question:?}");
            }
        }
        let unique = |of: fn(Question) -> &'static str| {
            Question::ALL.map(of).into_iter().collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!((unique(Question::key), unique(Question::option)), (8, 8));
    }

    #[test]
    fn modes_have_words() {
        for mode in [Mode::Dx, Mode::Ruo] {
            assert_eq!(Mode::parse(mode.name()), Some(mode));
            assert_eq!(mode.other().other(), mode);
            assert_ne!(mode.other(), mode);
        }
        assert_eq!(Mode::parse("DX"), None);
    }
}
