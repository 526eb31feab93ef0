//! What an installation, repair or removal came to, and how the program ends.

use std::path::PathBuf;

use crate::seal::manifest::Restart;
use crate::text::{Language, fill};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::report::Report;

use super::command::Action;
use super::exit_code::Exit;
use super::installer::InstallerCommand;
use crate::instrument::preflight::Preflight;

/// One run of the vendor's installer, from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was started.
    pub command: InstallerCommand,
    /// What it returned.
    pub code: u32,
    /// What that means.
    pub exit: Exit,
    /// The restart that is due.
    pub restart: Restart,
    /// What its log says of a failure; raw.
    pub log_lines: Vec<String>,
    /// Why the log was not read.
    pub log_unread: Option<String>,
}

impl Run {
    /// What happened and what to do, in a language.
    pub fn words(&self, language: Language) -> (String, String) {
        let entry = self.exit.entry(language.table());
        let values = [("code", self.code.to_string())];
        (fill(entry.what, &values), fill(entry.next, &values))
    }
}

/// What came of an action.
pub struct Performed {
    /// Which one.
    pub action: Action,
    /// The check that it rests on; none where something is removed.
    pub report: Option<Report>,
    /// What was looked at and asked before.
    pub preflight: Option<Preflight>,
    /// The copy.
    pub copied: Option<PathBuf>,
    /// The vendor's installer, if it was started and its end was seen.
    pub run: Option<Run>,
    /// Why it was not, or what could not be written down.
    pub failure: Option<Failure>,
    /// The newest trust document, if one was learned.
    pub learned: Option<u32>,
    /// Records that were filed.
    pub records: Vec<PathBuf>,
}

impl Performed {
    /// Nothing yet.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            report: None,
            preflight: None,
            copied: None,
            run: None,
            failure: None,
            learned: None,
            records: Vec::new(),
        }
    }

    /// Notes a failure; the first one stays.
    pub fn failed(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    /// How the program ends: FAIL, then a refusal, then trust, then whatever the
    /// installer answered. Done only where the installer said so.
    pub fn outcome(&self) -> Outcome {
        let report = self.report.as_ref().map(|report| report.verdict().outcome());
        let preflight = self.preflight.as_ref().map(|preflight| {
            match (preflight.may_go_on(), preflight.stopped) {
                (true, _) => Outcome::Done,
                (false, true) => Outcome::Cancelled,
                (false, false) => Outcome::Refused,
            }
        });
        let failure = self.failure.as_ref().map(|failure| failure.outcome);
        let run = self.run.as_ref().map(|run| run.exit.outcome());
        let all = [report, preflight, failure, run].into_iter().flatten();
        let worst = all.fold(Outcome::Done, Outcome::worse);
        match (worst, self.run.is_some()) {
            // Nothing speaks against it, and still nothing was done.
            (Outcome::Done, false) => Outcome::Refused,
            (worst, _) => worst,
        }
    }

    /// The restart that is due.
    pub fn restart(&self) -> Restart {
        self.run.as_ref().map_or(Restart::None, |run| run.restart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::level::Level;
    use crate::verify::report::Pin;

    fn run(code: u32) -> Run {
        Run {
            command: InstallerCommand {
                program: PathBuf::new(),
                working_folder: PathBuf::new(),
                arguments: String::new(),
                log: PathBuf::new(),
            },
            code,
            exit: Exit::of(code),
            restart: Restart::None,
            log_lines: Vec::new(),
            log_unread: None,
        }
    }

    #[test]
    fn done_is_never_a_default() {
        let mut performed = Performed::new(Action::Install);
        assert_eq!(performed.outcome(), Outcome::Refused);
        performed.preflight = Some(Preflight::default());
        assert_eq!(performed.outcome(), Outcome::Refused);
        performed.run = Some(run(0));
        assert_eq!(performed.outcome(), Outcome::Done);
        performed.run = Some(run(1603));
        assert_eq!(performed.outcome(), Outcome::InstallerFailed);
        performed.failed(Failure::new(Outcome::Io, "x", ""));
        assert_eq!(performed.outcome(), Outcome::InstallerFailed);
        performed.run = Some(run(0));
        assert_eq!(performed.outcome(), Outcome::Io);
        performed.preflight = Some(Preflight { stopped: true, ..Preflight::default() });
        assert_eq!(performed.outcome(), Outcome::Cancelled);
        // A report of nothing is no PASS, whatever the installer says.
        performed.report = Some(Report::new("x".to_string(), Level::InstalledCopy, Pin::Pinned));
        assert_eq!(performed.outcome(), Outcome::Fail);
    }
}
