//! What a path or a device node lies on.
//!
//! An anchor that lies on the key it is to judge proves nothing. So the caller
//! asks for the [`Storage`] of both and whether they share a device: through a
//! mounted path, a raw device node, an encrypted volume or a mounted image
//! file, all of which lead back to the same whole disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
mod disks;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(windows)]
mod windows;

#[cfg(all(test, target_os = "linux"))]
pub(crate) use disks::tests::tree as test_tree;
#[cfg(target_os = "linux")]
pub(crate) use disks::{Sysfs, attribute, number, on_usb, removable};
#[cfg(all(target_os = "linux", feature = "builder"))]
pub(crate) use mounts::parse as parse_mounts;
#[cfg(windows)]
pub(crate) use windows::{disk_number, mounted};

/// A device's two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceNumber {
    /// Which driver.
    pub major: u32,
    /// Which of its devices.
    pub minor: u32,
}

impl fmt::Display for DeviceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.major, self.minor)
    }
}

/// A whole disk behind a file system or partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeDisk {
    /// Its number: the disk's identity for as long as it is plugged in.
    pub number: DeviceNumber,
    /// The system's name for it, such as `sdb`.
    pub name: String,
    /// A medium that can be taken out, or anything on USB, or a memory card.
    pub removable: bool,
}

/// What a path lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// The device of the file system, or of the node where the path is one.
    pub device: DeviceNumber,
    /// True for a block device node: `file_system`, `mount_point` and `source`
    /// are empty then.
    pub raw_device: bool,
    /// Type of the file system as the kernel names it, such as `vfat`.
    pub file_system: String,
    /// Where it is mounted.
    pub mount_point: PathBuf,
    /// What is mounted: a device, a share's address, or a plain word. Raw.
    pub source: String,
    /// True where other computers, or a program, stand behind it.
    pub network: bool,
    /// The whole disks behind it; empty where the system does not tell (shares,
    /// memory, layered file systems).
    pub disks: Vec<WholeDisk>,
}

impl Storage {
    /// True where any disk behind it can be taken out.
    pub fn removable(&self) -> bool {
        self.disks.iter().any(|disk| disk.removable)
    }

    /// True where both lie on one disk, one file system or one share. Where the
    /// disks are unknown the file system decides.
    pub fn shares_device_with(&self, other: &Self) -> bool {
        let one_disk =
            self.disks.iter().any(|disk| other.disks.iter().any(|its| its.number == disk.number));
        let one_share = self.network && other.network && self.source == other.source;
        self.device == other.device || one_disk || one_share
    }
}

/// Why the storage of a path is not known.
#[derive(Debug)]
pub enum StorageError {
    /// Reading this failed.
    Io {
        /// The path or the system's table.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// The table of mounts has no line for the path.
    NotMounted(PathBuf),
    /// This system is not asked yet.
    Unsupported,
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => {
                write!(f, "cannot tell what {} lies on: {error}", path.display())
            }
            Self::NotMounted(path) => {
                write!(f, "no mounted file system is known for {}", path.display())
            }
            Self::Unsupported => write!(f, "this system is not asked what a path lies on"),
        }
    }
}

impl std::error::Error for StorageError {}

/// What `path` lies on; of a block device node, the device itself.
#[cfg(target_os = "linux")]
pub fn storage_of(path: &Path) -> Result<Storage, StorageError> {
    let sysfs = Sysfs::system();
    read_storage(&sysfs, path, MAX_LAYERS)
}

/// What `path` lies on; of the name of a device (`\\\\.\\E:`), the device itself.
#[cfg(windows)]
pub fn storage_of(path: &Path) -> Result<Storage, StorageError> {
    windows::storage_of(path)
}

/// What `path` lies on: not asked on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn storage_of(_: &Path) -> Result<Storage, StorageError> {
    Err(StorageError::Unsupported)
}

/// Image files mounted from image files that are followed; nobody stacks more.
#[cfg(target_os = "linux")]
const MAX_LAYERS: usize = 4;

