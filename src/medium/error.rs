//! What can be wrong with a plan, and what to do about it.

use std::fmt;

use crate::seal::names::{NameFault, escape};
use crate::text::{Language, fill};

use super::tree::MAX_FOLDER_SLOTS;

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
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().plan_faults;
        let n = |value: u64| language.number(value);
        let at = |path: &str| ("path", escape(path));
        let (template, values) = match self {
            Self::VolumeSize { bytes } => (faults.volume_size, vec![("bytes", n(*bytes))]),
            Self::Label { label } => (faults.label, vec![("label", escape(label))]),
            Self::Path { path, fault } => {
                (faults.path, vec![at(path), ("fault", fault.words(language))])
            }
            Self::TooManyFiles { files, limit } => (
                faults.too_many_files,
                vec![("files", n(*files as u64)), ("limit", n(*limit as u64))],
            ),
            Self::FileTooLarge { path, bytes } => {
                (faults.file_too_large, vec![at(path), ("bytes", n(*bytes))])
            }
            Self::ContentSize { path, said, found } => {
                (faults.content_size, vec![at(path), ("said", n(*said)), ("found", n(*found))])
            }
            Self::EmptyHash { path } => (faults.empty_hash, vec![at(path)]),
            Self::FolderFull { path, slots } => (
                faults.folder_full,
                vec![at(path), ("slots", n(*slots)), ("limit", n(MAX_FOLDER_SLOTS))],
            ),
            Self::VolumeFull { needed, available } => {
                (faults.volume_full, vec![("needed", n(*needed)), ("available", n(*available))])
            }
        };
        fill(template, &values)
    }

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
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for PlanError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::testing::{hostile, judge};

    #[test]
    fn every_reason_has_words_in_every_language() {
        let path = hostile;
        let all = [
            PlanError::VolumeSize { bytes: 1_000 },
            PlanError::Label { label: path() },
            PlanError::Path { path: path(), fault: NameFault::Device },
            PlanError::TooManyFiles { files: 12_049, limit: 12_048 },
            PlanError::FileTooLarge { path: path(), bytes: 1 << 32 },
            PlanError::ContentSize { path: path(), said: 1, found: 2 },
            PlanError::EmptyHash { path: path() },
            PlanError::FolderFull { path: path(), slots: 65_537 },
            PlanError::VolumeFull { needed: 2_000, available: 1_000 },
        ];
        let said = all.map(|fault| judge(|language| fault.words(language)));
        let table = Language::French.table();
        assert_eq!(said.len(), table.plan_faults.all().len());
        assert!(said[8].contains("2\u{202f}000"), "{}", said[8]);
    }
}
