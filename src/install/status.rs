//! What was done on this computer, and what is still to be done.
//!
//! Reads the journal and checks its chain, asks Windows whether the program is
//! among the installed ones, and sees whether the computer was restarted since.
//! A restart that is seen is written down where the program may write; nothing
//! else is changed. Nothing here claims that the instrument is safe.

use serde::Serialize;

use crate::instrument::computer::{Computer, Fact, InstalledProduct};
use crate::instrument::question::Mode;
use crate::seal::manifest::Restart;
use crate::seal::names::escape;
use crate::seal::timestamp::Timestamp;
use crate::store::folder::Folder;
use crate::text::{Language, fill, wrap};
use crate::verify::outcome::{Failure, Outcome};

use super::command::Action;
use super::exit_code::{Exit, restart_of};
use super::failures::journal_failed;
use super::journal::{self, History, Journal, JournalError, Recorded};
use super::pages;

/// The shape of the JSON.
pub const SCHEMA: u32 = 1;

/// Something that is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToDo {
    /// The work is not complete before a restart.
    RestartRequired,
    /// A restart is advised.
    RestartRecommended,
    /// The same in the instrument's other mode.
    OtherMode(Mode),
    /// The newest action was cut off.
    Unfinished,
    /// The newest action did not succeed.
    Failed,
    /// The records themselves are damaged.
    Records,
}

impl ToDo {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::RestartRequired => "restart-required",
            Self::RestartRecommended => "restart-recommended",
            Self::OtherMode(Mode::Dx) => "install-in-mode-dx",
            Self::OtherMode(Mode::Ruo) => "install-in-mode-ruo",
            Self::Unfinished => "unfinished",
            Self::Failed => "failed",
            Self::Records => "records-damaged",
        }
    }

    /// The sentence for a person.
    pub fn words(self, language: Language) -> String {
        let labels = &language.table().procedure;
        let text = match self {
            Self::RestartRequired => labels.to_do_restart_required,
            Self::RestartRecommended => labels.to_do_restart_recommended,
            Self::OtherMode(mode) => {
                let mode = mode.name().to_uppercase().replace("DX", "Dx");
                return fill(labels.to_do_other_mode, &[("mode", mode)]);
            }
            Self::Unfinished => labels.to_do_unfinished,
            Self::Failed => labels.to_do_failed,
            Self::Records => labels.to_do_records,
        };
        text.to_string()
    }
}

/// What a computer's records say.
pub struct Status {
    /// Every action; where the chain breaks, those before that.
    pub history: History,
    /// Why there may be more that is not known.
    pub broken: Option<JournalError>,
    /// Whether the program of the newest action is installed, where a product
    /// code is known.
    pub installed: Option<Fact<Option<InstalledProduct>>>,
    /// What is still to be done.
    pub to_do: Vec<ToDo>,
}

/// Whether what is seen may be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// An administrator asks.
    Allowed,
    /// Anybody asks: only looks.
    No,
}

/// Reads the records of a state folder. Where they are damaged, what is known is
/// told, and nothing is written.
pub fn look<F: Folder>(
    state: &F,
    computer: &dyn Computer,
    writing: Writing,
    clock: Option<Timestamp>,
) -> Result<Status, JournalError> {
    let (mut history, broken) = journal::known(state);
    let boot = computer.boot().ok();
    if writing == Writing::Allowed && broken.is_none() && !history.actions.is_empty() {
        let journal = Journal::open(state)?;
        see_restarts(&journal, boot.as_deref(), clock)?;
        history = journal.history()?;
        for action in &history.actions {
            // A page that is there and says the same is written again all the
            // same: few actions are done on one computer.
            pages::file(state, action).map_err(JournalError::Store)?;
        }
    }
    let newest = history.actions.iter().rev().find(|action| !action.refused);
    let code = newest.and_then(|action| action.begun.product_code.as_deref());
    let installed = code.map(|code| computer.installed(code));
    let mut to_do = to_do(&history, boot.as_deref());
    to_do.extend(broken.as_ref().map(|_| ToDo::Records));
    Ok(Status { history, broken, installed, to_do })
}

/// Writes down which restarts are seen now: by whoever looks with the right to,
/// and before the next action is begun.
pub fn see_restarts<F: Folder>(
    journal: &Journal<F>,
    boot: Option<&str>,
    clock: Option<Timestamp>,
) -> Result<(), JournalError> {
    let Some(boot) = boot else { return Ok(()) };
    for action in journal.history()?.actions {
        if action.restart_seen.is_none() && restarted(&action, Some(boot)) {
            journal.restart_seen(&action.id, boot, clock)?;
        }
    }
    Ok(())
}

/// True where a restart was due and the computer was started anew since.
fn restarted(action: &Recorded, boot: Option<&str>) -> bool {
    let Some((_, ended)) = &action.ended else { return false };
    let before = ended.boot.as_deref().or(action.begun.boot.as_deref());
    let due = restart_of(&ended.restart) != Restart::None;
    matches!((due, before, boot), (true, Some(before), Some(now)) if before != now)
}

fn succeeded(action: &Recorded) -> bool {
    let code = action.ended.as_ref().and_then(|(_, ended)| ended.exit_code);
    code.is_some_and(|code| Exit::of(code).succeeded())
}

