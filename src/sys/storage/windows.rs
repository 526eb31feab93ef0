//! What a path lies on, asked of Windows.
//!
//! A volume is known by the name that it keeps wherever it is mounted, a share
//! by its address, a disk by its number. Where a driver tells no disk, a drive
//! that can be taken out stands for itself, so that what lies on it is never
//! taken for fixed.

use std::os::windows::io::AsHandle as _;
use std::path::{Component, Path, PathBuf, Prefix};

use super::{DeviceNumber, Storage, StorageError, WholeDisk};
use crate::sys::windows::volume;

/// First number of a file system; of a disk; of a drive without a disk.
const FILE_SYSTEM: u32 = 0x4653;
const DISK: u32 = 0x4453;
const DRIVE: u32 = 0x4456;

/// A number from a name. Two names with one number would be taken for one
/// place, which can refuse where it need not, and never the other way round.
fn number(kind: u32, name: &str) -> DeviceNumber {
    DeviceNumber { major: kind, minor: crc32fast::hash(name.to_lowercase().as_bytes()) }
}

/// A physical disk by its number.
pub(crate) fn disk_number(disk: u32) -> DeviceNumber {
    DeviceNumber { major: DISK, minor: disk }
}

pub(super) fn storage_of(path: &Path) -> Result<Storage, StorageError> {
    if let Some(name) = volume::device_name(path) {
        return Ok(raw(path, &name));
    }
    let failed = |error| StorageError::Io { path: path.to_path_buf(), error };
    let real = std::fs::canonicalize(path).map_err(failed)?;
    if let Some(share) = share(&real) {
        return Ok(remote(&share, PathBuf::new()));
    }
    let root = volume::root(&real).map_err(failed)?;
    if volume::kind(&root) == volume::REMOTE {
        let source = root.to_string_lossy().into_owned();
        return Ok(remote(&source, root));
    }
    let name = lasting(&root);
    Ok(Storage {
        device: number(FILE_SYSTEM, &name),
        raw_device: false,
        file_system: volume::file_system(&root).map(|told| told.name).unwrap_or_default(),
        mount_point: std::fs::canonicalize(&root).unwrap_or_else(|_| root.clone()),
        source: name,
        network: false,
        disks: disks(&root),
    })
}

/// The volume's lasting name, or the drive's where it has none.
fn lasting(root: &Path) -> String {
    let name = volume::lasting_name(root).unwrap_or_else(|| root.to_path_buf());
    name.to_string_lossy().into_owned()
}

/// The address of a share, from a real path (`\\?\UNC\server\share\...`).
fn share(real: &Path) -> Option<String> {
    match real.components().next()? {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
                let name = |text: &std::ffi::OsStr| text.to_string_lossy().to_lowercase();
                Some(format!(r"\\{}\{}", name(server), name(share)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn remote(source: &str, mount_point: PathBuf) -> Storage {
    Storage {
        device: number(FILE_SYSTEM, source),
        raw_device: false,
        file_system: String::new(),
        mount_point,
        source: source.to_string(),
        network: true,
        disks: Vec::new(),
    }
}

/// The disk behind the drive or volume with this root.
fn disks(root: &Path) -> Vec<WholeDisk> {
    let device = volume::device_of(root);
    let asked = volume::ask(&device).ok();
    let disk = asked.as_ref().and_then(|file| volume::disk_of(file.as_handle()));
    let removable = volume::drive_can_be_taken_out(root);
    match disk {
        Some((disk, _)) => vec![whole(disk, removable)],
        None if removable => {
            let name = root.to_string_lossy().trim_end_matches('\\').to_string();
            vec![WholeDisk { number: number(DRIVE, &lasting(root)), name, removable }]
        }
        None => Vec::new(),
    }
}

fn whole(disk: u32, removable: bool) -> WholeDisk {
    WholeDisk { number: disk_number(disk), name: format!("PhysicalDrive{disk}"), removable }
}

/// A device by its own name, `\\.\PhysicalDrive1` or `\\.\E:`.
fn raw(path: &Path, name: &str) -> Storage {
    let asked = volume::ask(path).ok();
    let told = asked.as_ref().and_then(|file| volume::disk_of(file.as_handle()));
    let disk = told.map(|(disk, _)| disk).or_else(|| volume::disk_number(name));
    let drive = PathBuf::from(format!("{name}\\"));
    let is_drive = name.len() == 2 && name.ends_with(':');
    // A raw device counts as one that can be taken out unless it says that it
    // cannot: an anchor on it must not vouch for it.
    let description = asked.and_then(|file| volume::description(file.as_handle()));
    let removable = description.is_none_or(|told| told.can_be_taken_out());
    let disks = match disk {
        Some(disk) => vec![whole(disk, removable)],
        None if is_drive => disks(&drive),
        None => Vec::new(),
    };
    let device = match (is_drive, disk) {
        (true, _) => number(FILE_SYSTEM, &lasting(&drive)),
        (false, Some(disk)) => disk_number(disk),
        (false, None) => number(DRIVE, name),
    };
    Storage {
        device,
        raw_device: true,
        file_system: String::new(),
        mount_point: PathBuf::new(),
        source: String::new(),
        network: false,
        disks,
    }
}

/// What is known of the file system that a folder lies on: whether the folder
/// is its root, and its serial number where it is FAT.
pub(crate) fn mounted(folder: &Path) -> (bool, Option<u32>) {
    let Ok(real) = std::fs::canonicalize(folder) else {
        return (false, None);
    };
    let Ok(root) = volume::root(&real) else {
        return (false, None);
    };
    let is_root = std::fs::canonicalize(&root).is_ok_and(|root| root == real);
    let told = volume::file_system(&root).ok();
    let serial = told.filter(|told| told.name.starts_with("FAT")).map(|told| told.serial);
    (is_root, serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_beside_each_other_lie_on_one_device() {
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (place.path().join("a"), place.path().join("b"));
        std::fs::write(&one, b"").unwrap();
        std::fs::write(&two, b"").unwrap();
        let (one, two) = (storage_of(&one).unwrap(), storage_of(&two).unwrap());
        assert!(one.shares_device_with(&two) && !one.network && !one.raw_device);
        assert!(storage_of(&place.path().join("none")).is_err());
        assert!(!mounted(place.path()).0);
    }

    #[test]
    fn shares_are_known_by_their_address_in_any_case() {
        let share = |path: &str| share(Path::new(path));
        assert_eq!(share(r"\\?\UNC\Server\Share\x").as_deref(), Some(r"\\server\share"));
        assert_eq!(share(r"\\server\share\y").as_deref(), Some(r"\\server\share"));
        assert_eq!(share(r"\\?\C:\x"), None);
        let one = remote(r"\\server\share", PathBuf::new());
        assert!(one.shares_device_with(&remote(r"\\server\share", PathBuf::new())));
        assert!(!one.shares_device_with(&remote(r"\\server\other", PathBuf::new())));
    }

    #[test]
    fn a_disk_that_nobody_knows_counts_as_one_that_can_be_taken_out() {
        let disk = raw(Path::new(r"\\.\PhysicalDrive77"), "PhysicalDrive77");
        assert!(disk.raw_device && disk.removable());
        assert_eq!(disk.device, disk_number(77));
        let same = raw(Path::new(r"\\.\physicaldrive77"), "physicaldrive77");
        assert!(disk.shares_device_with(&same));
    }
}
