//! Opened folders. Everything below one is named by a single component and
//! never followed through a symbolic link, so a path that was checked cannot be
//! exchanged for another one between two calls.

use std::ffi::OsStr;
use std::io;

use crate::text::own::Own;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", windows))))]
pub mod portable;
#[cfg(any(target_os = "linux", windows))]
mod uncached;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{FolderHandle, WritableFile};
#[cfg(not(any(target_os = "linux", windows)))]
pub use portable::{FolderHandle, UncachedFile, WritableFile};
#[cfg(any(target_os = "linux", windows))]
pub use uncached::UncachedFile;
#[cfg(windows)]
pub use windows::{FolderHandle, WritableFile};

/// Entries of a folder that are listed; more is not a folder of ours, and a
/// hostile one must not fill the memory.
pub const MAX_ENTRIES: usize = 100_000;

/// Which file this is, for as long as somebody holds it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Number of the device (`st_dev`), or the volume's serial number.
    pub device: u64,
    /// Number of the file on it (`st_ino`, or the file's index).
    pub number: u64,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link or another reparse point.
    Link,
    /// A device node, pipe or socket.
    Other,
}

/// One name in a folder, looked at without following it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its length; of interest for files only.
    pub bytes: u64,
    /// Which file it is.
    pub identity: Identity,
    /// Number of the owner, where the system has such numbers.
    pub owner: Option<u32>,
}

/// Who may read what is made. Nobody but the owner may ever write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Files 0644, folders 0755.
    Everyone,
    /// Files 0600, folders 0700.
    Owner,
}

impl Access {
    /// Permission bits of a file.
    pub fn file_bits(self) -> u32 {
        match self {
            Self::Everyone => 0o644,
            Self::Owner => 0o600,
        }
    }

    /// Permission bits of a folder.
    pub fn folder_bits(self) -> u32 {
        match self {
            Self::Everyone => 0o755,
            Self::Owner => 0o700,
        }
    }
}

/// How surely a second read came from the medium and not from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reread {
    /// The system was asked to forget its copy first
    /// (`POSIX_FADV_DONTNEED` after a flush); it usually does.
    CacheDropped,
    /// Read past the system's memory (`O_DIRECT`,
    /// `FILE_NO_INTERMEDIATE_BUFFERING`).
    Direct,
}

/// Refuses everything that is not one plain component.
fn check_component(name: &OsStr) -> io::Result<()> {
    let bytes = name.as_encoded_bytes();
    let separator = |byte: &u8| *byte == b'/' || *byte == 0 || (cfg!(windows) && *byte == b'\\');
    if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.iter().any(separator) {
        return Err(Own::NotOneName.into());
    }
    Ok(())
}

/// The refusal of everything but regular files.
fn not_a_file() -> io::Error {
    Own::NotAFile.into()
}

#[cfg(all(test, any(target_os = "linux", windows)))]
#[path = "tests.rs"]
mod tests;
