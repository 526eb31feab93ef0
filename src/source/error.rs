//! Why a source cannot be opened or read, and what to do about it.

use std::fmt;
use std::io;

use super::fence::{BadPlace, Spent};
use crate::seal::names::escape_message;

/// Why a source, or a file in it, cannot be read.
#[derive(Debug)]
pub enum SourceError {
    /// There is nothing at this place, or no such file in the source.
    NotFound {
        /// The place.
        place: String,
    },
    /// The system does not let us.
    PermissionDenied {
        /// The place.
        place: String,
        /// True for a device, which wants an administrator.
        device: bool,
    },
    /// Somebody else has it.
    Busy {
        /// The place.
        place: String,
    },
    /// A symbolic link to a folder.
    LinkToFolder {
        /// The link.
        place: String,
    },
    /// Neither folder, file nor block device; or a folder where bytes are
    /// wanted.
    NotASource {
        /// The place.
        place: String,
    },
    /// The source contradicts itself.
    Malformed {
        /// The file or source.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// A file is longer than it may be.
    TooLong {
        /// Its path.
        path: String,
        /// Bytes that it may have.
        limit: usize,
    },
    /// Reading was given up at a limit.
    LimitExceeded {
        /// The file or source.
        place: String,
        /// Which limit.
        what: &'static str,
    },
    /// The system could not read.
    Io {
        /// The file or source.
        place: String,
        /// What was being done.
        doing: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

impl SourceError {
    /// An error of the system while something that is open was read.
    pub(crate) fn io(place: &str, doing: &'static str, source: io::Error) -> Self {
        let place = place.to_string();
        let inner = source.get_ref();
        if inner.is_some_and(|error| error.is::<Spent>()) {
            return Self::LimitExceeded { place, what: "the file system leads in circles" };
        }
        if let Some(bad) = inner.and_then(|error| error.downcast_ref::<BadPlace>()) {
            return Self::Malformed { place, what: bad.to_string() };
        }
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { place },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { place, device: false },
            io::ErrorKind::ResourceBusy => Self::Busy { place },
            _ => Self::Io { place, doing, source },
        }
    }

    /// The same while a source is opened: a device may want an administrator.
    pub(super) fn opening(place: &str, doing: &'static str, source: io::Error) -> Self {
        match Self::io(place, doing, source) {
            Self::PermissionDenied { place, .. } => {
                let device = super::positioned::names_a_device(std::path::Path::new(&place));
                Self::PermissionDenied { place, device }
            }
            other => other,
        }
    }

    /// True where a file is longer than was allowed.
    pub fn is_too_long(&self) -> bool {
        matches!(self, Self::TooLong { .. })
    }

    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "Check the name, and that the key is plugged in.",
            Self::PermissionDenied { device: true, .. } => {
                "Reading a device needs an administrator (on Linux: root, with sudo)."
            }
            Self::PermissionDenied { .. } => "Check who may read it, or run as administrator.",
            Self::Busy { .. } => "Close the programs that use it, then run the command again.",
            Self::LinkToFolder { .. } => "Name the folder itself.",
            Self::NotASource { .. } => "Name a folder, a zip, an image or a block device.",
            Self::Malformed { .. } | Self::TooLong { .. } | Self::LimitExceeded { .. } => {
                "It is not what was signed: do not use it."
            }
            Self::Io { .. } => "Try another port or another copy once.",
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { place } => write!(f, "there is no {}", escape_message(place)),
            Self::PermissionDenied { place, .. } => {
                write!(f, "the system does not let us read {}", escape_message(place))
            }
            Self::Busy { place } => write!(f, "{} is in use", escape_message(place)),
            Self::LinkToFolder { place } => {
                write!(f, "{} is a symbolic link to a folder", escape_message(place))
            }
            Self::NotASource { place } => {
                write!(f, "{} is nothing that a release is read from", escape_message(place))
            }
            Self::Malformed { place, what } => {
                write!(f, "{}: {}", escape_message(place), escape_message(what))
            }
            Self::TooLong { path, limit } => {
                write!(f, "{} has more than {limit} bytes", escape_message(path))
            }
            Self::LimitExceeded { place, what } => {
                write!(f, "{}: given up, {what}", escape_message(place))
            }
            Self::Io { place, doing, source } => {
                write!(f, "{doing} {}: {source}", escape_message(place))
            }
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
