//! Bad releases, made on purpose: each attack of docs/THREATS.md as a named
//! fixture, for exercises and for the tests that prove what comes of it.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`seal`] | the list of fixtures about the seal, by name |
//! | [`seal_draft`] | a release that may be changed in every way, and written |
//! | [`seal_signatures`], [`seal_json`], [`seal_fields`] | signature files, spellings of signed JSON, values of a manifest |
//! | [`seal_media`] | image and zip of any folder, however bad |
//! | [`trust_documents`], [`trust_history`] | bad documents; bad continuations of a chain |
//! | [`medium`] | an image that can be spoiled: bytes, clusters, folders |
//! | [`medium_faults`] | the list of bad images by name; data, boot area, names |
//! | [`medium_chains`], [`medium_windows`] | FATs that mislead; what an operating system changes |
//! | [`bundle`], [`bundle_faults`] | a zip that can be spoiled; the list of bad zips by name |
//! | [`folder`] | the list of bad folders by name |
//! | [`trust_anchor`], [`trust_state`] | anchors and state folders that were tampered with |
//! | [`registry`] | the one list of exercises, with what must come of each |
//! | [`exercise`] | the workbench: a good release, its twin, throwaway keys |
//! | [`answers`] | the answer sheet |
//!
//! Invariants: a fixture changes a copy and never what it was given; its output
//! appears whole or not at all. A fixture that finds nothing to spoil is an
//! error: an exercise that is secretly a good release would teach nothing, and
//! a test of it would pass for the wrong reason.

use crate::text::Language;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::seal::json::JsonError;
use crate::seal::names::escape_path;
use crate::sign::files::FileError;
use crate::sign::keyfile::{KeyfileError, SigningKey};
use crate::store::StoreError;

pub mod answers;
pub mod bundle;
pub mod bundle_faults;
pub mod exercise;
pub mod folder;
pub mod medium;
pub mod medium_chains;
pub mod medium_faults;
pub mod medium_windows;
pub mod registry;
pub mod seal;
pub mod seal_draft;
pub mod seal_fields;
pub mod seal_json;
pub mod seal_media;
pub mod seal_signatures;
pub mod trust_anchor;
pub mod trust_documents;
pub mod trust_history;
pub mod trust_state;

/// The keys that an exercise needs: an attacker has some of them.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// Two keys of role `release` that reach its threshold together.
    pub release: [&'a SigningKey; 2],
    /// Two keys of role `root` that reach its threshold together.
    pub root: [&'a SigningKey; 2],
    /// A key that no trust document has.
    pub stranger: &'a SigningKey,
}

/// Why a bad release could not be made.
#[derive(Debug)]
pub enum DrillError {
    /// Reading the good release failed.
    File(FileError),
    /// Writing the bad one failed.
    Store(StoreError),
    /// Another input or output failed.
    Io {
        /// Where.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// A key failed.
    Key(KeyfileError),
    /// What was given is not good enough to be spoiled.
    Unsuitable(String),
}

impl DrillError {
    /// True where the others of a set can be made: the release has not what this
    /// one spoils, or the system takes no such name (NTFS: control characters).
    pub fn leaves_one_out(&self) -> bool {
        match self {
            Self::Unsuitable(_) => true,
            Self::Io { error, .. } | Self::Store(StoreError::Io { error, .. }) => {
                error.kind() == io::ErrorKind::InvalidFilename
            }
            _ => false,
        }
    }

    /// An [`DrillError::Io`] about `path`.
    pub fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, doing, error }
    }

    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::File(_) | Self::Io { .. } => "Check the folder and free space, then try again.",
            Self::Store(error) => error.advice(Language::English),
            Self::Key(_) | Self::Unsuitable(_) => {
                "Take a release that passes, and the keys that signed it."
            }
        }
    }
}

impl fmt::Display for DrillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Io { path, doing, error } => {
                write!(f, "cannot {doing} {}: {error}", escape_path(path))
            }
            Self::Key(error) => error.fmt(f),
            Self::Unsuitable(why) => write!(f, "nothing to practise with: {why}"),
        }
    }
}

impl std::error::Error for DrillError {}

impl From<FileError> for DrillError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<StoreError> for DrillError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyfileError> for DrillError {
    fn from(error: KeyfileError) -> Self {
        Self::Key(error)
    }
}

impl From<JsonError> for DrillError {
    fn from(error: JsonError) -> Self {
        Self::Unsuitable(error.to_string())
    }
}

/// An [`DrillError::Unsuitable`] with `why`.
pub fn unsuitable(why: impl fmt::Display) -> DrillError {
    DrillError::Unsuitable(why.to_string())
}

/// Every file of a release folder by its path, `/` between parts. A link, or
/// anything else that is neither file nor folder, is no release's.
fn files_of(root: &Path) -> Result<BTreeMap<String, PathBuf>, DrillError> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1).follow_links(false) {
        let entry = entry.map_err(|error| unsuitable(error.to_string()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let path = entry.path().to_path_buf();
        let name = path.strip_prefix(root).ok().and_then(Path::to_str);
        match name {
            Some(name) if entry.file_type().is_file() => {
                files.insert(name.replace('\\', "/"), path)
            }
            _ => return Err(unsuitable(escape_path(&path))),
        };
    }
    Ok(files)
}
