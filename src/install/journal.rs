//! The journal: what was done on this computer, in a log chained by hash.
//!
//! In the protected state folder, `journal/actions.log`, one line an event. An
//! action is *begun* before the vendor's installer is started and *ended* after
//! it: a cut of power in between leaves "begun", and nothing claims an end that
//! was not seen. It does not need the trust stores, so a removal is recorded even
//! where they are lost. The chain shows accidents; an administrator can write
//! another one.

use crate::store::Doing;
use crate::text::Language;
use crate::text::fill;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::seal::digest::Digest;
use crate::seal::timestamp::Timestamp;
use crate::store::StoreError;
use crate::store::folder::{Access, Folder, enter};
use crate::store::lock::{LockError, Locked};
use crate::store::log::{ChainedLog, LogError, read_log};

use super::journal_line::{Begun, Ended, Event, FORMAT, Line, RestartSeen};

/// The journal's folder in the state folder.
pub const JOURNAL: &str = "journal";
/// The log in it.
pub const LOG: &str = "actions.log";
/// How long another program's line is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the journal was not read or written.
#[derive(Debug)]
pub enum JournalError {
    /// A folder could not be made or opened.
    Store(StoreError),
    /// Another program works in it.
    Lock(LockError),
    /// The log itself.
    Log(LogError),
    /// A line that this program does not understand: a newer one wrote it.
    Newer(u64),
}

impl JournalError {
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Store(error) => error.words(language),
            Self::Lock(error) => error.words(language),
            Self::Log(error) => error.words(language),
            Self::Newer(line) => fill(
                language.table().store_faults.journal_newer.what,
                &[("line", line.to_string())],
            ),
        }
    }
}

impl fmt::Display for JournalError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for JournalError {}

/// One action, put together from its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: String,
    /// Number of its first line.
    pub sequence: u64,
    /// The clock of its first line.
    pub clock: String,
    /// True where it was refused before anything was changed.
    pub refused: bool,
    /// What was known before.
    pub begun: Begun,
    /// How it ended, with the clock of that line; `None` where it was cut off.
    pub ended: Option<(String, Ended)>,
    /// When the restart was seen, by the clock of that line.
    pub restart_seen: Option<String>,
    /// SHA-256 of its last line.
    pub head: Digest,
}

/// Everything in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Actions in the order in which they were begun.
    pub actions: Vec<Recorded>,
    /// Whole lines.
    pub lines: u64,
}

/// Reads the journal of a state folder without changing it; one that is not
/// there is empty. A broken chain is an error.
pub fn read<F: Folder>(state: &F) -> Result<History, JournalError> {
    match known(state) {
        (history, None) => Ok(history),
        (_, Some(error)) => Err(error),
    }
}

