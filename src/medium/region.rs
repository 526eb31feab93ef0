//! The names of a medium's parts, for reports.

use std::fmt;

use crate::seal::names::escape;

/// A part of the medium, as a report names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// Boot code of the MBR (bytes 0 to 0x1B7), or its reserved word.
    MbrBootCode,
    /// Disk signature of the MBR.
    MbrDiskSignature,
    /// Partition table and mark of the MBR.
    MbrPartitionTable,
    /// LBA 1 to 2047, before the partition.
    Gap,
    /// Parameters of the boot sector, or its mark.
    BootSector,
    /// Code of the boot sector.
    BootCode,
    /// FSInfo.
    FsInfo,
    /// The second boot sector.
    BackupBootSector,
    /// The second FSInfo.
    BackupFsInfo,
    /// Reserved sectors without a structure.
    Reserved,
    /// A file allocation table, 1 or 2.
    Fat {
        /// Which of the two.
        copy: u8,
    },
    /// The clusters of a folder.
    Directory {
        /// Its path, empty for the root.
        path: String,
    },
    /// A sealed file. Its hash alone is known, so the whole file is named.
    FileData {
        /// Its path.
        path: String,
    },
    /// A file of the seal, whose bytes are known.
    SealFile {
        /// Its path.
        path: String,
    },
    /// What follows a file in its last cluster.
    FileSlack {
        /// Its path.
        path: String,
    },
    /// Clusters that no file has.
    FreeClusters,
    /// Bytes after the volume.
    AfterVolume,
    /// The medium ends before the volume does: from its end to the volume's.
    Missing,
    /// The device ends before the size that it reports.
    MissingAfterVolume,
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MbrBootCode => write!(f, "MBR boot code"),
            Self::MbrDiskSignature => write!(f, "MBR disk signature"),
            Self::MbrPartitionTable => write!(f, "MBR partition table"),
            Self::Gap => write!(f, "gap before the partition"),
            Self::BootSector => write!(f, "boot sector"),
            Self::BootCode => write!(f, "code of the boot sector"),
            Self::FsInfo => write!(f, "FSInfo"),
            Self::BackupBootSector => write!(f, "second boot sector"),
            Self::BackupFsInfo => write!(f, "second FSInfo"),
            Self::Reserved => write!(f, "reserved sectors"),
            Self::Fat { copy } => write!(f, "FAT {copy}"),
            Self::Directory { path } => write!(f, "folder /{}", escape(path)),
            Self::FileData { path } => write!(f, "file {}", escape(path)),
            Self::SealFile { path } => write!(f, "seal file {}", escape(path)),
            Self::FileSlack { path } => write!(f, "slack after {}", escape(path)),
            Self::FreeClusters => write!(f, "free clusters"),
            Self::AfterVolume => write!(f, "after the volume"),
            Self::Missing => write!(f, "missing part of the volume"),
            Self::MissingAfterVolume => write!(f, "missing part of the device"),
        }
    }
}
