//! Who uses a disk: mounts, swap, arrays, mapped devices, the system itself.
//!
//! A mount in another namespace is not seen here; opening with `O_EXCL` meets
//! it, since the kernel lets nobody have a disk alone that is mounted anywhere.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::super::facts::Usage;
use super::{Roots, numbers};
use crate::sys::storage::{DeviceNumber, attribute, parse_mounts, split, storage_of};

/// A disk with one of these on it is the running system's.
const SYSTEM_FOLDERS: [&str; 8] = ["/", "/boot", "/etc", "/home", "/root", "/usr", "/var", "/nix"];

/// `None` where the system's tables cannot be read.
pub(super) fn of(
    roots: &Roots,
    folder: &Path,
    whole: DeviceNumber,
    parts: &[(PathBuf, DeviceNumber)],
) -> Option<Vec<Usage>> {
    let numbers = numbers(whole, parts);
    let mut usage = Vec::new();
    if roots.system.contains(&whole) {
        usage.push(Usage::System);
    }
    let table = fs::read(roots.proc.join("self/mountinfo")).ok()?;
    for mount in parse_mounts(&table) {
        let on_it = mount.device.is_some_and(|device| numbers.contains(&device));
        if on_it || node(Path::new(&mount.source)).is_some_and(|node| numbers.contains(&node)) {
            usage.push(Usage::Mounted(mount.mount_point));
        }
    }
    if swaps(roots)?.iter().any(|swap| numbers.contains(swap)) {
        usage.push(Usage::Swap);
    }
    for folder in parts.iter().map(|(folder, _)| folder.as_path()).chain([folder]) {
        usage.extend(holders(roots, folder)?);
    }
    usage.extend(loops(roots, &numbers)?);
    Some(usage)
}

/// The disks that the running system lies on. They are mounted, too; this is
/// for the word in the list, and for systems that lie on mapped disks.
pub(super) fn system_disks() -> BTreeSet<DeviceNumber> {
    let program = std::env::current_exe().ok();
    let folders = SYSTEM_FOLDERS.iter().map(PathBuf::from).chain(program);
    let storages = folders.filter_map(|folder| storage_of(&folder).ok());
    storages.flat_map(|storage| storage.disks).map(|disk| disk.number).collect()
}

/// The number of a block device node.
fn node(path: &Path) -> Option<DeviceNumber> {
    let metadata = fs::metadata(path).ok().filter(|_| path.is_absolute())?;
    metadata.file_type().is_block_device().then(|| split(metadata.rdev()))
}

/// Devices that are swapped to. A swap file lies on a mounted file system.
fn swaps(roots: &Roots) -> Option<Vec<DeviceNumber>> {
    let text = match fs::read_to_string(roots.proc.join("swaps")) {
        Ok(text) => text,
        // A kernel without swap.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Vec::new()),
        Err(_) => return None,
    };
    let lines = text.lines().skip(1).filter_map(|line| line.split_ascii_whitespace().next());
    Some(lines.filter_map(|path| node(Path::new(&path.replace("\\040", " ")))).collect())
}

/// What is made of a disk or partition.
fn holders(roots: &Roots, folder: &Path) -> Option<Vec<Usage>> {
    let entries = match fs::read_dir(folder.join("holders")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Vec::new()),
        Err(_) => return None,
    };
    let mut usage = Vec::new();
    for entry in entries {
        let name = entry.ok()?.file_name();
        let holder = roots.sysfs.join("block").join(&name);
        usage.push(if holder.join("md").exists() {
            Usage::Raid
        } else if holder.join("dm").exists() {
            Usage::Mapped
        } else {
            Usage::Held(name.to_string_lossy().into_owned())
        });
    }
    Some(usage)
}

/// Loop devices that stand for the disk or a partition of it. The kernel counts
/// them among no holders, and `O_EXCL` does not meet them either: a file system
/// that is mounted through one would be erased under whoever works on it.
fn loops(roots: &Roots, numbers: &BTreeSet<DeviceNumber>) -> Option<Vec<Usage>> {
    let mut usage = Vec::new();
    for entry in fs::read_dir(roots.sysfs.join("block")).ok()? {
        let entry = entry.ok()?;
        let file = attribute(&entry.path().join("loop/backing_file"));
        let behind = file.and_then(|file| node(Path::new(&OsString::from_vec(file))));
        if behind.is_some_and(|behind| numbers.contains(&behind)) {
            usage.push(Usage::Held(entry.file_name().to_string_lossy().into_owned()));
        }
    }
    Some(usage)
}
