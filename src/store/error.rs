//! What can go wrong while bytes are made durable or read back.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::doing::Doing;
use super::folder::Folder;
use crate::seal::names::escape_path;
use crate::text::{Entry, Language, Table, fill};

/// Why something was not written. Nothing half-written stays under its name.
#[derive(Debug)]
pub enum StoreError {
    /// The system refused or failed.
    Io {
        /// What was being done.
        doing: Doing,
        /// With what.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// The name is taken, and replacing was not asked for.
    Exists(PathBuf),
    /// A folder is to replace a file or the other way round.
    OtherKind(PathBuf),
    /// The path names no file: it is empty or ends in `..`.
    NoName(PathBuf),
    /// The name is too long to have a hidden one beside it.
    LongName(PathBuf),
    /// The folder goes deeper than any of ours.
    TooDeep(PathBuf),
    /// What was being written vanished from its folder.
    Vanished(PathBuf),
}

impl StoreError {
    /// For `map_err`: an error of the system with path and occasion.
    pub fn io(doing: Doing, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { doing, path, error }
    }

    /// The two texts for it; none for errors of the system.
    fn entry(&self, table: &Table) -> Option<Entry> {
        let faults = &table.store_faults;
        Some(match self {
            Self::Io { .. } => return None,
            Self::Exists(_) => faults.exists,
            Self::OtherKind(_) => faults.other_kind,
            Self::NoName(_) => faults.no_name,
            Self::LongName(_) => faults.long_name,
            Self::TooDeep(_) => faults.too_deep,
            Self::Vanished(_) => faults.vanished,
        })
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Io { doing, path, error } => doing.failed(path, error, language),
            Self::Exists(path)
            | Self::OtherKind(path)
            | Self::NoName(path)
            | Self::LongName(path)
            | Self::TooDeep(path)
            | Self::Vanished(path) => {
                let what = self.entry(language.table()).map_or("", |entry| entry.what);
                fill(what, &[("path", shown(path))])
            }
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        match self {
            Self::Io { error, .. } => advice_for(error, language),
            other => other.entry(language.table()).map_or("", |entry| entry.next),
        }
    }
}

/// What a person can do about an error of the system.
pub fn advice_for(error: &io::Error, language: Language) -> &'static str {
    let advice = &language.table().system_advice;
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => advice.full,
        io::ErrorKind::ReadOnlyFilesystem => advice.read_only,
        io::ErrorKind::PermissionDenied => advice.no_permission,
        io::ErrorKind::NotFound => advice.not_found,
        io::ErrorKind::Unsupported => advice.unsupported,
        _ => advice.other,
    }
}

/// A path without anything that could act on a terminal.
pub(crate) fn shown(path: &Path) -> String {
    escape_path(path)
}

impl fmt::Display for StoreError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for StoreError {}

/// Why a file was not read.
#[derive(Debug)]
pub enum ReadError {
    /// The system failed.
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// The file is longer than anything of ours.
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes that are accepted.
        limit: usize,
    },
}

impl ReadError {
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Io { path, error } => Doing::Read.failed(path, error, language),
            Self::TooLong { path, limit } => fill(
                language.table().store_faults.too_long.what,
                &[("path", shown(path)), ("limit", language.number(*limit as u64))],
            ),
        }
    }
}

impl fmt::Display for ReadError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for ReadError {}

/// The whole of a regular file, at most `limit` bytes; `None` where there is
/// no such name. The length is bounded while reading: a file that grows does
/// not get past it.
pub fn read_bounded<F: Folder>(
    folder: &F,
    name: &OsStr,
    limit: usize,
) -> Result<Option<Vec<u8>>, ReadError> {
    let path = || folder.path().join(name);
    let failed = |error| ReadError::Io { path: path(), error };
    let reader = match folder.read(name) {
        Ok(reader) => reader,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    // One byte more than the limit tells "exactly" from "longer".
    let bound = (limit as u64).saturating_add(1);
    reader.take(bound).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(ReadError::TooLong { path: path(), limit });
    }
    Ok(Some(bytes))
}
