//! The vendor's installer: what is started, exactly, and what is held open
//! meanwhile, as a trait.
//!
//! Purpose: the command line is made in one place and can be read in a test to
//! the last character. Invariants: the program is named by its whole path in the
//! system's own folder, which the system tells and no environment; the working
//! folder is that one too; no shell is between. Defends against a `msiexec` of
//! somebody else, and against a package that is exchanged after it was checked.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A package that is held open so that nobody can write, rename or remove it.
pub trait HeldPackage {
    /// Its bytes from the first on, read through the handle that is held.
    fn reader(&self) -> io::Result<Box<dyn Read + '_>>;
}

/// One start of the vendor's installer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallerCommand {
    /// `GetSystemDirectoryW()\msiexec.exe`.
    pub program: PathBuf,
    /// `GetSystemDirectoryW()`.
    pub working_folder: PathBuf,
    /// Everything behind the program's name, exactly as it is passed
    /// (`raw_arg`): msiexec has rules of its own for quotes.
    pub arguments: String,
    /// Where the log is written; it stands in `arguments` too.
    pub log: PathBuf,
}

impl fmt::Display for InstallerCommand {
    /// The whole command line, for the record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {}", self.program.display(), self.arguments)
    }
}

/// The system's way to hold and to start.
pub trait Installer {
    /// The system's folder, from `GetSystemDirectoryW`.
    fn system_folder(&self) -> io::Result<PathBuf>;

    /// Opens the package at `path`, which must be a plain file and no reparse
    /// point, for reading; while it is held others may read, and nobody may
    /// write, rename or remove it (share mode: read alone).
    fn hold(&self, path: &Path) -> io::Result<Box<dyn HeldPackage>>;

    /// Starts the installer, waits for it, and returns its exit code, all 32
    /// bits. Whatever is held stays held for as long as the caller keeps it.
    fn run(&self, command: &InstallerCommand) -> io::Result<u32>;
}
