//! Why a manifest is refused, in words of every language.
//!
//! Each rule that [`super::manifest`] holds has a name here, so that no
//! language can miss the sentence about a manifest that breaks it.

use std::fmt;

use super::json::JsonError;
use super::manifest::FORMAT;
use super::names::{NameFault, escape};
use crate::text::{Language, Table, fill};

/// Why a manifest was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestError {
    /// Not JSON of this shape in its one spelling.
    Json(JsonError),
    /// A format of a newer program.
    Format(u32),
    /// A path that is not allowed.
    Path(String, NameFault),
    /// A rule between fields.
    Rule(FieldRule),
    /// A rule of one file, by its path.
    File(String, FileRule),
}

/// Rules between the fields of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// The floor is at most the release's own sequence.
    Floor,
    /// `advise_after` is not before `issued`.
    Dates,
    /// `applies_to` names something.
    AppliesTo,
    /// `volume.bytes` is a size that a medium can have.
    VolumeBytes,
    /// Files are sorted by the bytes of their paths.
    Sorted,
    /// The payload's main file is there, with content.
    Payload,
    /// A Windows Installer package stands alone in the payload.
    OnePackage,
    /// A Windows Installer package has its product code.
    ProductCode,
}

impl FieldRule {
    /// The sentence about a manifest that breaks it.
    fn words(self, table: &Table) -> &'static str {
        let faults = &table.seal_faults;
        match self {
            Self::Floor => faults.manifest_floor,
            Self::Dates => faults.manifest_dates,
            Self::AppliesTo => faults.manifest_applies_to,
            Self::VolumeBytes => faults.manifest_volume,
            Self::Sorted => faults.manifest_not_sorted,
            Self::Payload => faults.manifest_no_payload,
            Self::OnePackage => faults.manifest_one_package,
            Self::ProductCode => faults.manifest_product_code,
        }
    }
}

/// Rules of each file of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRule {
    /// Nothing stands in the folder of the seal.
    Seal,
    /// Folders with a meaning have one spelling.
    UpperCase,
    /// A file is no longer than FAT32 can hold.
    Size,
    /// The role is that of the folder.
    Role,
}

impl FileRule {
    /// The sentence about a file that breaks it, with a place for its path.
    fn words(self, table: &Table) -> &'static str {
        let faults = &table.seal_faults;
        match self {
            Self::Seal => faults.manifest_in_seal,
            Self::UpperCase => faults.manifest_upper_case,
            Self::Size => faults.manifest_file_too_long,
            Self::Role => faults.manifest_role,
        }
    }
}

impl ManifestError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        match self {
            Self::Json(error) => error.words(language),
            Self::Format(format) => {
                fill(faults.format, &[("found", format.to_string()), ("known", FORMAT.to_string())])
            }
            Self::Path(path, fault) => {
                let values = [("path", escape(path)), ("fault", fault.words(language))];
                fill(faults.path, &values)
            }
            Self::Rule(rule) => rule.words(language.table()).to_string(),
            Self::File(path, rule) => fill(rule.words(language.table()), &[("path", escape(path))]),
        }
    }
}

impl fmt::Display for ManifestError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for ManifestError {}
