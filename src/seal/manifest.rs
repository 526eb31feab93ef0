//! `SEAL/manifest.json`: what the release is.
//!
//! Hashes stand in `SHA256SUMS` alone; the *reference hashes* here are claims
//! of others about the payload, shown to people and never used to accept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::json::{self, JsonError};
use super::layout::{MANIFEST, PAYLOAD_PREFIX, SEAL_FOLDER, TOOLS_PREFIX};
use super::limits::{
    MAX_FILE_BYTES, MAX_MANIFEST_BYTES, MAX_VOLUME_BYTES, MIN_VOLUME_BYTES, VOLUME_STEP,
};
pub use super::manifest_error::{FieldRule, FileRule, ManifestError};
use super::names::{
    DottedVersion, Identifier, Number, Position, Text, VersionText, VolumeLabel, WindowsFolder,
};
use super::paths::check_paths;
use super::sums::Sums;
use super::timestamp::Timestamp;

/// The format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A release's description. Fields in the order in which they are printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The organisation that signs.
    pub publisher: Identifier,
    /// What is updated.
    pub product: Identifier,
    /// The version as people say it; orders nothing.
    pub version: VersionText,
    /// Must be the product's epoch in the newest known trust document.
    pub epoch: Number,
    /// Orders releases within the epoch.
    pub sequence: Number,
    /// No older sequence of this epoch may follow; at most `sequence`.
    pub floor: Number,
    /// The product's name.
    pub title: Bilingual,
    /// When it was made; every time on the medium.
    pub issued: Timestamp,
    /// From then on a newer release should be asked for; advice only.
    pub advise_after: Timestamp,
    /// Where it may be installed.
    pub applies_to: Vec<AppliesTo>,
    /// What is installed.
    pub payload: Payload,
    /// How it is installed.
    pub install: Install,
    /// The medium's volume.
    pub volume: Volume,
    /// Every file but the seal's, sorted by the paths' bytes.
    pub files: Vec<FileEntry>,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// English.
    pub en: Text,
    /// French.
    pub fr: Text,
}

/// One kind of computer that the release is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliesTo {
    /// The instrument's model, or a name for stand-alone computers.
    pub instrument: Text,
    /// The software that is updated there.
    pub software: Text,
    /// Its versions.
    pub versions: VersionRange,
}

/// Versions, both ends included, compared number by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRange {
    /// The oldest.
    pub from: DottedVersion,
    /// The newest; `3.1` covers 3.1.0.500 too.
    pub to: DottedVersion,
}

impl VersionRange {
    /// True where `version` lies in it. Numbers that one side does not have are
    /// 0 at the oldest end; the newest end covers everything that begins like it.
    pub fn contains(&self, version: &DottedVersion) -> bool {
        let (version, from, to) = (version.numbers(), self.from.numbers(), self.to.numbers());
        let four = |numbers: &[u32]| {
            let mut four = [0; 4];
            four.iter_mut().zip(numbers).for_each(|(place, number)| *place = *number);
            four
        };
        let version = four(&version);
        version >= four(&from) && version[..to.len()] <= to[..]
    }
}

/// What kind of payload it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PayloadKind {
    /// One Windows Installer package.
    Msi,
    /// Any other files; copied, never started.
    Files,
}

/// What is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// The main file; its role is `payload`.
    pub path: String,
    /// What it is.
    pub kind: PayloadKind,
    /// `ProductCode` of the package, `{...}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<Guid>,
    /// `UpgradeCode` of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade_code: Option<Guid>,
    /// `ProductName` of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<Text>,
    /// `ProductVersion` of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<DottedVersion>,
    /// What others say the main file's SHA-256 is.
    pub reference_hashes: Vec<ReferenceHash>,
}

/// A claim of somebody else about the main file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceHash {
    /// The claimed SHA-256.
    pub sha256: Digest,
    /// Who claims it.
    pub origin: ReferenceOrigin,
    /// Where that can be looked up.
    pub source: Text,
}

/// Who claims a reference hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceOrigin {
    /// A public document, named in the recipe.
    Published,
    /// The person who built the release.
    TypedIn,
}

/// How it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// The folder below which the release's own folder appears.
    pub destination: WindowsFolder,
    /// Whether the computer must be restarted.
    pub restart: RestartRules,
}

/// Restart after each action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestartRules {
    /// After installing.
    pub install: Restart,
    /// After repairing.
    pub repair: Restart,
    /// After removing.
    pub remove: Restart,
}

/// Whether a restart is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Restart {
    /// Not asked for.
    None,
    /// Asked for, can wait.
    Recommended,
    /// The action is not complete before it.
    Required,
}

/// The medium's volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// The label.
    pub label: VolumeLabel,
    /// From LBA 0 to the end of the partition, whole MiB.
    pub bytes: u64,
}

/// One file of the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path on the medium.
    pub path: String,
    /// Its size in bytes, at most 2^32 - 1.
    pub size: u64,
    /// What it is for.
    pub role: Role,
}

/// What a file is for; follows from its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Below `PAYLOAD/`: copied to the instrument.
    Payload,
    /// Below `TOOLS/`: a convenience copy, never copied.
    Tool,
    /// Anything else: read by people.
    Document,
}

