//! The vendor's installer of the computer that we run on.
//!
//! Elsewhere than on Windows there is none, and nothing is faked: every call
//! answers `Unsupported`.

#[cfg(not(windows))]
use std::io;
#[cfg(not(windows))]
use std::path::{Path, PathBuf};

#[cfg(not(windows))]
use super::installer::{HeldPackage, Installer, InstallerCommand};
#[cfg(not(windows))]
use crate::text::own::Own;

/// The installer of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisInstaller;

#[cfg(not(windows))]
fn unsupported<T>() -> io::Result<T> {
    Err(Own::NeedsWindows.into())
}

#[cfg(not(windows))]
impl Installer for ThisInstaller {
    fn system_folder(&self) -> io::Result<PathBuf> {
        unsupported()
    }

    fn hold(&self, _: &Path) -> io::Result<Box<dyn HeldPackage>> {
        unsupported()
    }

    fn run(&self, _: &InstallerCommand) -> io::Result<u32> {
        unsupported()
    }
}
