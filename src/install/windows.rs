//! The vendor's installer on Windows. Until its calls are there, each answers
//! `Unsupported`: nothing is started that is not held.

use std::io;
use std::path::{Path, PathBuf};

use super::installer::{HeldPackage, Installer, InstallerCommand};
use super::this_installer::ThisInstaller;

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system is not asked for it"))
}

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
