//! Folders that nobody else can write: for trust, floors, records and logs.
//!
//! A folder that an ordinary user may write, or made beforehand, or that lies
//! below one that somebody else may rename, is refused and never repaired: what
//! is in it may have been put there.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{advice_for, shown};
use super::folder::{Access, SystemFolder};

/// Why a folder is not safe to keep state in.
#[derive(Debug)]
pub enum PrivacyFault {
    /// It is not there.
    Missing(PathBuf),
    /// It is a symbolic link or another reparse point.
    Link(PathBuf),
    /// It is not a folder, or the path names none.
    NotAFolder(PathBuf),
    /// It, or a folder above it, belongs to another ordinary user.
    Owner {
        /// Which folder.
        path: PathBuf,
        /// The user's number.
        owner: u32,
    },
    /// Others may write in it, or replace it in a folder above it.
    Writable {
        /// Which folder.
        path: PathBuf,
        /// Its permission bits.
        bits: u32,
    },
    /// It, or a folder above it, belongs to another account.
    OtherOwner {
        /// Which folder.
        path: PathBuf,
        /// The account's security identifier.
        owner: String,
    },
    /// The access list lets others write in it, or replace it in a folder above
    /// it.
    WritableBy {
        /// Which folder.
        path: PathBuf,
        /// Whose security identifier; empty for an entry of an unknown kind.
        who: String,
    },
    /// The system refused or failed.
    Io {
        /// Which folder.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// This system is not asked yet who may write in a folder.
    Unsupported,
}

impl PrivacyFault {
    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Missing(_) => "Enrol a publisher first, or name the right folder.",
            Self::Link(_) | Self::NotAFolder(_) => "Name the real folder.",
            Self::Owner { .. }
            | Self::Writable { .. }
            | Self::OtherOwner { .. }
            | Self::WritableBy { .. } => {
                "Somebody else could have changed it. Use another folder; do not repair this one."
            }
            Self::Io { error, .. } => advice_for(error),
            Self::Unsupported => "Use a program made for this system.",
        }
    }
}

impl fmt::Display for PrivacyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{} is not there", shown(path)),
            Self::Link(path) => write!(f, "{} is a link", shown(path)),
            Self::NotAFolder(path) => write!(f, "{} is not a folder", shown(path)),
            Self::Owner { path, owner } => {
                write!(f, "{} belongs to another user (number {owner})", shown(path))
            }
            Self::Writable { path, bits } => {
                write!(f, "others may write in {} (mode {bits:04o})", shown(path))
            }
            Self::OtherOwner { path, owner } => {
                write!(f, "{} belongs to another account ({owner})", shown(path))
            }
            Self::WritableBy { path, who } if who.is_empty() => {
                write!(f, "{} has an access rule of an unknown kind", shown(path))
            }
            Self::WritableBy { path, who } => {
                write!(f, "others may write in {} ({who})", shown(path))
            }
            Self::Io { path, error } => write!(f, "cannot look at {}: {error}", shown(path)),
            Self::Unsupported => write!(f, "this system is not asked who may write in a folder"),
        }
    }
}

impl std::error::Error for PrivacyFault {}

/// Opens a folder after making sure that nobody but its owner, who is the
/// person that runs the program or the system's administrator, can write in it
/// or replace it. The answer is about the opened folder, not about the path.
#[cfg(target_os = "linux")]
pub fn private_folder(path: &Path) -> Result<SystemFolder, PrivacyFault> {
    linux::open(path)
}

/// Opens a private folder, and makes it and the folders above it where they are
/// missing: 0700 or 0755, never writable by others.
#[cfg(target_os = "linux")]
pub fn make_private_folder(path: &Path, access: Access) -> Result<SystemFolder, PrivacyFault> {
    linux::make(path, access)
}

/// The same on Windows, where the access list decides instead of `access`:
/// owner and list are checked of the folder and of every one above it.
#[cfg(windows)]
pub fn private_folder(path: &Path) -> Result<SystemFolder, PrivacyFault> {
    windows::open(path)
}

/// Opens a private folder, and makes it and the folders above it where they are
/// missing, each with an access list of its own.
#[cfg(windows)]
pub fn make_private_folder(path: &Path, _: Access) -> Result<SystemFolder, PrivacyFault> {
    windows::make(path)
}

/// Who may write in a folder is not asked on this system yet.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn private_folder(_: &Path) -> Result<SystemFolder, PrivacyFault> {
    Err(PrivacyFault::Unsupported)
}

/// Who may write in a folder is not asked on this system yet.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn make_private_folder(_: &Path, _: Access) -> Result<SystemFolder, PrivacyFault> {
    Err(PrivacyFault::Unsupported)
}

#[cfg(target_os = "linux")]
#[path = "private_linux.rs"]
mod linux;

#[cfg(windows)]
#[path = "private_windows.rs"]
mod windows;
