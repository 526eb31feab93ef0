//! Why a medium could not be rendered, and what a person can do about it.

use std::fmt;
use std::io;

use crate::seal::names::escape;

/// Why rendering stopped. What the sink has is not a medium.
#[derive(Debug)]
pub enum RenderError {
    /// A file could not be opened.
    Open {
        /// Its path on the medium.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file could not be read.
    Read {
        /// Its path on the medium.
        path: String,
        /// Bytes read before.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// The sink refused bytes.
    Write {
        /// Offset from the medium's start, in bytes.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is shorter or longer than planned.
    Size {
        /// Its path on the medium.
        path: String,
        /// Bytes planned.
        expected: u64,
        /// Bytes found; one more than planned stands for "more".
        found: u64,
    },
    /// A file does not have the planned SHA-256.
    Hash {
        /// Its path on the medium.
        path: String,
    },
}

impl RenderError {
    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open { .. } | Self::Read { .. } => {
                "Check that the file is there and can be read, then run the command again."
            }
            Self::Write { .. } => "Check free space and the target, then run the command again.",
            Self::Size { .. } | Self::Hash { .. } => {
                "The file was changed after the release was made: restore it, or build again."
            }
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, source } => write!(f, "opening {}: {source}", escape(path)),
            Self::Read { path, offset, source } => {
                write!(f, "reading {} at byte {offset}: {source}", escape(path))
            }
            Self::Write { offset, source } => {
                write!(f, "writing the medium at byte {offset}: {source}")
            }
            Self::Size { path, expected, found } if found > expected => {
                write!(f, "{} has more than {expected} bytes", escape(path))
            }
            Self::Size { path, expected, found } => {
                write!(f, "{} has {found} bytes instead of {expected}", escape(path))
            }
            Self::Hash { path } => {
                write!(f, "{} does not have the SHA-256 that was sealed", escape(path))
            }
        }
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } | Self::Write { source, .. } => {
                Some(source)
            }
            Self::Size { .. } | Self::Hash { .. } => None,
        }
    }
}
