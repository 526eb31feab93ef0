//! Why nothing was copied, and what a person can do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::compare::Difference;
use crate::seal::names::{NameFault, escape, escape_path};
use crate::store::StoreError;

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

    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Store(error) => error.advice(),
            Self::Exchanged(_) => {
                "Somebody or something works in that folder. Find out what before trying again."
            }
            Self::Exists { .. } => "Move the other folder away, or ask who changed it.",
            Self::ForeignOwner { .. } => {
                "Ask who made it. Move it away, then copy again: the copy will be yours."
            }
            Self::Name { .. } | Self::Length { .. } | Self::Contents(_) | Self::Set(_) => {
                "Do not use this key. Keep it as it is and call support."
            }
            Self::ReadBack { .. } => "The disk of this computer may be failing. Have it checked.",
        }
    }
}

impl fmt::Display for StagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = |differences: &[Difference]| {
            differences.first().map(|first| format!(": {first}")).unwrap_or_default()
        };
        match self {
            Self::Name { path, fault } => write!(f, "the name \"{}\": {fault}", escape(path)),
            Self::Store(error) => error.fmt(f),
            Self::Exchanged(path) => {
                write!(f, "{} was exchanged for another folder during the copy", escape_path(path))
            }
            Self::Exists { path, differences, count } => write!(
                f,
                "{} is there already and differs in {count} places{}",
                escape_path(path),
                first(differences)
            ),
            Self::ForeignOwner { path, owner } => write!(
                f,
                "{} is there already and belongs to another user (number {owner})",
                escape_path(path)
            ),
            Self::Length { path, declared, received } if received > declared => {
                write!(f, "{} is longer than the {declared} bytes declared", escape(path))
            }
            Self::Length { path, declared, received } => {
                write!(f, "{} ended at byte {received} of {declared}", escape(path))
            }
            Self::Contents(path) => write!(f, "{} is not the signed file", escape(path)),
            Self::Set(path) => {
                write!(f, "{} was not copied, or is not in the signed set", escape(path))
            }
            Self::ReadBack { differences, count } => write!(
                f,
                "the disk did not give back what was written, in {count} places{}",
                first(differences)
            ),
        }
    }
}

impl std::error::Error for StagingError {}

impl From<StoreError> for StagingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