#[cfg(target_os = "linux")]
fn read_storage(sysfs: &Sysfs, path: &Path, layers: usize) -> Result<Storage, StorageError> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error| StorageError::Io { path, error }
    };
    let path = std::fs::canonicalize(path).map_err(failed(path))?;
    let metadata = std::fs::metadata(&path).map_err(failed(&path))?;
    let mut storage = if metadata.file_type().is_block_device() {
        Storage {
            device: split(metadata.rdev()),
            raw_device: true,
            file_system: String::new(),
            mount_point: PathBuf::new(),
            source: String::new(),
            network: false,
            disks: Vec::new(),
        }
    } else {
        let table_path = Path::new("/proc/self/mountinfo");
        let table = std::fs::read(table_path).map_err(failed(table_path))?;
        let mounts = mounts::parse(&table);
        let mount = mounts::of_path(&mounts, &path, mount_id(&path))
            .ok_or_else(|| StorageError::NotMounted(path.clone()))?;
        Storage {
            device: split(metadata.dev()),
            raw_device: false,
            file_system: mount.file_system.clone(),
            mount_point: mount.mount_point.clone(),
            source: mount.source.clone(),
            network: mounts::is_network(&mount.file_system),
            disks: Vec::new(),
        }
    };
    let behind = sysfs.behind(storage.device);
    storage.disks = behind.disks;
    if storage.disks.is_empty() && !storage.raw_device && !storage.network {
        // Some file systems (btrfs) number themselves; the node that was
        // mounted has the disk's number.
        let node = std::fs::metadata(&storage.source).ok();
        if let Some(node) = node.filter(|node| node.file_type().is_block_device()) {
            storage.disks = sysfs.behind(split(node.rdev())).disks;
        }
    }
    if layers > 0 {
        for image in behind.images {
            // An image file that is gone leaves only what is known already.
            if let Ok(under) = read_storage(sysfs, &image, layers - 1) {
                storage.disks.extend(under.disks);
                storage.network |= under.network;
            }
        }
    }
    Ok(storage)
}

/// The kernel's number of the mount that a path lies on, since Linux 5.8.
#[cfg(target_os = "linux")]
fn mount_id(path: &Path) -> Option<u64> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    let answer = statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID).ok()?;
    let told = answer.stx_mask & StatxFlags::MNT_ID.bits() != 0;
    told.then_some(answer.stx_mnt_id)
}

#[cfg(target_os = "linux")]
pub(crate) fn split(device: u64) -> DeviceNumber {
    DeviceNumber { major: rustix::fs::major(device), minor: rustix::fs::minor(device) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn storage(minor: u32, disks: &[u32], network: bool, source: &str) -> Storage {
        let number = |minor| DeviceNumber { major: 8, minor };
        let disk = |minor: &u32| WholeDisk {
            number: number(*minor),
            name: format!("sd{minor}"),
            removable: *minor == 16,
        };
        Storage {
            device: number(minor),
            raw_device: false,
            file_system: String::new(),
            mount_point: PathBuf::new(),
            source: source.to_string(),
            network,
            disks: disks.iter().map(disk).collect(),
        }
    }

    #[test]
    fn a_partition_shares_its_device_with_the_whole_disk_and_other_partitions() {
        let (disk, part) = (storage(16, &[16], false, ""), storage(17, &[16], false, ""));
        assert!(disk.shares_device_with(&part));
        assert!(part.shares_device_with(&storage(18, &[16], false, "")));
        assert!(!part.shares_device_with(&storage(1, &[0], false, "")));
        assert!(part.removable() && !storage(1, &[0], false, "").removable());
    }

    #[test]
    fn two_mounts_of_one_share_are_one_place() {
        let share = storage(40, &[], true, "//server/share");
        assert!(share.shares_device_with(&storage(41, &[], true, "//server/share")));
        assert!(!share.shares_device_with(&storage(41, &[], true, "//server/other")));
        // Two memory file systems are both "tmpfs" and still two places.
        let memory = storage(50, &[], false, "tmpfs");
        assert!(!memory.shares_device_with(&storage(51, &[], false, "tmpfs")));
    }

    #[test]
    fn storage_of_real_paths() {
        let proc = storage_of(Path::new("/proc/self/status")).unwrap();
        assert_eq!(proc.file_system, "proc");
        assert_eq!(proc.mount_point, Path::new("/proc"));
        assert!(!proc.network && !proc.removable() && proc.disks.is_empty());
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (place.path().join("a"), place.path().join("b"));
        std::fs::write(&one, b"").unwrap();
        std::fs::write(&two, b"").unwrap();
        let (one, two) = (storage_of(&one).unwrap(), storage_of(&two).unwrap());
        assert!(one.shares_device_with(&two));
        assert!(!one.shares_device_with(&proc));
        let missing = storage_of(&place.path().join("none")).unwrap_err();
        assert!(missing.to_string().contains("none"));
    }
}
