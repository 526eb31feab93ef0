//! Whether a run is in progress, as far as the run folders tell.
//!
//! There is no public list of the instruments' programs, so this looks at what
//! they write: a run's folder, named `YYMMDD_<instrument>_<number>_<flow cell>`,
//! has no end marker while the run goes on, and changes every few minutes. One
//! run may have several folders of one name (temporary, analysis, output): it has
//! ended if any of them says so.
//!
//! Invariants: reads only, follows no link, and ends after a fixed number of
//! entries. What it cannot tell it says ([`RunState::Unknown`],
//! [`RunState::Quiet`]): a person decides then. Times are compared with this
//! computer's own clock, which wrote them; one in the future decides nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::store::{Doing, StoreError};
use crate::text::Language;
use crate::verify::detail::Detail;

/// A folder in which runs lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPlace {
    /// The folder.
    pub root: PathBuf,
    /// 1: run folders lie in it; 2: in folders of it, too.
    pub depth: usize,
}

/// Files that a run leaves when it ends, in lower case.
const END_MARKERS: [&str; 4] =
    ["rtacomplete.txt", "rtacomplete.xml", "runcompletionstatus.xml", "copycomplete.txt"];
/// A run whose folder changed so lately is in progress: a cycle takes minutes,
/// and some steps between cycles take longer.
pub const ACTIVE_WITHIN: Duration = Duration::from_secs(30 * 60);
/// Names that are looked at in all; more than any instrument's disk has there.
const MAX_ENTRIES: usize = 20_000;
/// Folders below a run's own that are looked at for the time of its last change.
const CHANGE_DEPTH: usize = 2;

/// What the run folders tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// The newest run has its end marker, and no other run changed lately.
    Ended,
    /// A run without an end marker changed `minutes` ago.
    Active {
        /// Its folder.
        folder: PathBuf,
        /// Since its last change.
        minutes: u64,
    },
    /// The newest run has no end marker and is quiet: it was broken off, or it
    /// waits.
    Quiet {
        /// Its folder.
        folder: PathBuf,
    },
    /// Nothing could be read, or there is no run.
    Unknown(Unseen),
}

/// Why nothing is known of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// Where this model keeps them is not known.
    NoPlace,
    /// There is none.
    NoRun,
    /// There are more files than are looked at.
    TooMany,
    /// What could not be read.
    Unread(Detail),
}

impl Unseen {
    /// The words for it, in a clause; escaped.
    pub fn words(&self, language: Language) -> String {
        let table = language.table();
        match self {
            Self::NoPlace => table.questions.no_place.what.to_string(),
            Self::NoRun => table.questions.no_run.what.to_string(),
            Self::TooMany => table.questions.too_many_runs.what.to_string(),
            Self::Unread(detail) => detail.words(language).to_string(),
        }
    }
}

/// The runs of a computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Whether one is in progress.
    pub state: RunState,
    /// Folders of the newest run, in the order of the places.
    pub newest: Vec<PathBuf>,
}

/// One run: its folders, whether it ended, when it last changed.
#[derive(Default)]
struct Run {
    folders: Vec<PathBuf>,
    ended: bool,
    changed: Option<SystemTime>,
}

/// True for `YYMMDD_<instrument>_<number>_<flow cell>`; the year may have four
/// digits.
fn is_run_name(name: &str) -> bool {
    order(name).is_some()
}

/// What orders runs: date and number.
fn order(name: &str) -> Option<(u32, u32)> {
    let mut parts = name.splitn(4, '_');
    let (date, instrument, number, cell) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(date) || ![6, 8].contains(&date.len()) || instrument.is_empty() || cell.is_empty() {
        return None;
    }
    let short = &date[date.len() - 6..];
    digits(number).then(|| Some((short.parse().ok()?, number.parse().ok()?)))?
}

/// Looks at every place.
pub fn look(places: &[RunPlace], now: SystemTime) -> Runs {
    let unknown = |why| Runs { state: RunState::Unknown(why), newest: vec![] };
    if places.is_empty() {
        return unknown(Unseen::NoPlace);
    }
    let mut runs: BTreeMap<String, Run> = BTreeMap::new();
    let mut budget = MAX_ENTRIES;
    let mut unread = Vec::new();
    for place in places {
        if let Err(detail) = gather(&place.root, place.depth, &mut runs, &mut budget) {
            unread.push(detail);
        }
    }
    if budget == 0 {
        return unknown(Unseen::TooMany);
    }
    let Some((_, newest)) = runs.iter().max_by_key(|(name, _)| order(name)) else {
        return unknown(match unread.is_empty() {
            true => Unseen::NoRun,
            false => Unseen::Unread(Detail::of(|language| {
                let words = unread.iter().map(|error: &StoreError| error.words(language));
                words.collect::<Vec<_>>().join("; ")
            })),
        });
    };
    let since = |run: &Run| run.changed.map(|changed| distance(now, changed));
    let unfinished = || runs.values().filter(|run| !run.ended);
    let lately = unfinished().filter_map(|run| Some((since(run)?, run)));
    let active =
        lately.filter(|(since, _)| *since <= ACTIVE_WITHIN).min_by_key(|(since, _)| *since);
    let state = match active {
        Some((since, run)) => {
            RunState::Active { folder: first(run), minutes: since.as_secs() / 60 }
        }
        None if newest.ended => RunState::Ended,
        None => RunState::Quiet { folder: first(newest) },
    };
    Runs { state, newest: newest.folders.clone() }
}

fn first(run: &Run) -> PathBuf {
    // A run is made with its first folder.
    run.folders.first().cloned().unwrap_or_default()
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).or_else(|_| other.duration_since(one)).unwrap_or_default()
}

/// Adds the runs below `folder`; says what could not be read.
fn gather(
    folder: &Path,
    depth: usize,
    runs: &mut BTreeMap<String, Run>,
    budget: &mut usize,
) -> Result<(), StoreError> {
    let fail = |error| StoreError::io(Doing::List, folder)(error);
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if *budget == 0 {
            return Ok(());
        }
        *budget -= 1;
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_run_name(&name) {
            let run = runs.entry(name).or_default();
            run.folders.push(entry.path());
            run.ended |= has_end_marker(&entry.path());
            let changed = last_change(&entry.path(), CHANGE_DEPTH, budget);
            run.changed = run.changed.max(changed);
        } else if depth > 1 {
            // A folder that is not for us is not our fault either.
            let _ = gather(&entry.path(), depth - 1, runs, budget);
        }
    }
    Ok(())
}

fn has_end_marker(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.take(MAX_ENTRIES).flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        END_MARKERS.contains(&name.as_str()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    })
}

/// The latest change of the folder and of what is below it, as far as it is
/// looked at.
fn last_change(folder: &Path, depth: usize, budget: &mut usize) -> Option<SystemTime> {
    let mut latest = fs::symlink_metadata(folder).ok()?.modified().ok();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        if *budget == 0 {
            break;
        }
        *budget -= 1;
        // Of a link, its own time. Asked of the file itself: what Windows' listings
        // say of one that somebody has open may be old.
        let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
        latest = latest.max(metadata.modified().ok());
        if metadata.is_dir() && depth > 0 {
            latest = latest.max(last_change(&entry.path(), depth - 1, budget));
        }
    }
    latest
}

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
