//! The vendor's installer on Windows.
//!
//! A package is opened component by component without a reparse point, each
//! folder on the way so that nobody can rename or remove it, the package itself
//! so that nobody can write to it either. All of it stays open as long as the
//! package is held: the path that the installer gets leads to what was hashed.

use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::windows::process::CommandExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::installer::{HeldPackage, Installer, InstallerCommand};
use super::this_installer::ThisInstaller;
use crate::store::SystemFolder;
use crate::sys::windows::system;
use crate::text::own::Own;

/// A package and every folder above it, held open.
struct Held {
    file: std::fs::File,
    _folders: Vec<SystemFolder>,
}

impl HeldPackage for Held {
    fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(Box::new(file))
    }
}

impl Installer for ThisInstaller {
    fn system_folder(&self) -> io::Result<PathBuf> {
        system::system_folder()
    }

    fn hold(&self, path: &Path) -> io::Result<Box<dyn HeldPackage>> {
        let mut root = PathBuf::new();
        let mut names = Vec::new();
        for component in path.components() {
            match component {
                Component::Prefix(_) | Component::RootDir => root.push(component),
                Component::Normal(name) => names.push(name),
                Component::CurDir | Component::ParentDir => {
                    return Err(io::ErrorKind::InvalidFilename.into());
                }
            }
        }
        let (Some(name), true) = (names.pop(), root.has_root()) else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let mut folder = SystemFolder::open(&root)?;
        let mut folders = Vec::new();
        for above in names {
            let inner = folder.open_folder_held(above)?;
            folders.push(std::mem::replace(&mut folder, inner));
        }
        let file = folder.read_held(name)?;
        folders.push(folder);
        Ok(Box::new(Held { file, _folders: folders }))
    }

    fn run(&self, command: &InstallerCommand) -> io::Result<u32> {
        let mut installer = Command::new(&command.program);
        installer.current_dir(&command.working_folder).raw_arg(&command.arguments);
        let status = installer.status()?;
        // All 32 bits: Windows' codes are no small numbers.
        let code = status.code().ok_or(Own::NoExitCode)?;
        Ok(code as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_package_and_the_folders_above_it_stay_where_they_are() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("release");
        std::fs::create_dir(&folder).unwrap();
        let package = folder.join("patch.msi");
        std::fs::write(&package, b"package").unwrap();
        let held = ThisInstaller.hold(&package).unwrap();
        for _ in 0..2 {
            let mut bytes = Vec::new();
            held.reader().unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, b"package");
        }
        assert!(std::fs::write(&package, b"other").is_err());
        assert!(std::fs::remove_file(&package).is_err());
        assert!(std::fs::rename(&folder, place.path().join("elsewhere")).is_err());
        assert!(std::fs::read(&package).is_ok());
        drop(held);
        assert!(std::fs::rename(&folder, place.path().join("elsewhere")).is_ok());
        assert!(ThisInstaller.hold(&package).is_err());
        assert!(ThisInstaller.hold(Path::new("relative.msi")).is_err());
        assert!(ThisInstaller.hold(place.path()).is_err());
    }

    #[test]
    fn the_exit_code_comes_with_all_its_bits() {
        let system = ThisInstaller.system_folder().unwrap();
        let command = InstallerCommand {
            program: system.join("cmd.exe"),
            working_folder: system,
            arguments: "/c exit 3010".to_string(),
            log: PathBuf::new(),
        };
        assert_eq!(ThisInstaller.run(&command).unwrap(), 3010);
    }
}
