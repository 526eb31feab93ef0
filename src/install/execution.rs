//! The vendor's installer, really started, and what is written down around it.
//!
//! Invariants: the line "begun" is durable before the installer is started, and
//! where it cannot be written nothing is started; "ended" is written after the
//! installer has ended, never before; nothing restarts the computer.

use std::io;

use crate::seal::manifest::Restart;
use crate::seal::names::escape_path;
use crate::store::SystemFolder;
use crate::store::folder::{Access, enter};
use crate::text::Language;
use crate::verify::detail::Detail;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;

use super::command::{Target, Window, command};
use super::evidence::Evidence;
use super::exit_code::{Exit, restart_word};
use super::failures::journal_failed;
use super::journal::{Journal, JournalError};
use super::journal_line::Ended;
use super::msi_log;
use super::pages;
use super::performed::{Performed, Run};
use super::status::see_restarts;
use super::world::{Somebody, Wish, World, tell};

/// Logs of the vendor's installer, in the state folder.
pub const LOGS: &str = "logs";

/// Writes "begun", starts the vendor's installer, waits, reads its log, writes
/// "ended". Where "begun" cannot be written, nothing is started.
pub(super) fn start(
    wish: &Wish<'_>,
    folder: &SystemFolder,
    target: Target<'_>,
    evidence: &Evidence<'_>,
    world: &World<'_>,
    person: Somebody<'_, '_>,
    done: &mut Performed,
) {
    let language = world.language;
    let failures = &language.table().install_failures;
    let not_written = |error: JournalError| journal_failed(&error, language);
    let not_started = |error: &io::Error| {
        let detail = Detail::failed(error).words(language).to_string();
        failure(Outcome::Io, failures.not_started, &[("detail", detail)])
    };
    let prepared = || -> Result<_, Failure> {
        let journal = Journal::open(folder).map_err(not_written)?;
        // Before the next line: afterwards it would look as if it came later.
        see_restarts(&journal, world.computer.boot().ok().as_deref(), (world.clock)())
            .map_err(not_written)?;
        let number = journal.next_sequence().map_err(not_written)?;
        let logs = enter(folder, LOGS, Access::Everyone)
            .map_err(|error| not_written(JournalError::Store(error)))?;
        let system = world.installer.system_folder().map_err(|error| not_started(&error))?;
        let log = logs.path().join(format!("{number:06}-{}.log", done.action.word()));
        let made = command(&system, target, wish.window, &log).ok_or_else(|| {
            failure(Outcome::Refused, failures.package_path, &[("path", escape_path(&log))])
        })?;
        let begun = evidence.begun(world, Some(&made));
        let id = journal.begin(begun, (world.clock)()).map_err(not_written)?;
        Ok((journal, made, id))
    };
    let (journal, made, id) = match prepared() {
        Ok(prepared) => prepared,
        Err(failure) => return done.failed(failure),
    };
    let labels = &language.table().procedure;
    let opens = match wish.window {
        Window::Wizard => labels.wizard_opens,
        Window::None => labels.quiet_runs,
    };
    tell(opens, world, person);
    let came = world.installer.run(&made);
    let mut ended = Ended { boot: world.computer.boot().ok(), ..Ended::default() };
    match came {
        Ok(code) => {
            let exit = Exit::of(code);
            let (log_lines, log_unread) = match exit.succeeded() {
                true => (Vec::new(), None),
                false => match msi_log::failing_lines(&made.log) {
                    Ok(lines) => (lines, None),
                    Err(error) => (Vec::new(), Some(error.to_string())),
                },
            };
            let restart = exit.restart(evidence.rule);
            ended.exit_code = Some(code);
            ended.log_lines = log_lines.clone();
            ended.log_unread = log_unread.clone();
            ended.restart = restart_word(restart).to_string();
            ended.outcome = exit.outcome().word().to_string();
            done.run = Some(Run { command: made, code, exit, restart, log_lines, log_unread });
        }
        Err(error) => {
            done.failed(not_started(&error));
            ended.error = Some(error.to_string());
            ended.restart = restart_word(Restart::None).to_string();
            ended.outcome = Outcome::Io.word().to_string();
        }
    }
    if let Err(error) = journal.end(&id, ended, (world.clock)()) {
        done.failed(not_written(error));
    }
    file(folder, &journal, &id, done, language);
}

/// Writes that nothing was done, and why.
pub(super) fn refuse(
    folder: &SystemFolder,
    evidence: &Evidence<'_>,
    world: &World<'_>,
    done: &mut Performed,
) {
    let written = Journal::open(folder).and_then(|journal| {
        let id = journal.refuse(evidence.begun(world, None), (world.clock)())?;
        Ok((journal, id))
    });
    match written {
        Ok((journal, id)) => file(folder, &journal, &id, done, world.language),
        // The refusal stands; that it could not be written down is said.
        Err(error) => done.failed(journal_failed(&error, world.language)),
    }
}

/// Files the pages of an action.
fn file(
    folder: &SystemFolder,
    journal: &Journal<SystemFolder>,
    id: &str,
    done: &mut Performed,
    language: Language,
) {
    let failed = |error: &JournalError| journal_failed(error, language);
    let filed = journal.history().map_err(|error| failed(&error)).and_then(|history| {
        let action = history.actions.iter().find(|action| action.id == id);
        let action = action.ok_or_else(|| {
            let detail = Detail::fact(|facts| facts.no_line, &[]).words(language).to_string();
            let entry = language.table().install_failures.journal_failed;
            failure(Outcome::Io, entry, &[("detail", detail)])
        })?;
        pages::file(folder, action).map_err(|error| failed(&JournalError::Store(error)))
    });
    match filed {
        Ok(path) => done.records.push(path),
        Err(failure) => done.failed(failure),
    }
}
