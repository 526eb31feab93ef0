//! Calls of the operating system, and the facts that it tells.
//!
//! - [`folder`]: opened folders, and names below them that are never followed
//!   through a link
//! - [`storage`]: what a path or a device node lies on: file system, share,
//!   removable drive, whole disk
//! - [`device`]: what a block device says of itself
//! - [`user`]: who runs the program, on which computer, in which language
//!
//! Linux is served through `rustix`, without `unsafe` of our own; Windows
//! through `windows-sys`, with every `unsafe` in the files of `windows`. On other
//! systems what would lose a promise answers `Unsupported`; nothing here
//! pretends. Texts that come from devices and file systems are raw bytes of
//! strangers: whoever shows them escapes them.

pub mod device;
pub mod folder;
pub mod storage;
pub mod user;
#[cfg(windows)]
#[allow(unsafe_code)] // The one place for it; each block says why it is sound.
pub(crate) mod windows;
