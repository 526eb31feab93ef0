//! Why nothing was copied, and what a person can do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::compare::Difference;
use crate::seal::names::{NameFault, escape, escape_path};
use crate::store::StoreError;
use crate::text::{Entry, Language, Table, fill};

/// What an I/O failure means for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The disk is full.
    Full,
    /// The disk is read-only.
    ReadOnly,
    /// This account may not.
    NoPermission,
    /// Anything else of the system.
    Other,
}

/// Why nothing was copied. The staging folder is gone, or is recognised and
/// removed by the next copy.
#[derive(Debug)]
pub enum StagingError {
    /// The name of the final folder or of a file is none of a release's.
    Name {
        /// The name.
        path: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Writing, flushing or reading back failed; [`StagingError::cause`].
    Store(StoreError),
    /// The path leads to another folder than when the copy began.
    Exchanged(PathBuf),
    /// Something else stands under the final name. Nothing was overwritten.
    Exists {
        /// The final folder.
        path: PathBuf,
        /// The first differences.
        differences: Vec<Difference>,
        /// All of them.
        count: usize,
    },
    /// The same files stand there already, and another ordinary user owns one of
    /// them or a folder, and so can change it.
    ForeignOwner {
        /// What.
        path: PathBuf,
        /// The user's number.
        owner: u32,
    },
    /// The source gave more or fewer bytes than declared.
    Length {
        /// The file.
        path: String,
        /// The declared length.
        declared: u64,
        /// Bytes received; one more than declared stands for "more".
        received: u64,
    },
    /// The bytes that the source gave are not the signed ones.
    Contents(String),
    /// A file was not staged to its end, or is not in the signed set, or the
    /// other way round.
    Set(String),
    /// The medium did not give back what was written.
    ReadBack {
        /// The first differences.
        differences: Vec<Difference>,
        /// All of them.
        count: usize,
    },
}

impl StagingError {
    /// What an I/O failure means; `None` for a refusal.
    pub fn cause(&self) -> Option<Cause> {
        let Self::Store(StoreError::Io { error, .. }) = self else {
            return None;
        };
        Some(match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::Full,
            io::ErrorKind::ReadOnlyFilesystem => Cause::ReadOnly,
            io::ErrorKind::PermissionDenied => Cause::NoPermission,
            _ => Cause::Other,
        })
    }

    /// The two texts for it; none for what the store says itself.
    fn entry(&self, table: &Table) -> Option<Entry> {
        let faults = &table.staging_faults;
        Some(match self {
            Self::Store(_) => return None,
            Self::Name { .. } => faults.name,
            Self::Exchanged(_) => faults.exchanged,
            Self::Exists { .. } => faults.exists,
            Self::ForeignOwner { .. } => faults.foreign_owner,
            Self::Length { declared, received, .. } if received > declared => faults.longer,
            Self::Length { .. } => faults.shorter,
            Self::Contents(_) => faults.contents,
            Self::Set(_) => faults.set,
            Self::ReadBack { .. } => faults.read_back,
        })
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let what = self.entry(language.table()).map_or("", |entry| entry.what);
        let file = |path: &str| ("path", escape(path));
        let at = |path: &PathBuf| ("path", escape_path(path));
        let differences = |found: &[Difference], count: usize| {
            let first = found.first().map(|first| format!(": {}", first.words(language)));
            [("first", first.unwrap_or_default()), ("count", language.number(count as u64))]
        };
        match self {
            Self::Store(error) => error.words(language),
            Self::Name { path, fault } => {
                fill(what, &[file(path), ("fault", fault.words(language))])
            }
            Self::Exchanged(path) => fill(what, &[at(path)]),
            Self::Exists { path, differences: found, count } => {
                let [first, count] = differences(found, *count);
                fill(what, &[at(path), first, count])
            }
            Self::ForeignOwner { path, owner } => {
                fill(what, &[at(path), ("owner", owner.to_string())])
            }
            Self::Length { path, declared, received } => fill(
                what,
                &[
                    file(path),
                    ("declared", language.number(*declared)),
                    ("received", language.number(*received)),
                ],
            ),
            Self::Contents(path) | Self::Set(path) => fill(what, &[file(path)]),
            Self::ReadBack { differences: found, count } => fill(what, &differences(found, *count)),
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        match self {
            Self::Store(error) => error.advice(language),
            other => other.entry(language.table()).map_or("", |entry| entry.next),
        }
    }
}

impl fmt::Display for StagingError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for StagingError {}

impl From<StoreError> for StagingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
