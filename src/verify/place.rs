//! Where something was found, and how what a stranger may have written is shown.
//!
//! Invariant: whatever comes from a medium is escaped here, so that no name, label
//! or path can be taken for words of ours.

use crate::seal::names::{escape, escape_message};
use crate::text::{Language, Table, fill};

/// First and last LBA.
pub type Sectors = Option<(u64, u64)>;

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A file or folder of the source.
    Path(String),
    /// A sector of the medium, from LBA 0.
    Sector(u64),
    /// A byte of the zip.
    Byte(u64),
}

impl Spot {
    /// The words for it, escaped.
    pub(super) fn words(&self, language: Language) -> String {
        let details = &language.table().details;
        let at = |at: &u64| [("at", language.number(*at))];
        match self {
            Self::Path(path) => stranger(path),
            Self::Sector(sector) => fill(details.sector, &at(sector)),
            Self::Byte(byte) => fill(details.byte, &at(byte)),
        }
    }
}

/// A structure of a medium or bundle, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    BootCode,
    DiskSignature,
    PartitionTable,
    Gap,
    BootSector,
    FsInfo,
    BackupBootSector,
    Reserved,
    FirstFat,
    SecondFat,
    Folder(String),
    SealFile(String),
    LocalHeader(String),
    CentralDirectory,
    EndRecord,
}

impl Place {
    /// The words for it.
    pub fn words(&self, table: &Table) -> String {
        let regions = &table.regions;
        let with = |template: &str, path: &String| fill(template, &[("path", stranger(path))]);
        match self {
            Self::BootCode => regions.boot_code.to_string(),
            Self::DiskSignature => regions.disk_signature.to_string(),
            Self::PartitionTable => regions.partition_table.to_string(),
            Self::Gap => regions.gap.to_string(),
            Self::BootSector => regions.boot_sector.to_string(),
            Self::FsInfo => regions.fs_info.to_string(),
            Self::BackupBootSector => regions.backup_boot_sector.to_string(),
            Self::Reserved => regions.reserved.to_string(),
            Self::FirstFat => regions.first_fat.to_string(),
            Self::SecondFat => regions.second_fat.to_string(),
            Self::Folder(path) if path.is_empty() => with(regions.folder, &"/".to_string()),
            Self::Folder(path) => with(regions.folder, path),
            Self::SealFile(path) => with(regions.seal_file, path),
            Self::LocalHeader(path) => with(regions.local_header, path),
            Self::CentralDirectory => regions.central_directory.to_string(),
            Self::EndRecord => regions.end_record.to_string(),
        }
    }
}

/// A path that a stranger may have chosen: escaped, and with its spaces written
/// out where they could part or fill a line of ours.
pub(super) fn stranger(path: &str) -> String {
    let path = escape(path);
    match path.chars().count() > 40 || path.contains("  ") {
        true => path.replace(' ', "\\u{20}"),
        false => path,
    }
}

/// A path of this computer, or a message that may name one.
pub(super) fn here(text: &str) -> String {
    escape_message(text)
}

/// Bytes as hex, at most the sample that the comparer keeps.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
