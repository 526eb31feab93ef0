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
use crate::seal::names::escape_message;
use crate::text::{Entry, Language, Table, fill, own};

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
    /// The two texts for it.
    fn entry(&self, table: &Table) -> Entry {
        let faults = &table.folder_faults;
        match self {
            Self::Missing(_) => faults.missing,
            Self::Link(_) => faults.link,
            Self::NotAFolder(_) => faults.not_a_folder,
            Self::Owner { .. } => faults.owner,
            Self::Writable { .. } => faults.writable,
            Self::OtherOwner { .. } => faults.other_owner,
            Self::WritableBy { who, .. } if who.is_empty() => faults.unknown_rule,
            Self::WritableBy { .. } => faults.writable_by,
            Self::Io { .. } => faults.unread,
            Self::Unsupported => faults.unsupported,
        }
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let at = |path: &Path| ("path", shown(path));
        let values = match self {
            Self::Missing(path) | Self::Link(path) | Self::NotAFolder(path) => vec![at(path)],
            Self::Owner { path, owner } => vec![at(path), ("owner", owner.to_string())],
            Self::Writable { path, bits } => vec![at(path), ("bits", format!("{bits:04o}"))],
            Self::OtherOwner { path, owner } => vec![at(path), ("owner", owner.clone())],
            Self::WritableBy { path, who } => vec![at(path), ("who", who.clone())],
            Self::Io { path, error } => {
                vec![at(path), ("error", escape_message(&own::words_of(error, language)))]
            }
            Self::Unsupported => vec![],
        };
        fill(self.entry(language.table()).what, &values)
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        match self {
            Self::Io { error, .. } => advice_for(error, language),
            fault => fault.entry(language.table()).next,
        }
    }
}

impl fmt::Display for PrivacyFault {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
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
