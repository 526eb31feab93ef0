//! Why nothing was built: what happened, and what to do next.

use crate::text::Language;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::mistake::{Mistakes, quoted};
use super::msi::MsiError;
use crate::seal::digest::Digest;
use crate::seal::manifest::ManifestError;
use crate::seal::names::{NameFault, Number, escape, escape_path};
use crate::seal::sums::SumsError;
use crate::store::StoreError;
use crate::verify::outcome::{Failure, Outcome};

/// Why nothing was built, or a release could not be compared.
#[derive(Debug)]
pub enum BuildError {
    /// The system's error, with what was being done to which file.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Such as "read".
        doing: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// A file that is longer than its kind may be.
    TooLong {
        /// What it was to be.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The limit, bytes.
        limit: u64,
    },
    /// No built-in recipe of that name.
    NoSuchRecipe {
        /// The name.
        name: String,
        /// Which there are.
        next: String,
    },
    /// Mistakes in a recipe or in a text.
    Mistakes(Mistakes),
    /// The time of issue: none, or one that cannot be read.
    Issued(String),
    /// Something in the payload that a release cannot carry.
    Payload {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A path on the medium that is not allowed.
    Name(String, NameFault),
    /// The file became longer or shorter while it was read.
    Changed(PathBuf),
    /// The Windows Installer package is refused.
    Msi(PathBuf, MsiError),
    /// The payload is not the one that was announced.
    Reference {
        /// What it is.
        found: Digest,
        /// True where the expected digest was typed in, not published.
        typed_in: bool,
    },
    /// The recipe has no reference hash, and none was typed in.
    NoReference(Digest),
    /// A release below the floor would be refused everywhere.
    BelowFloor {
        /// The sequence of the release.
        sequence: Number,
        /// The floor of the newest trust document, or of the release itself.
        floor: Number,
        /// True where the trust document says so.
        trust: bool,
    },
    /// The volume is too small, or no volume is large enough.
    Volume {
        /// What is wrong.
        what: String,
        /// What to do.
        next: String,
    },
    /// The manifest would break a rule.
    Manifest(ManifestError),
    /// `SHA256SUMS` would break a rule.
    Sums(SumsError),
    /// The release folder could not be made, or not be given its name.
    Store(StoreError),
    /// What is to be replaced is not a release.
    NotARelease(PathBuf),
}

impl BuildError {
    /// For `map_err`: an error of the system while `doing` something to `path`.
    pub fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, doing, error }
    }

    /// What to do next.
    pub fn advice(&self) -> String {
        match self {
            Self::Io { .. } => "Nothing was built. Correct that and start again.".into(),
            Self::TooLong { .. } => "Is it the file that you meant?".into(),
            Self::NoSuchRecipe { next, .. } => format!("Or give the path of a recipe. {next}"),
            // Each mistake says its own.
            Self::Mistakes(_) => String::new(),
            Self::Issued(_) => "Give issued in the recipe, --issued TIME or SOURCE_DATE_EPOCH, \
                                such as 2026-11-23T10:00:00Z."
                .into(),
            Self::Payload { .. } => "Put plain files and folders into the payload, nothing \
                                     else; a release carries no links and no empty folders."
                .into(),
            Self::Name(..) => "Rename it: letters, digits, dot, hyphen and underscore.".into(),
            Self::Changed(_) => "Wait until nothing writes to it, then start again.".into(),
            Self::Msi(_, error) => error.advice().into(),
            Self::Reference { typed_in: true, .. } => {
                "Compare all 64 digits. If they differ, do not use this file.".into()
            }
            Self::Reference { .. } => "Fetch the file again. If it is meant to be another one: \
                                       --reference SHA256 or --no-reference, which stands on the \
                                       card."
                .into(),
            Self::NoReference(_) => "Type in the SHA-256 that you were told by another road \
                                     (--reference), or say --no-reference, which stands on the \
                                     card."
                .into(),
            Self::BelowFloor { .. } => "Give a higher --sequence.".into(),
            Self::Volume { next, .. } => next.clone(),
            Self::Manifest(_) | Self::Sums(_) => "Correct the recipe or the payload.".into(),
            Self::Store(error) => error.advice(Language::English).into(),
            Self::NotARelease(_) => "--force replaces releases and empty folders only. Remove it \
                                     yourself, or choose another name."
                .into(),
        }
    }

    /// How a program ends that meets this.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Store(StoreError::Exists(_) | StoreError::OtherKind(_)) => Outcome::Refused,
            Self::Io { .. } | Self::Changed(_) | Self::Store(_) => Outcome::Io,
            Self::NoSuchRecipe { .. } | Self::Mistakes(_) | Self::Issued(_) => Outcome::Usage,
            _ => Outcome::Refused,
        }
    }
}

/// A path as a person may be shown it.
pub fn shown(path: &Path) -> String {
    escape_path(path)
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, doing, error } => write!(f, "cannot {doing} {}: {error}", shown(path)),
            Self::TooLong { what, path, limit } => {
                write!(f, "{} is longer than a {what} may be ({limit} bytes)", shown(path))
            }
            Self::NoSuchRecipe { name, .. } => write!(f, "no built-in recipe {}", quoted(name)),
            Self::Mistakes(mistakes) => write!(f, "{mistakes}"),
            Self::Issued(why) => write!(f, "the time of issue: {why}"),
            Self::Payload { path, what } => write!(f, "{} {what}", shown(path)),
            Self::Name(path, fault) => write!(f, "{}: {fault}", escape(path)),
            Self::Changed(path) => write!(f, "{} changed while it was read", shown(path)),
            Self::Msi(path, error) => write!(f, "{}: {error}", shown(path)),
            Self::Reference { found, typed_in: true } => {
                write!(f, "the payload is {found}, not what was typed in")
            }
            Self::Reference { found, .. } => {
                write!(f, "the payload is {found}, which matches no published reference")
            }
            Self::NoReference(found) => {
                write!(f, "the payload is {found}, and nobody outside says so")
            }
            Self::BelowFloor { sequence, floor, trust: true } => {
                write!(f, "sequence {sequence} is below the floor {floor} of the trust document")
            }
            Self::BelowFloor { sequence, floor, .. } => {
                write!(f, "sequence {sequence} is below the release's own floor {floor}")
            }
            Self::Volume { what, .. } => f.write_str(what),
            Self::Manifest(error) => write!(f, "the manifest would be refused: {error}"),
            Self::Sums(error) => write!(f, "SHA256SUMS would be refused: {error}"),
            Self::Store(error) => write!(f, "{error}"),
            Self::NotARelease(path) => write!(f, "{} is not a release", shown(path)),
        }
    }
}

impl std::error::Error for BuildError {}

impl From<StoreError> for BuildError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::new(error.outcome(), error.to_string(), error.advice())
    }
}
