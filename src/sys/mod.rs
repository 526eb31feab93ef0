//! Calls of the operating system, and the facts that it tells.
//!
//! - [`folder`]: opened folders, and names below them that are never followed
//!   through a link
//! - [`storage`]: what a path or a device node lies on: file system, share,
//!   removable drive, whole disk
//! - [`device`]: what a block device says of itself
//! - [`buffer`]: memory for direct access, and in large pages
//! - [`processor`]: a new thread on a processor of its own
//! - `interrupt`, `private_file`: Ctrl-C; a file that nobody else can open
//!   (feature `builder`)
//! - `disk`: whole disks that keys are written to (feature `builder`)
//! - [`user`]: who runs the program, on which computer, in which language
//!
//! Linux is served through `rustix`; two calls that it does not have and one that
//! it does not call safe stand in `disk/linux/calls.rs`, the only `unsafe` of the
//! Linux side. Windows is
//! served through `windows-sys`, every `unsafe` in the files of `windows`. On other
//! systems what would lose a promise answers `Unsupported`; nothing here
//! pretends. Texts that come from devices and file systems are raw bytes of
//! strangers: whoever shows them escapes them.

pub mod buffer;
pub mod device;
#[cfg(feature = "builder")]
pub mod disk;
pub mod folder;
#[cfg(feature = "builder")]
pub mod interrupt;
#[cfg(feature = "builder")]
pub mod private_file;
pub mod processor;
pub mod storage;
pub mod user;
#[cfg(windows)]
#[allow(unsafe_code)] // The one place for it; each block says why it is sound.
pub(crate) mod windows;
