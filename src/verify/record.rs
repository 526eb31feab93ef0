//! Evidence: the report of a check, filed as JSON and as text under one name.
//!
//! `<product>-<epoch.sequence>-<yyyymmdd>-<n>`; `n` counts up, a record is
//! never overwritten. The name's date is this computer's clock, which may be
//! wrong; nothing depends on it.

use crate::store::Doing;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::seal::chain::Chain;
use crate::seal::names::{escape_message, escape_path};
use crate::seal::timestamp::Timestamp;
use crate::store::atomic::write_atomic;
use crate::store::folder::{Access, enter};
use crate::store::{Existing, StoreError, SystemFolder};
use crate::sys::user::{computer_name, user_name};
use crate::text::Language;

use super::json::Ending;
use super::report::Report;
use super::{json, text};

/// Records of one product and day in one folder; more is a loop.
const MAX_A_DAY: u32 = 10_000;

/// What surrounds the report in a record.
#[derive(Serialize)]
struct Record {
    schema: u32,
    action: &'static str,
    clock: String,
    computer: Option<String>,
    user: Option<String>,
    destination: Option<String>,
    result: Option<String>,
    report: serde_json::Value,
}

/// What was done, beside checking.
#[derive(Clone, Debug, Default)]
pub struct Action {
    /// `check` or `copy`.
    pub name: &'static str,
    /// Where a copy went.
    pub destination: Option<PathBuf>,
    /// What came of the copy, in the language of the run.
    pub result: Option<String>,
    /// How the program ends, as far as it is known when the record is filed;
    /// the verdict alone where nothing else was done.
    pub ending: Option<Ending>,
}

/// Files a record in `folder`, which must exist; returns the path of its JSON.
pub fn file(
    folder: &Path,
    report: &Report,
    action: &Action,
    clock: Option<Timestamp>,
    language: Language,
) -> Result<PathBuf, StoreError> {
    let opened = open_or_make(folder)?;
    file_in(&opened, report, action, clock, language)
}

/// Opens the folder at `path`. Where only its last component is missing it is
/// made: evidence is wanted, and a check may have taken long.
fn open_or_make(path: &Path) -> Result<SystemFolder, StoreError> {
    let fault = |error| StoreError::io(Doing::OpenFolder, path)(error);
    let error = match SystemFolder::open(path) {
        Ok(folder) => return Ok(folder),
        Err(error) => error,
    };
    let (parent, Some(name)) = (path.parent(), path.file_name()) else {
        return Err(fault(error));
    };
    if error.kind() != io::ErrorKind::NotFound {
        return Err(fault(error));
    }
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let parent = SystemFolder::open(parent).map_err(StoreError::io(Doing::OpenFolder, parent))?;
    enter(&parent, name, Access::Everyone)
}

/// The same in an opened folder.
pub fn file_in(
    folder: &SystemFolder,
    report: &Report,
    action: &Action,
    clock: Option<Timestamp>,
    language: Language,
) -> Result<PathBuf, StoreError> {
    let ending = action.ending.clone().unwrap_or_else(|| Ending::of(report));
    let record = Record {
        schema: json::SCHEMA,
        action: action.name,
        clock: clock.map_or_else(|| "unknown".to_string(), |clock| clock.to_string()),
        computer: computer_name().map(|name| escape_message(&name)),
        user: user_name().map(|name| escape_message(&name)),
        destination: action.destination.as_ref().map(|path| escape_path(path)),
        result: action.result.clone(),
        // Our own renderer's text is JSON.
        report: serde_json::from_str(&json::render(report, &ending, language)).unwrap_or_default(),
    };
    let mut bytes = serde_json::to_vec_pretty(&record)
        .map_err(|error| StoreError::io(Doing::WriteRecord, folder.path())(error.into()))?;
    bytes.push(b'\n');
    let stem = stem(report, clock);
    for number in 1..=MAX_A_DAY {
        let name = OsString::from(format!("{stem}-{number}.json"));
        let name_of_text = OsString::from(format!("{stem}-{number}.txt"));
        // The text of a record whose JSON was moved away is a record, too.
        let text = folder.entry(&name_of_text);
        let look = StoreError::io(Doing::LookAt, folder.path().join(&name_of_text));
        if text.map_err(look)?.is_some() {
            continue;
        }
        match write_atomic(folder, &name, &bytes, Access::Everyone, Existing::Refuse) {
            Err(StoreError::Exists(_)) => continue,
            other => other?,
        }
        let page = page(&record, report, language);
        let page = page.as_bytes();
        write_atomic(folder, &name_of_text, page, Access::Everyone, Existing::Refuse)?;
        return Ok(folder.path().join(name));
    }
    Err(StoreError::Exists(folder.path().join(stem)))
}

