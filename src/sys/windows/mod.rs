//! Calls of Windows, each wrapped once: everything above these files is safe
//! code with handles that close themselves.
//!
//! - `nt`: opening by a name below an opened folder, never through a reparse
//!   point and past Win32's trimming of names; renaming, removing
//! - `lists`: names in a folder, streams of a file
//! - `security`: owners, access lists, this program's own rights
//! - `system`: computer, person, the system's folders, starting with more rights
//! - `volume`: drives, volumes, disks
//! - `shown`: label and letters of a volume
//! - `registry`: reading it
//! - `wide`: text as Windows wants it
//!
//! Everything was run under Wine; docs/WINDOWS.md says what that cannot show.

pub(crate) mod lists;
pub(crate) mod nt;
pub(crate) mod registry;
pub(crate) mod security;
#[cfg(feature = "builder")]
pub(crate) mod shown;
pub(crate) mod system;
pub(crate) mod volume;
pub(crate) mod wide;