fn to_do(history: &History, boot: Option<&str>) -> Vec<ToDo> {
    let mut to_do = Vec::new();
    let Some(newest) = history.actions.iter().rev().find(|action| !action.refused) else {
        return to_do;
    };
    match &newest.ended {
        None => to_do.push(ToDo::Unfinished),
        Some(_) if !succeeded(newest) => to_do.push(ToDo::Failed),
        Some(_) => {}
    }
    let due = |action: &&Recorded| action.restart_seen.is_none() && !restarted(action, boot);
    let restarts: Vec<Restart> = history
        .actions
        .iter()
        .filter(due)
        .filter_map(|action| Some(restart_of(&action.ended.as_ref()?.1.restart)))
        .collect();
    if restarts.contains(&Restart::Required) {
        to_do.push(ToDo::RestartRequired);
    } else if restarts.contains(&Restart::Recommended) {
        to_do.push(ToDo::RestartRecommended);
    }
    to_do.extend(other_mode(history, newest));
    to_do
}

/// The mode in which the newest installed release was not installed yet, as far
/// as this journal knows.
fn other_mode(history: &History, newest: &Recorded) -> Option<ToDo> {
    let code = |action: &Recorded| Some(action.begun.release.as_ref()?.release_code.clone());
    let wanted = code(newest)?;
    let installs = history.actions.iter().filter(|action| {
        Action::parse(&action.begun.action) == Some(Action::Install)
            && succeeded(action)
            && code(action).as_ref() == Some(&wanted)
    });
    let modes: Vec<Mode> =
        installs.filter_map(|action| Mode::parse(action.begun.mode.as_deref()?)).collect();
    let last = *modes.last()?;
    let removed = Action::parse(&newest.begun.action) == Some(Action::Remove) && succeeded(newest);
    (!removed && !modes.contains(&last.other())).then_some(ToDo::OtherMode(last.other()))
}

#[derive(Serialize)]
struct StatusJson {
    schema: u32,
    program: String,
    outcome: &'static str,
    exit_code: u8,
    failure: Option<String>,
    next: Option<String>,
    chain_whole: bool,
    lines: u64,
    installed: Option<InstalledJson>,
    installed_unread: Option<String>,
    to_do: Vec<&'static str>,
    newest: Option<serde_json::Value>,
    actions: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct InstalledJson {
    name: String,
    version: String,
}

impl Status {
    /// How the program ends.
    pub fn outcome(&self) -> Outcome {
        self.broken.as_ref().map_or(Outcome::Done, |_| Outcome::Io)
    }

    /// What is wrong with the records, in two texts.
    pub fn failure(&self, language: Language) -> Option<Failure> {
        self.broken.as_ref().map(|error| journal_failed(error, language))
    }
}

/// For programs.
pub fn json(status: &Status, language: Language) -> String {
    let (installed, installed_unread) = match &status.installed {
        Some(Ok(Some(product))) => {
            let (name, version) = (escape(&product.name), escape(&product.version));
            (Some(InstalledJson { name, version }), None)
        }
        Some(Ok(None)) | None => (None, None),
        Some(Err(unread)) => (None, Some(unread.words(language).to_string())),
    };
    let failure = status.failure(language);
    let object = StatusJson {
        schema: SCHEMA,
        program: format!("mediaseal-verify {}", env!("CARGO_PKG_VERSION")),
        outcome: status.outcome().word(),
        exit_code: status.outcome().exit_code(),
        failure: failure.as_ref().map(|failure| failure.what.clone()),
        next: failure.map(|failure| failure.next),
        chain_whole: status.broken.is_none(),
        lines: status.history.lines,
        installed,
        installed_unread,
        to_do: status.to_do.iter().map(|to_do| to_do.word()).collect(),
        newest: status.history.actions.last().map(pages::json_value),
        actions: status.history.actions.iter().map(pages::json_value).collect(),
    };
    // Every key is a text and every number finite, so this cannot fail.
    serde_json::to_string_pretty(&object).unwrap_or_default()
}

/// For people: the newest record, what Windows says, what is to be done.
pub fn text(status: &Status, language: Language) -> String {
    let labels = &language.table().procedure;
    let mut page = String::new();
    match (status.history.actions.last(), &status.broken) {
        (None, None) => return format!("{}\n", labels.status_nothing),
        (None, Some(_)) => {}
        (Some(newest), _) => page += &pages::text(newest, language),
    }
    let count = language.number(status.history.lines);
    let chain = match &status.broken {
        None => labels.status_chain,
        Some(_) => labels.status_chain_broken,
    };
    page += &wrap(&fill(chain, &[("count", count)]), &" ".repeat(18), 80);
    page.push('\n');
    if let Some(installed) = &status.installed {
        let line = match installed {
            Ok(Some(product)) => fill(
                labels.status_installed,
                &[("name", escape(&product.name)), ("version", escape(&product.version))],
            ),
            Ok(None) => labels.status_not_installed.to_string(),
            Err(unread) => {
                fill(labels.status_unread, &[("detail", unread.words(language).to_string())])
            }
        };
        page += &format!("\n  Windows         {line}\n");
    }
    page += &format!("\n{}\n", labels.to_do);
    if status.to_do.is_empty() {
        page += &format!("  {}\n", labels.to_do_nothing);
    }
    for (at, to_do) in status.to_do.iter().enumerate() {
        let line = format!("{}. {}", at + 1, to_do.words(language));
        page += &wrap(&line, "  ", 80);
        page.push('\n');
    }
    page
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
