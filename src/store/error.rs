//! What can go wrong while bytes are made durable or read back.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::folder::Folder;
use crate::seal::names::escape_path;

/// Why something was not written. Nothing half-written stays under its name.
#[derive(Debug)]
pub enum StoreError {
    /// The system refused or failed.
    Io {
        /// What was being done, as in "cannot ... PATH".
        doing: &'static str,
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
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { doing, path, error }
    }

    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Io { error, .. } => advice_for(error),
            Self::Exists(_) => "Choose another name, or use --force to replace it.",
            Self::OtherKind(_) | Self::NoName(_) => "Choose another name.",
            Self::LongName(_) => "Choose a shorter name.",
            Self::TooDeep(_) => "Look into that folder: nothing of ours is so deep.",
            Self::Vanished(_) => "Something else works in that folder. Stop it, then try again.",
        }
    }
}

/// What a person can do about an error of the system.
pub fn advice_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Make room on the disk, then try again."
        }
        io::ErrorKind::ReadOnlyFilesystem => "The disk is read-only. Choose another place.",
        io::ErrorKind::PermissionDenied => "Use an account that may write there.",
        io::ErrorKind::NotFound => "Make the folder first, or correct the path.",
        io::ErrorKind::Unsupported => "Use another file system, or another system.",
        _ => "Try again. If it happens again, the disk may be failing.",
    }
}

/// A path without anything that could act on a terminal.
pub(crate) fn shown(path: &Path) -> String {
    escape_path(path)
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, error } => {
                write!(f, "cannot {doing} {}: {error}", shown(path))
            }
            Self::Exists(path) => write!(f, "{} is there already", shown(path)),
            Self::OtherKind(path) => {
                write!(f, "{} is there already and of another kind", shown(path))
            }
            Self::NoName(path) => write!(f, "\"{}\" names no file", shown(path)),
            Self::LongName(path) => write!(f, "the name {} is too long", shown(path)),
            Self::TooDeep(path) => write!(f, "{} has too many levels of folders", shown(path)),
            Self::Vanished(path) => {
                write!(f, "{} vanished while it was being written", shown(path))
            }
        }
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

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "cannot read {}: {error}", shown(path)),
            Self::TooLong { path, limit } => {
                write!(f, "{} is longer than {limit} bytes", shown(path))
            }
        }
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
