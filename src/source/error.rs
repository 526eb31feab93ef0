//! Why a source cannot be opened or read, and what to do about it.

use std::fmt;
use std::io;

use super::fence::{BadPlace, Spent};
use super::oddity::Oddity;
use crate::seal::names::escape_message;
use crate::text::{Entry, Language, Table, fill, own};

/// What was being done when the system failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Opening it.
    Opening,
    /// Reading it.
    Reading,
    /// Asking what it is.
    LookingAt,
    /// Asking for its size.
    AskingSize,
}

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
        what: Oddity,
    },
    /// A file is longer than it may be.
    TooLong {
        /// Its path.
        path: String,
        /// Bytes that it may have.
        limit: usize,
    },
    /// Reading was given up: the file system leads in circles.
    LimitExceeded {
        /// The file or source.
        place: String,
    },
    /// The system could not read.
    Io {
        /// The file or source.
        place: String,
        /// What was being done.
        doing: Doing,
        /// The system's reason.
        source: io::Error,
    },
}

impl SourceError {
    /// An error of the system while something that is open was read.
    pub(crate) fn io(place: &str, doing: Doing, source: io::Error) -> Self {
        let place = place.to_string();
        let inner = source.get_ref();
        if inner.is_some_and(|error| error.is::<Spent>()) {
            return Self::LimitExceeded { place };
        }
        if let Some(bad) = inner.and_then(|error| error.downcast_ref::<BadPlace>()) {
            return Self::Malformed { place, what: bad.0 };
        }
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { place },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { place, device: false },
            io::ErrorKind::ResourceBusy => Self::Busy { place },
            _ => Self::Io { place, doing, source },
        }
    }

    /// The same while a source is opened: a device may want an administrator.
    pub(super) fn opening(place: &str, doing: Doing, source: io::Error) -> Self {
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

    /// The two texts for it.
    fn entry(&self, table: &Table) -> Entry {
        let faults = &table.source_faults;
        match self {
            Self::NotFound { .. } => faults.not_found,
            Self::PermissionDenied { device: true, .. } => faults.device_denied,
            Self::PermissionDenied { .. } => faults.denied,
            Self::Busy { .. } => faults.busy,
            Self::LinkToFolder { .. } => faults.link_to_folder,
            Self::NotASource { .. } => faults.not_a_source,
            Self::Malformed { .. } => faults.malformed,
            Self::TooLong { .. } => faults.too_long,
            Self::LimitExceeded { .. } => faults.given_up,
            Self::Io { doing: Doing::Opening, .. } => faults.opening,
            Self::Io { doing: Doing::Reading, .. } => faults.reading,
            Self::Io { doing: Doing::LookingAt, .. } => faults.looking_at,
            Self::Io { doing: Doing::AskingSize, .. } => faults.asking_size,
        }
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let table = language.table();
        let place = |place: &str| ("place", escape_message(place));
        let values = match self {
            Self::NotFound { place: it }
            | Self::PermissionDenied { place: it, .. }
            | Self::Busy { place: it }
            | Self::LinkToFolder { place: it }
            | Self::NotASource { place: it }
            | Self::LimitExceeded { place: it } => vec![place(it)],
            Self::Malformed { place: it, what } => {
                vec![place(it), ("what", what.words(table).to_string())]
            }
            Self::TooLong { path, limit } => {
                vec![place(path), ("limit", language.number(*limit as u64))]
            }
            Self::Io { place: it, source, .. } => {
                vec![place(it), ("error", escape_message(&own::words_of(source, language)))]
            }
        };
        fill(self.entry(table).what, &values)
    }

    /// What a person can do about it.
    pub fn advice(&self, language: Language) -> &'static str {
        self.entry(language.table()).next
    }
}

impl fmt::Display for SourceError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
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
