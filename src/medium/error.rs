//! What can be wrong with a plan, and what to do about it.

use std::fmt;

use crate::seal::names::{NameFault, escape};

/// Why a volume cannot be planned. Nothing has been written when it appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// Not a whole number of MiB from 35 MiB to 64 GiB.
    VolumeSize {
        /// The size asked for, in bytes from LBA 0.
        bytes: u64,
    },
    /// A volume label that is not 1 to 11 of A-Z, 0-9, _ and -.
    Label {
        /// The label asked for.
        label: String,
    },
    /// A path that has no place on the volume.
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// More files than a volume of ours may have.
    TooManyFiles {
        /// How many there are.
        files: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A file larger than FAT32 can hold.
    FileTooLarge {
        /// Its path.
        path: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Content that is not as long as its file is said to be.
    ContentSize {
        /// Its path.
        path: String,
        /// The size said, in bytes.
        said: u64,
        /// The content's length in bytes.
        found: u64,
    },
    /// An empty file whose hash is that of something else.
    EmptyHash {
        /// Its path.
        path: String,
    },
    /// A folder with more entries than FAT32 allows (65,536 of 32 bytes).
    FolderFull {
        /// The folder's path, empty for the root.
        path: String,
        /// The entries that it would need.
        slots: u64,
    },
    /// Content that does not fit.
    VolumeFull {
        /// Bytes that the content needs, in whole clusters.
        needed: u64,
        /// Bytes of the data area.
        available: u64,
    },
}

impl PlanError {
    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::VolumeSize { .. } => "Choose a whole number of MiB from 35 MiB to 64 GiB.",
            Self::Label { .. } => "Use 1 to 11 of A-Z, 0-9, _ and -.",
            Self::Path { .. } => "Rename the file.",
            Self::TooManyFiles { .. } | Self::FolderFull { .. } => {
                "Put many small files into one archive."
            }
            Self::FileTooLarge { .. } => "Split the file; FAT32 holds at most 4,294,967,295 bytes.",
            Self::EmptyHash { .. } => "Build the release again: its size or its hash is wrong.",
            Self::ContentSize { .. } => "Read the file again: it changed meanwhile.",
            Self::VolumeFull { .. } => "Choose a larger volume, or leave files out.",
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VolumeSize { bytes } => {
                write!(f, "a volume of {bytes} bytes cannot be made")
            }
            Self::Label { label } => {
                write!(f, "\"{}\" is not a volume label", escape(label))
            }
            Self::Path { path, fault } => write!(f, "\"{}\": {fault}", escape(path)),
            Self::TooManyFiles { files, limit } => {
                write!(f, "{files} files; a volume has at most {limit}")
            }
            Self::FileTooLarge { path, bytes } => {
                write!(f, "\"{}\" has {bytes} bytes, too many for FAT32", escape(path))
            }
            Self::ContentSize { path, said, found } => {
                write!(f, "\"{}\" has {found} bytes where {said} were expected", escape(path))
            }
            Self::EmptyHash { path } => {
                write!(f, "\"{}\" is empty and its SHA-256 is not that of nothing", escape(path))
            }
            Self::FolderFull { path, slots } => write!(
                f,
                "the folder \"/{}\" would need {slots} entries, FAT32 allows 65,536",
                escape(path)
            ),
            Self::VolumeFull { needed, available } => {
                write!(f, "the volume is full: {needed} bytes needed, {available} available")
            }
        }
    }
}

impl std::error::Error for PlanError {}