impl Role {
    /// The role of a file at `path`.
    pub fn of(path: &str) -> Self {
        if path.starts_with(PAYLOAD_PREFIX) {
            Self::Payload
        } else if path.starts_with(TOOLS_PREFIX) {
            Self::Tool
        } else {
            Self::Document
        }
    }
}

/// A GUID as Windows Installer spells it: braces, upper-case hex, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Guid(String);

impl Guid {
    /// Reads `{8-4-4-4-12}`.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        let parts: Vec<&str> = inner.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let hex = |part: &&str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
        (lengths == [8, 4, 4, 4, 12] && parts.iter().all(hex)).then(|| Self(text.to_string()))
    }
}

impl TryFrom<String> for Guid {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| "not a GUID in braces and upper case".to_string())
    }
}

impl From<Guid> for String {
    fn from(guid: Guid) -> Self {
        guid.0
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Manifest {
    /// Reads the received bytes; every rule is kept by what comes back.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = json::parse(bytes, MAX_MANIFEST_BYTES).map_err(ManifestError::Json)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The one spelling, after the same rules.
    pub fn print(&self) -> Result<Vec<u8>, ManifestError> {
        self.check()?;
        let bytes = json::print(self).map_err(ManifestError::Json)?;
        match bytes.len() > MAX_MANIFEST_BYTES {
            true => Err(ManifestError::Json(JsonError::TooLong { limit: MAX_MANIFEST_BYTES })),
            false => Ok(bytes),
        }
    }

    /// Where it stands in its product's history.
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, sequence: self.sequence }
    }

    /// The main file's entry; the rules say that it exists.
    pub fn main_file(&self) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path == self.payload.path)
    }

    /// The folder that `copy` makes: `<product>_<version>_<epoch>.<sequence>`.
    pub fn folder_name(&self) -> String {
        format!("{}_{}_{}", self.product, self.version, self.position())
    }

    /// The first difference between the files here and those of `sums`.
    pub fn differs_from(&self, sums: &Sums) -> Option<String> {
        let listed: Vec<&str> =
            sums.lines().iter().map(|l| l.0.as_str()).filter(|p| *p != MANIFEST).collect();
        let own: Vec<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        if own == listed {
            return None;
        }
        let stranger = |here: &[&str], there: &[&str]| {
            here.iter().find(|path| there.binary_search(path).is_err()).map(|p| p.to_string())
        };
        stranger(&own, &listed).or_else(|| stranger(&listed, &own))
    }

    fn check(&self) -> Result<(), ManifestError> {
        if self.format != FORMAT {
            return Err(ManifestError::Format(self.format));
        }
        check_paths(self.files.iter().map(|file| file.path.as_str()))
            .map_err(|(path, fault)| ManifestError::Path(path, fault))?;
        self.check_files()?;
        self.check_payload()?;
        let rule = |broken: bool, rule| match broken {
            true => Err(ManifestError::Rule(rule)),
            false => Ok(()),
        };
        rule(self.floor > self.sequence, FieldRule::Floor)?;
        rule(self.advise_after < self.issued, FieldRule::Dates)?;
        rule(self.applies_to.is_empty(), FieldRule::AppliesTo)?;
        let bytes = self.volume.bytes;
        rule(
            !bytes.is_multiple_of(VOLUME_STEP)
                || !(MIN_VOLUME_BYTES..=MAX_VOLUME_BYTES).contains(&bytes),
            FieldRule::VolumeBytes,
        )
    }

    fn check_files(&self) -> Result<(), ManifestError> {
        let sorted = self.files.windows(2).all(|w| w[0].path.as_bytes() < w[1].path.as_bytes());
        if !sorted {
            return Err(ManifestError::Rule(FieldRule::Sorted));
        }
        for file in &self.files {
            let top = file.path.split('/').next().unwrap_or("");
            let reserved = ["PAYLOAD", "TOOLS"];
            // One spelling for the folders that have a meaning.
            let misspelt = reserved.iter().any(|r| top.eq_ignore_ascii_case(r) && top != *r);
            let rule = if top.eq_ignore_ascii_case(SEAL_FOLDER) {
                FileRule::Seal
            } else if misspelt {
                FileRule::UpperCase
            } else if file.size > MAX_FILE_BYTES {
                FileRule::Size
            } else if file.role != Role::of(&file.path) {
                FileRule::Role
            } else {
                continue;
            };
            return Err(ManifestError::File(file.path.clone(), rule));
        }
        Ok(())
    }

    fn check_payload(&self) -> Result<(), ManifestError> {
        let rule = |rule| Err(ManifestError::Rule(rule));
        let payload = self.files.iter().filter(|file| file.role == Role::Payload);
        match self.main_file() {
            Some(file) if file.role == Role::Payload && file.size > 0 => {}
            _ => return rule(FieldRule::Payload),
        }
        let codes = self.payload.product_code.is_some();
        match self.payload.kind {
            PayloadKind::Msi if payload.count() != 1 => rule(FieldRule::OnePackage),
            PayloadKind::Msi if !codes => rule(FieldRule::ProductCode),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
pub(crate) mod tests;
