//! What the vendor's installer answered, what that means, and what follows.
//!
//! From the public list of Windows Installer's codes. A code that is not in the
//! list is [`Exit::Other`]: it is shown and is a failure, never taken for done.

use crate::seal::manifest::Restart;
use crate::text::{Entry, Table};
use crate::verify::outcome::Outcome;

/// What the installer answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Done,
    /// 3010: done, and a restart is needed.
    DoneRestart,
    /// 1641: done, and the restart has begun.
    Restarting,
    /// 1602: a person cancelled.
    Cancelled,
    /// 1603: failed and rolled back; the log says why.
    Failed,
    /// 1605: the product is not installed.
    NotInstalled,
    /// 1618: another installation runs.
    Busy,
    /// 1619: the package could not be opened.
    CannotOpen,
    /// 1620: the package could not be read.
    Broken,
    /// 1625: a policy forbids it.
    Forbidden,
    /// 1638: another version of the product is there.
    OtherVersion,
    /// Anything else.
    Other(u32),
}

impl Exit {
    /// The meaning of a code.
    pub fn of(code: u32) -> Self {
        match code {
            0 => Self::Done,
            3010 => Self::DoneRestart,
            1641 => Self::Restarting,
            1602 => Self::Cancelled,
            1603 => Self::Failed,
            1605 => Self::NotInstalled,
            1618 => Self::Busy,
            1619 => Self::CannotOpen,
            1620 => Self::Broken,
            1625 => Self::Forbidden,
            1638 => Self::OtherVersion,
            other => Self::Other(other),
        }
    }

    /// True where the work was done.
    pub fn succeeded(self) -> bool {
        matches!(self, Self::Done | Self::DoneRestart | Self::Restarting)
    }

    /// How the program ends.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Done | Self::DoneRestart | Self::Restarting => Outcome::Done,
            Self::Cancelled => Outcome::Cancelled,
            _ => Outcome::InstallerFailed,
        }
    }

    /// Whether a restart is due: as the release says, and required where the
    /// installer asks for it. Nothing is due where nothing was done.
    pub fn restart(self, rule: Restart) -> Restart {
        match self {
            Self::Done => rule,
            Self::DoneRestart | Self::Restarting => Restart::Required,
            _ => Restart::None,
        }
    }

    /// What happened, and what to do.
    pub fn entry(self, table: &Table) -> Entry {
        let exits = &table.exits;
        match self {
            Self::Done => exits.done,
            Self::DoneRestart => exits.done_restart,
            Self::Restarting => exits.restarting,
            Self::Cancelled => exits.cancelled,
            Self::Failed => exits.failed,
            Self::NotInstalled => exits.not_installed,
            Self::Busy => exits.busy,
            Self::CannotOpen => exits.cannot_open,
            Self::Broken => exits.broken,
            Self::Forbidden => exits.forbidden,
            Self::OtherVersion => exits.other_version,
            Self::Other(_) => exits.other,
        }
    }
}

/// The word for a restart in records and JSON.
pub fn restart_word(restart: Restart) -> &'static str {
    match restart {
        Restart::None => "none",
        Restart::Recommended => "recommended",
        Restart::Required => "required",
    }
}

/// Reads that word.
pub fn restart_of(word: &str) -> Restart {
    let all = [Restart::None, Restart::Recommended, Restart::Required];
    // A word of a newer program asks for the most.
    all.into_iter().find(|restart| restart_word(*restart) == word).unwrap_or(Restart::Required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    const CODES: [u32; 11] = [0, 3010, 1641, 1602, 1603, 1605, 1618, 1619, 1620, 1625, 1638];

    #[test]
    fn every_known_code_has_its_own_words_and_an_exit_code() {
        for language in Language::ALL {
            let words: std::collections::BTreeSet<&str> =
                CODES.iter().map(|code| Exit::of(*code).entry(language.table()).what).collect();
            assert_eq!(words.len(), CODES.len());
            for code in CODES.into_iter().chain([2, 1627, u32::MAX]) {
                let entry = Exit::of(code).entry(language.table());
                assert!(!entry.next.is_empty(), "{code}");
                let known = CODES.contains(&code);
                assert_eq!(entry.what.contains("{code}"), !known, "{code}");
            }
        }
        let outcome = |code| Exit::of(code).outcome();
        assert_eq!([0, 3010, 1641].map(outcome), [Outcome::Done; 3]);
        assert_eq!(outcome(1602), Outcome::Cancelled);
        for code in [1603, 1605, 1618, 1619, 1620, 1625, 1638, 1, 2, 1627, u32::MAX] {
            assert_eq!(outcome(code), Outcome::InstallerFailed, "{code}");
            assert!(!Exit::of(code).succeeded());
        }
    }

    #[test]
    fn a_restart_is_due_as_the_release_says_and_more_where_the_installer_does() {
        let rules = [Restart::None, Restart::Recommended, Restart::Required];
        for rule in rules {
            assert_eq!(Exit::of(0).restart(rule), rule);
            assert_eq!(Exit::of(3010).restart(rule), Restart::Required);
            assert_eq!(Exit::of(1641).restart(rule), Restart::Required);
            assert_eq!(Exit::of(1603).restart(rule), Restart::None);
            assert_eq!(restart_of(restart_word(rule)), rule);
        }
        assert_eq!(restart_of("twice"), Restart::Required);
    }
}
