//! A list of disks, and one disk that is opened by us alone.
//!
//! The engine of the room `write` knows disks by these traits only, so that a
//! disk in memory with faults ([`super::fake`]) stands for any stick.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::facts::Disk;

/// What a disk is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Reading only; a write-protected stick can be opened so.
    Read,
    /// Writing and reading.
    Write,
}

/// What came of ejecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ejected {
    /// The system has let go of the disk: nothing can mount it before it is
    /// plugged in again.
    Done,
    /// This kind of disk cannot be ejected.
    NotPossible,
}

/// Disks, as a computer has them.
pub trait Devices: Sync {
    /// Every whole disk, in the order of their names, those that nobody may
    /// write included: a person must see why.
    fn list(&self) -> Result<Vec<Disk>, ListError>;

    /// Opens `disk` so that nobody else mounts it or opens it the same way
    /// while the target lives. What is opened may be another disk by now:
    /// compare [`Target::disk`] with the one that was meant.
    fn open(&self, disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError>;
}

/// A disk that is opened by us alone. Dropping it lets it go.
pub trait Target: Send {
    /// Its facts, asked again through what is open: the same disk, or the
    /// identity differs.
    fn disk(&mut self) -> io::Result<Disk>;

    /// Bytes in all, from the opened disk and not from a list.
    fn bytes(&self) -> u64;

    /// Writes all of `bytes` at `offset`. Offset and length are multiples of
    /// the sector, memory is aligned to [`ALIGNMENT`]; they bypass the
    /// system's memory where that is possible. After an error nothing is known
    /// of these sectors.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Fills `buffer` from `offset`, aligned likewise, with what the disk
    /// holds and not what the system remembers.
    fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Everything written is on the disk, by its own word.
    fn flush(&mut self) -> io::Result<()>;

    /// Makes the system forget the partitions that were there before, so that
    /// nothing of them can be mounted. A help: `Err` where it cannot.
    fn forget_partitions(&mut self) -> io::Result<()>;

    /// Makes the system let go of the disk while it is still ours, so that
    /// nothing mounts it (and changes it) once it is closed.
    fn eject(&mut self) -> io::Result<Ejected>;
}

pub use crate::sys::buffer::ALIGNMENT;

/// Why there is no list.
#[derive(Debug)]
pub enum ListError {
    /// Reading this failed.
    Io {
        /// A folder or table of the system.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// This system is not asked yet.
    Unsupported,
}

impl ListError {
    /// What a person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Run it as administrator (on Linux: root, with sudo).",
            Self::Unsupported => "Use Linux, or write the image that pack makes with other means.",
        }
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "cannot read {}: {error}", path.display()),
            Self::Unsupported => write!(f, "disks of this system cannot be listed yet"),
        }
    }
}

impl std::error::Error for ListError {}

/// Why a disk was not opened. Nothing was written.
#[derive(Debug)]
pub enum OpenError {
    /// It is mounted, or something else holds it.
    Busy,
    /// It does not let itself be written.
    WriteProtected,
    /// This person may not.
    NotAllowed,
    /// It is not there any more.
    Gone,
    /// What is there is no whole disk.
    NotADisk,
    /// A step of opening failed: which one, and the system's word.
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// This system is not served yet.
    Unsupported,
}

impl OpenError {
    /// Sorts an error of the system that came while `doing`.
    pub fn from_io(doing: &'static str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ResourceBusy => Self::Busy,
            io::ErrorKind::ReadOnlyFilesystem => Self::WriteProtected,
            io::ErrorKind::PermissionDenied => Self::NotAllowed,
            io::ErrorKind::NotFound => Self::Gone,
            _ => Self::Io { doing, error },
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "in use: it is mounted, or another program holds it"),
            Self::WriteProtected => write!(f, "write-protected"),
            Self::NotAllowed => write!(f, "the system does not let us (root is needed)"),
            Self::Gone => write!(f, "it is not there any more"),
            Self::NotADisk => write!(f, "not a whole disk"),
            Self::Io { doing, error } => write!(f, "{doing}: {error}"),
            Self::Unsupported => write!(f, "this system cannot be written from yet"),
        }
    }
}

impl std::error::Error for OpenError {}
