//! How a program ends: one enum for both programs, and the exit code of each.

use std::fmt;

use crate::text::{COLUMNS, wrap};

/// The end of a command. There is no default: every path names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; a PASS, with or without notices.
    Done,
    /// A check came to FAIL.
    Fail,
    /// The command line is wrong.
    Usage,
    /// Input or output failed; CANNOT TELL for that reason.
    Io,
    /// Some of several targets failed.
    SomeFailed,
    /// Refused for safety.
    Refused,
    /// Trust is not set up: no anchor, UNPINNED, state lost.
    TrustSetUp,
    /// The vendor's installer failed.
    InstallerFailed,
    /// The person cancelled.
    Cancelled,
}

impl Outcome {
    /// Every variant, for the table in the help and for tests.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Fail,
        Self::Usage,
        Self::Io,
        Self::SomeFailed,
        Self::Refused,
        Self::TrustSetUp,
        Self::InstallerFailed,
        Self::Cancelled,
    ];

    /// The one that a program ends with where both happened: FAIL, then
    /// refused, then trust, then everything else that is not done.
    pub fn worse(self, other: Self) -> Self {
        let rank = |outcome: Self| match outcome {
            Self::Fail => 0,
            Self::Refused => 1,
            Self::TrustSetUp => 2,
            Self::Cancelled => 3,
            Self::InstallerFailed => 4,
            Self::SomeFailed => 5,
            Self::Io => 6,
            Self::Usage => 7,
            Self::Done => 8,
        };
        if rank(other) < rank(self) { other } else { self }
    }

    /// The exit code, the same in both programs.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Fail => 1,
            Self::Usage => 2,
            Self::Io => 3,
            Self::SomeFailed => 4,
            Self::Refused => 5,
            Self::TrustSetUp => 6,
            Self::InstallerFailed => 7,
            Self::Cancelled => 130,
        }
    }

    /// The end of another run of this program, from its exit code. One that is
    /// none of ours (a crash, a kill) is a failure of the system.
    pub fn of_exit_code(code: u32) -> Self {
        let known = Self::ALL.into_iter().find(|outcome| u32::from(outcome.exit_code()) == code);
        known.unwrap_or(Self::Io)
    }

    /// The word for scripts, as it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Fail => "fail",
            Self::Usage => "usage",
            Self::Io => "io",
            Self::SomeFailed => "some-failed",
            Self::Refused => "refused",
            Self::TrustSetUp => "trust-set-up",
            Self::InstallerFailed => "installer-failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A command that could not do its work, in two texts for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How the program ends.
    pub outcome: Outcome,
    /// What happened; one sentence, no final full stop needed.
    pub what: String,
    /// What to do next; may be empty.
    pub next: String,
}

impl Failure {
    /// A failure with both texts.
    pub fn new(outcome: Outcome, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { outcome, what: what.into(), next: next.into() }
    }

    /// The lines for a screen: `label: what`, and below it what to do next, at
    /// most [`COLUMNS`] wide.
    pub fn message(&self, label: &str) -> String {
        let indent = " ".repeat(label.chars().count() + 2);
        let lines = self.what.lines().chain(self.next.lines());
        let lines: Vec<String> = lines.map(|line| wrap(line.trim(), &indent, COLUMNS)).collect();
        format!("{label}: {}", lines.join("\n").trim_start())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        match self.next.is_empty() {
            true => Ok(()),
            false => write!(f, "\n       {}", self.next),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fail_wins_over_everything() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.worse(Outcome::Fail), Outcome::Fail);
            assert_eq!(Outcome::Fail.worse(outcome), Outcome::Fail);
            assert_eq!(Outcome::Done.worse(outcome), outcome);
        }
        assert_eq!(Outcome::Io.worse(Outcome::Refused), Outcome::Refused);
        assert_eq!(Outcome::TrustSetUp.worse(Outcome::Io), Outcome::TrustSetUp);
    }

    #[test]
    fn every_outcome_has_its_own_code_and_word() {
        let codes: Vec<u8> = Outcome::ALL.iter().map(|o| o.exit_code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 130]);
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::of_exit_code(outcome.exit_code().into()), outcome);
        }
        assert_eq!(Outcome::of_exit_code(0xC000_0005), Outcome::Io);
        let words: std::collections::BTreeSet<_> = Outcome::ALL.iter().map(|o| o.word()).collect();
        assert_eq!(words.len(), Outcome::ALL.len());
    }
}
