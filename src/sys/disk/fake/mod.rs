//! Disks in memory that fail on purpose: support for tests of this room and of
//! every room above it. Nothing in the programs uses it.
//!
//! A fake keeps only the blocks that were written, so a stick of 64 GB costs
//! nothing. It is strict where real disks are: an unaligned access, one past
//! the end, and a second opening are errors.
//!
//! | file | what it holds |
//! | --- | --- |
//! | here | what a fake does wrong, and what was done to it |
//! | `devices` | a computer with fake sticks |
//! | `target` | one of them that is open |

use std::time::Duration;

use super::target::Intent;

mod devices;
mod target;

pub use devices::{FakeDevices, stick};

/// What a fake stick does wrong. Offsets are bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Writing the sector at this offset fails.
    WriteError {
        /// Of the sector.
        at: u64,
    },
    /// Reading the sector at this offset fails.
    ReadError {
        /// Of the sector.
        at: u64,
    },
    /// Flushing fails from this one on, counted from 0.
    FlushError {
        /// Which one.
        nth: usize,
    },
    /// Writes at and behind this offset are answered with success and dropped.
    DropsFrom {
        /// The first byte that is not kept.
        at: u64,
    },
    /// Has only so many bytes; an access behind them comes round to the start.
    WrapsAt {
        /// The real size.
        bytes: u64,
    },
    /// The byte at this offset reads with one bit flipped.
    FlipsBit {
        /// Of the byte.
        at: u64,
    },
    /// Reads give what was there before it was opened.
    ReturnsOldData,
    /// Every write is refused as on write-protected media, though it does not
    /// report protection.
    RefusesWrites,
    /// It is gone once so many bytes were written; for the list as well.
    RemovedAfter {
        /// Bytes written.
        bytes: u64,
    },
    /// Nothing comes back from a write that reaches this offset, until the
    /// fake is told [`FakeDevices::wake`].
    Hangs {
        /// Of the write.
        at: u64,
    },
    /// Every write takes so much longer for each MiB.
    Slow {
        /// For each MiB.
        pause: Duration,
    },
    /// Somebody holds it: it cannot be opened.
    Busy,
    /// It cannot be ejected.
    EjectError,
}

/// One thing that was done to a fake stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Opened.
    Open(Intent),
    /// So many bytes written at an offset.
    Write {
        /// From the start.
        offset: u64,
        /// How many.
        bytes: usize,
        /// All of them are zero.
        zeros: bool,
    },
    /// So many bytes read at an offset.
    Read {
        /// From the start.
        offset: u64,
        /// How many.
        bytes: usize,
    },
    /// Flushed.
    Flush,
    /// Partitions forgotten.
    Forget,
    /// Ejected.
    Eject,
    /// Let go.
    Close,
}

#[cfg(test)]
mod tests;