/// The same for looking alone: where the chain breaks, what stands before that
/// is told beside the error.
pub fn known<F: Folder>(state: &F) -> (History, Option<JournalError>) {
    let nothing = History { actions: Vec::new(), lines: 0 };
    match state.open_folder(OsStr::new(JOURNAL)) {
        Ok(folder) => read_in(&folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (nothing, None),
        Err(error) => {
            let path = state.path().join(JOURNAL);
            let error = StoreError::io(Doing::OpenFolder, path)(error);
            (nothing, Some(JournalError::Store(error)))
        }
    }
}

fn read_in<F: Folder>(folder: &F) -> (History, Option<JournalError>) {
    let mut history = History { actions: Vec::new(), lines: 0 };
    let mut newer = None;
    let state = read_log(folder, OsStr::new(LOG), |text| {
        history.lines += 1;
        match serde_json::from_str::<Line>(text) {
            Ok(line) if line.format == FORMAT => {
                add(&mut history.actions, line, Digest::of(text.as_bytes()));
            }
            _ => newer = newer.or(Some(history.lines)),
        }
    });
    let error = match (state, newer) {
        (Err(error), _) => Some(JournalError::Log(error)),
        (Ok(_), Some(line)) => Some(JournalError::Newer(line)),
        (Ok(_), None) => None,
    };
    (history, error)
}

fn add(actions: &mut Vec<Recorded>, line: Line, head: Digest) {
    let Line { sequence, id, clock, event, .. } = line;
    let known = actions.iter_mut().find(|action| action.id == id);
    let (begun, refused) = match (event, known) {
        (Event::Begun(begun), _) => (*begun, false),
        (Event::Refused(begun), _) => (*begun, true),
        (Event::Ended(ended), Some(action)) => {
            action.ended = Some((clock, ended));
            action.head = head;
            return;
        }
        (Event::RestartSeen(_), Some(action)) => {
            action.restart_seen = Some(clock);
            action.head = head;
            return;
        }
        // The end of an action that was not begun here says nothing.
        (Event::Ended(_) | Event::RestartSeen(_), None) => return,
    };
    let (ended, restart_seen) = (None, None);
    actions.push(Recorded { id, sequence, clock, refused, begun, ended, restart_seen, head });
}

/// A journal that is being written. It is locked for the length of each line
/// only: the vendor's installer may run for long in between.
#[derive(Clone, Debug)]
pub struct Journal<F: Folder> {
    folder: F,
}

impl<F: Folder> Journal<F> {
    /// Opens the journal of a state folder, made where it is missing.
    pub fn open(state: &F) -> Result<Self, JournalError> {
        let folder = enter(state, JOURNAL, Access::Everyone).map_err(JournalError::Store)?;
        Ok(Self { folder })
    }

    /// Everything in it.
    pub fn history(&self) -> Result<History, JournalError> {
        match read_in(&self.folder) {
            (history, None) => Ok(history),
            (_, Some(error)) => Err(error),
        }
    }

    /// The number that the next line will have; for the name of a log beside it.
    pub fn next_sequence(&self) -> Result<u64, JournalError> {
        Ok(self.history()?.lines + 1)
    }

    /// Writes that an action is about to be done; returns its id.
    pub fn begin(&self, begun: Begun, clock: Option<Timestamp>) -> Result<String, JournalError> {
        self.write(None, Event::Begun(Box::new(begun)), clock)
    }

    /// Writes that an action was refused before anything was changed.
    pub fn refuse(&self, begun: Begun, clock: Option<Timestamp>) -> Result<String, JournalError> {
        self.write(None, Event::Refused(Box::new(begun)), clock)
    }

    /// Writes how an action ended.
    pub fn end(
        &self,
        id: &str,
        ended: Ended,
        clock: Option<Timestamp>,
    ) -> Result<(), JournalError> {
        self.write(Some(id), Event::Ended(ended), clock).map(drop)
    }

    /// Writes that the computer was restarted since an action.
    pub fn restart_seen(
        &self,
        id: &str,
        boot: &str,
        clock: Option<Timestamp>,
    ) -> Result<(), JournalError> {
        let seen = RestartSeen { boot: boot.to_string() };
        self.write(Some(id), Event::RestartSeen(seen), clock).map(drop)
    }

    fn write(
        &self,
        id: Option<&str>,
        event: Event,
        clock: Option<Timestamp>,
    ) -> Result<String, JournalError> {
        let locked = Locked::acquire(self.folder.clone(), PATIENCE).map_err(JournalError::Lock)?;
        let mut log =
            ChainedLog::open(&locked, LOG, Access::Everyone).map_err(JournalError::Log)?;
        let sequence = log.lines() + 1;
        let clock = clock.map_or_else(|| "unknown".to_string(), |clock| clock.to_string());
        let id = id.map_or_else(|| new_id(&log.head(), sequence, &clock, &event), String::from);
        let line = Line { format: FORMAT, sequence, id: id.clone(), clock, event };
        log.append(&line).map_err(JournalError::Log)?;
        Ok(id)
    }
}

/// An id that no other action has: it follows from everything before it on this
/// computer, and from the computer itself.
fn new_id(head: &Digest, sequence: u64, clock: &str, event: &Event) -> String {
    let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let text = format!("{head} {sequence} {clock} {event:?} {moment:?} {}", std::process::id());
    Digest::of(text.as_bytes()).to_string().chars().take(32).collect()
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