fn stem(report: &Report, clock: Option<Timestamp>) -> String {
    let day = day(clock);
    match &report.manifest {
        // Both are of a-z, 0-9, hyphen and dot: safe in a file's name.
        Some(manifest) => format!("{}-{}-{day}", manifest.product, manifest.position()),
        None => format!("unsealed-{day}"),
    }
}

/// A chain that took the place of another history of the same publisher.
pub struct Replacement<'a> {
    /// What was trusted until now.
    pub old: &'a Chain,
    /// What is trusted from now on.
    pub new: &'a Chain,
    /// Where the old one is kept.
    pub archive: PathBuf,
}

#[derive(Serialize)]
struct ReplacementRecord {
    schema: u32,
    action: &'static str,
    clock: String,
    computer: Option<String>,
    user: Option<String>,
    publisher: String,
    old: DocumentName,
    new: DocumentName,
    archive: String,
}

#[derive(Serialize)]
struct DocumentName {
    version: u32,
    code: String,
}

impl DocumentName {
    fn newest(chain: &Chain) -> Self {
        Self { version: chain.length(), code: chain.newest().code.to_string() }
    }
}

/// Files the record of a replacement in `folder`; returns its path.
pub fn file_replacement(
    folder: &SystemFolder,
    replacement: &Replacement<'_>,
    clock: Option<Timestamp>,
) -> Result<PathBuf, StoreError> {
    let record = ReplacementRecord {
        schema: json::SCHEMA,
        action: "enrol --replace",
        clock: clock.map_or_else(|| "unknown".to_string(), |clock| clock.to_string()),
        computer: computer_name().map(|name| escape_message(&name)),
        user: user_name().map(|name| escape_message(&name)),
        publisher: replacement.new.publisher().to_string(),
        old: DocumentName::newest(replacement.old),
        new: DocumentName::newest(replacement.new),
        archive: escape_path(&replacement.archive),
    };
    let mut bytes = serde_json::to_vec_pretty(&record)
        .map_err(|error| StoreError::io(Doing::WriteRecord, folder.path())(error.into()))?;
    bytes.push(b'\n');
    let stem = format!("trust-replaced-{}", day(clock));
    for number in 1..=MAX_A_DAY {
        let name = OsString::from(format!("{stem}-{number}.json"));
        match write_atomic(folder, &name, &bytes, Access::Everyone, Existing::Refuse) {
            Err(StoreError::Exists(_)) => continue,
            other => return other.map(|()| folder.path().join(name)),
        }
    }
    Err(StoreError::Exists(folder.path().join(stem)))
}

/// The day for a file's name.
fn day(clock: Option<Timestamp>) -> String {
    clock.map_or("unknown-day".to_string(), |clock| {
        clock.to_string().chars().take(10).filter(char::is_ascii_digit).collect()
    })
}

/// The printable text.
fn page(record: &Record, report: &Report, language: Language) -> String {
    let mut page = format!("mediaseal {} {}\n", record.action, record.clock);
    let who = [&record.computer, &record.user].map(|part| part.clone().unwrap_or_default());
    page.push_str(&format!("{}  {}\n\n", who[0], who[1]));
    page.push_str(&text::render(report, language));
    if let Some(result) = &record.result {
        page.push_str(&format!("\n{result}\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::super::level::Level;
    use super::super::report::Pin;
    use super::*;

    #[test]
    fn neither_file_of_an_earlier_record_is_ever_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let report = Report::new("key".to_string(), Level::Bundle, Pin::Pinned);
        let action = Action { name: "check", ..Action::default() };
        let filed = || file(folder.path(), &report, &action, None, Language::English).unwrap();
        let name = |number| folder.path().join(format!("unsealed-unknown-day-{number}.json"));
        assert_eq!(filed(), name(1));
        // Somebody takes the JSON to an archive and keeps the text.
        std::fs::remove_file(name(1)).unwrap();
        let text = name(1).with_extension("txt");
        std::fs::write(&text, "signed by hand").unwrap();
        assert_eq!(filed(), name(2));
        assert_eq!(std::fs::read(&text).unwrap(), b"signed by hand");
        assert!(!name(1).exists() && name(2).with_extension("txt").exists());
    }
}
