//! Reading small files whole, and writing files that appear whole.
//!
//! Writing is the store's ([`write_atomic`]): a name that exists is kept unless
//! replacing was asked for, and a link at the destination is never followed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::seal::layout::SEAL_FOLDER;
use crate::source::{self, Shape, Source, SourceError};
use crate::store::atomic::{parent_and_name, write_atomic};
use crate::store::temporary::{TEMPORARY, remove_leftovers};
use crate::store::tree::recover;
use crate::store::{StoreError, SystemFolder};
use crate::text::Language;
use crate::verify::outcome::{Failure, Outcome};

pub use crate::store::Existing;
pub use crate::store::folder::Access;

/// Why a file could not be read or written.
#[derive(Debug)]
pub enum FileError {
    /// The system's error, with what was being done to which file.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Such as "read" or "list".
        doing: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// Writing failed.
    Store(StoreError),
    /// More bytes than a file of its kind has.
    TooLong {
        /// The file.
        path: PathBuf,
        /// The limit, bytes.
        limit: u64,
    },
}

/// The file at the path `sealed` of a release, which is written with `/`, below
/// `root`: shown with the separators of this system alone.
pub fn below(root: &Path, sealed: &str) -> PathBuf {
    root.join(sealed).components().collect()
}

impl FileError {
    /// For `map_err`: an error of the system while `doing` something to `path`.
    pub fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, doing, error }
    }

    /// A file of that name is there.
    pub fn exists(path: &Path) -> Self {
        Self::Store(StoreError::Exists(path.to_path_buf()))
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, doing, error } => write!(f, "cannot {doing} {}: {error}", shown(path)),
            Self::Store(error) => write!(f, "{error}"),
            Self::TooLong { path, limit } => {
                write!(f, "{} is longer than {limit} bytes", shown(path))
            }
        }
    }
}

impl std::error::Error for FileError {}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let (outcome, next) = match &error {
            FileError::Io { error, .. } => (Outcome::Io, advice_for(error)),
            FileError::Store(inner @ (StoreError::Exists(_) | StoreError::OtherKind(_))) => {
                (Outcome::Refused, inner.advice(Language::English))
            }
            FileError::Store(inner) => (Outcome::Io, inner.advice(Language::English)),
            FileError::TooLong { .. } => (Outcome::Fail, "It is not a file of this kind."),
        };
        Self::new(outcome, error.to_string(), next)
    }
}

/// Opens the folder at `path` as a check does; `None` if something else is
/// there.
pub fn folder_source(path: &Path) -> Result<Option<Box<dyn Source>>, SourceError> {
    if std::fs::metadata(path).is_ok_and(|found| !found.is_dir()) {
        return Ok(None);
    }
    source::open(path).map(|source| Some(source).filter(|found| found.shape() == Shape::Folder))
}

/// A source that cannot be opened or read.
pub fn source_failure(error: &SourceError) -> Failure {
    let outcome = match error {
        SourceError::TooLong { .. }
        | SourceError::Malformed { .. }
        | SourceError::LimitExceeded { .. } => Outcome::Fail,
        _ => Outcome::Io,
    };
    let next = match error {
        SourceError::NotFound { .. } => "Correct the path.",
        _ => error.advice(Language::English),
    };
    Failure::new(outcome, error.to_string(), next)
}

/// What to do where reading failed.
fn advice_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "Correct the path.",
        io::ErrorKind::PermissionDenied => "Use an account that may read it.",
        _ => "Try again. If it happens again, the disk may be failing.",
    }
}

/// A path as a person may be shown it.
pub fn shown(path: &Path) -> String {
    crate::seal::names::escape_path(path)
}

/// Reads at most `limit` bytes; a longer file is an error, never cut.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(FileError::io(path, "open"))?;
    let mut bytes = Vec::new();
    let most = limit as u64;
    file.take(most + 1).read_to_end(&mut bytes).map_err(FileError::io(path, "read"))?;
    match bytes.len() > limit {
        true => Err(FileError::TooLong { path: path.to_path_buf(), limit: most }),
        false => Ok(bytes),
    }
}

/// Name of the folder of trust documents below `SEAL`.
pub(super) const TRUST_NAME: &str = "trust";

/// Removes what a power cut left under a temporary name in the seal of the release
/// under `root`: whoever looks next would take it for a stranger's. For those who
/// are about to write there.
pub fn tidy_release(root: &Path) -> Result<(), FileError> {
    // A release without a seal is told about by who reads it.
    let Ok(seal) = SystemFolder::open(&root.join(SEAL_FOLDER)) else {
        return Ok(());
    };
    recover(&seal, TRUST_NAME.as_ref()).map_err(FileError::Store)?;
    remove_leftovers(&seal, TEMPORARY);
    Ok(())
}

/// Makes the file `path` hold `bytes`, or leaves what was there.
pub fn write(
    path: &Path,
    bytes: &[u8],
    access: Access,
    existing: Existing,
) -> Result<(), FileError> {
    let (folder, name) = parent_and_name(path).map_err(FileError::Store)?;
    write_atomic(&folder, &name, bytes, access, existing).map_err(FileError::Store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn existing_file_is_kept_unless_replacing_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"1", Access::Everyone, Existing::Refuse).unwrap();
        let again = write(&path, b"2", Access::Everyone, Existing::Refuse);
        assert!(matches!(again, Err(FileError::Store(StoreError::Exists(_)))));
        assert_eq!(fs::read(&path).unwrap(), b"1");
        write(&path, b"3", Access::Everyone, Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"3");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn private_file_is_its_owners_alone_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("a"));
        fs::write(&target, b"keep").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(write(&path, b"1", Access::Owner, Existing::Refuse).is_err());
        write(&path, b"1", Access::Owner, Existing::Replace).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"keep");
        let metadata = path.symlink_metadata().unwrap();
        assert!(metadata.is_file());
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn nothing_is_left_behind_after_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, b"1", Access::Everyone, Existing::Replace).is_err());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn file_past_its_limit_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(matches!(read(&path, 4), Err(FileError::TooLong { limit: 4, .. })));
    }
}
