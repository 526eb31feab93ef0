//! Files that appear whole or not at all.
//!
//! Bytes go into a new file beside the destination, are flushed, and get their
//! name in one step. A name that exists is kept unless replacing was asked for;
//! a link at the destination is replaced, never followed.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::verify::outcome::{Failure, Outcome};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone (mode 0600).
    Private,
    /// Anyone whom the process's mask lets.
    Public,
}

/// What happens to a file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and writing is an error.
    Keep,
    /// It is replaced in one step.
    Replace,
}

/// Why a file could not be read or written.
#[derive(Debug)]
pub enum FileError {
    /// The system's error, with what was being done to which file.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Such as "read" or "write".
        doing: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// A file of that name is there.
    Exists(PathBuf),
    /// More bytes than a file of its kind has.
    TooLong {
        /// The file.
        path: PathBuf,
        /// The limit, bytes.
        limit: u64,
    },
}

impl FileError {
    /// For `map_err`: an error of the system while `doing` something to `path`.
    pub fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, doing, error }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, doing, error } => write!(f, "cannot {doing} {}: {error}", shown(path)),
            Self::Exists(path) => write!(f, "{} exists already", shown(path)),
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
            FileError::Io { .. } => (Outcome::Io, ""),
            FileError::Exists(_) => (Outcome::Refused, "Choose another name, or use --force."),
            FileError::TooLong { .. } => (Outcome::Fail, "It is not a file of this kind."),
        };
        Self::new(outcome, error.to_string(), next)
    }
}

/// A path as a person may be shown it.
pub fn shown(path: &Path) -> String {
    // Backslashes are ordinary in Windows' paths; everything else that could
    // act on a terminal is written out.
    crate::seal::names::escape(&path.to_string_lossy()).replace("\\\\", "\\")
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

/// Writes `bytes` to `path`; see the module's rules.
pub fn write(
    path: &Path,
    bytes: &[u8],
    access: Access,
    existing: Existing,
) -> Result<(), FileError> {
    if existing == Existing::Keep && path.symlink_metadata().is_ok() {
        return Err(FileError::Exists(path.to_path_buf()));
    }
    let part = part_name(path);
    let done = write_part(&part, bytes, access).and_then(|()| give_name(&part, path, existing));
    if done.is_err() {
        // Whatever happened, the half file must not stay; it may not exist.
        let _ = fs::remove_file(&part);
    }
    done
}

/// `.NAME.<process>.part` in the same folder.
fn part_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn write_part(part: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Elsewhere the folder's access list decides; nothing is opened up.
    #[cfg(not(unix))]
    let _ = access;
    let mut file = options.open(part).map_err(FileError::io(part, "create"))?;
    file.write_all(bytes).map_err(FileError::io(part, "write"))?;
    file.sync_all().map_err(FileError::io(part, "flush"))
}

fn give_name(part: &Path, path: &Path, existing: Existing) -> Result<(), FileError> {
    let named = match existing {
        Existing::Replace => fs::rename(part, path),
        // A second name fails where the name is taken, which a rename does not.
        Existing::Keep => match fs::hard_link(part, path) {
            Ok(()) => fs::remove_file(part),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // FAT has no second names; it was looked at a moment ago.
            Err(_) => fs::rename(part, path),
        },
    };
    match named {
        Ok(()) => flush_folder(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(FileError::Exists(path.to_path_buf()))
        }
        Err(error) => Err(FileError::Io { path: path.to_path_buf(), doing: "write", error }),
    }
}

#[cfg(unix)]
fn flush_folder(path: &Path) -> Result<(), FileError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(FileError::io(parent, "flush"))
}

#[cfg(not(unix))]
fn flush_folder(_path: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn existing_file_is_kept_unless_replacing_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"1", Access::Public, Existing::Keep).unwrap();
        let again = write(&path, b"2", Access::Public, Existing::Keep);
        assert!(matches!(again, Err(FileError::Exists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"1");
        write(&path, b"3", Access::Public, Existing::Replace).unwrap();
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
        assert!(write(&path, b"1", Access::Private, Existing::Keep).is_err());
        write(&path, b"1", Access::Private, Existing::Replace).unwrap();
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
        assert!(write(&path, b"1", Access::Public, Existing::Replace).is_err());
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
