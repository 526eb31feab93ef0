//! Whole disks that a key may be written to: what the system knows of them,
//! and one of them opened for writing alone.
//!
//! Facts only: whether a disk may be written is judged above, in the room
//! `write`, by one function. What the system does not tell stays `None`, and
//! nothing here guesses. Names, serials and labels come from the stick and are
//! kept as raw bytes; whoever shows them escapes them.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`facts`] | a disk, what uses it, its write protection |
//! | [`target`] | the traits: a list of disks, and an opened one |
//! | [`fake`] | both in memory, with faults on purpose, for tests |
//! | [`system`] | both as the system has them |
//! | [`windows_order`] | in which order a disk of Windows becomes ours, behind a trait of its calls |

pub mod facts;
pub mod fake;
#[cfg(target_os = "linux")]
mod linux;
pub mod system;
pub mod target;
#[cfg(windows)]
mod windows;
pub mod windows_order;

#[cfg(target_os = "linux")]
pub(super) use linux::calls::prefer_large_pages;

pub use crate::sys::buffer::AlignedBuffer;
pub use facts::{Bus, Disk, Protection, Usage, UsbIds, Volume};
pub use system::{Loops, SystemDevices};
pub use target::{Devices, Ejected, Intent, ListError, OpenError, Target};
