//! What a block device says of itself.
//!
//! Names and serial numbers come from the stick, which may be hostile or a
//! counterfeit: they help a person to tell two sticks apart, and prove nothing.
//! They are kept as raw bytes; escape them where they are shown.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::storage::DeviceNumber;

/// Facts about a whole disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Its number.
    pub number: DeviceNumber,
    /// The system's name for it, such as `sdb`.
    pub name: String,
    /// True where the node that was asked for is a partition of the disk.
    pub asked_for_partition: bool,
    /// Length of the whole disk in bytes, if it tells one.
    pub bytes: Option<u64>,
    /// Whether the system takes it for write-protected: the device reports it,
    /// or somebody on this computer set it. `None` where it does not say; no
    /// answer is never taken for "writable".
    pub write_protected: Option<bool>,
    /// It can be taken out, is on USB, or is a memory card.
    pub removable: bool,
    /// A USB bus is on the way to it.
    pub usb: bool,
    /// Maker, raw.
    pub vendor: Option<Vec<u8>>,
    /// Model, raw.
    pub model: Option<Vec<u8>>,
    /// Serial number, raw.
    pub serial: Option<Vec<u8>>,
}

/// Why there are no facts.
#[derive(Debug)]
pub enum DeviceError {
    /// The node cannot be looked at.
    Io {
        /// The node.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// Not a block device.
    NotADevice(PathBuf),
    /// The system does not know the device.
    Unknown(PathBuf),
    /// This system is not asked yet.
    Unsupported,
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "cannot look at {}: {error}", path.display()),
            Self::NotADevice(path) => write!(f, "{} is not a block device", path.display()),
            Self::Unknown(path) => write!(f, "the system has no facts on {}", path.display()),
            Self::Unsupported => write!(f, "this system is not asked about devices"),
        }
    }
}

impl std::error::Error for DeviceError {}

/// The facts of the disk that the device `path` is or is a partition of.
#[cfg(windows)]
pub fn device_facts(path: &Path) -> Result<DeviceFacts, DeviceError> {
    windows::facts(path)
}

/// The facts of the disk that the node `path` is or is a partition of.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn device_facts(_: &Path) -> Result<DeviceFacts, DeviceError> {
    Err(DeviceError::Unsupported)
}

/// The facts of the disk that the node `path` is or is a partition of.
#[cfg(target_os = "linux")]
pub fn device_facts(path: &Path) -> Result<DeviceFacts, DeviceError> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let metadata = std::fs::metadata(path)
        .map_err(|error| DeviceError::Io { path: path.to_path_buf(), error })?;
    if !metadata.file_type().is_block_device() {
        return Err(DeviceError::NotADevice(path.to_path_buf()));
    }
    let number = super::storage::split(metadata.rdev());
    linux::facts(&super::storage::Sysfs::system(), number)
        .ok_or_else(|| DeviceError::Unknown(path.to_path_buf()))
}

#[cfg(all(target_os = "linux", feature = "builder"))]
pub(crate) use linux::facts as facts_in;

#[cfg(all(windows, feature = "builder"))]
pub(crate) use windows::host_forbids_writing;
#[cfg(windows)]
pub use windows::{RawDevice, names_a_device};

#[cfg(windows)]
#[path = "device_windows.rs"]
mod windows;

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;

    use super::DeviceFacts;
    use crate::sys::storage::{DeviceNumber, Sysfs, attribute, number, on_usb, removable};

    /// sysfs counts in these, whatever the disk's own sectors are.
    const SYSFS_SECTOR_BYTES: u64 = 512;

    pub(crate) fn facts(sysfs: &Sysfs, asked: DeviceNumber) -> Option<DeviceFacts> {
        let folder = sysfs.whole(asked)?;
        let whole = number(&folder)?;
        let text = |name: &str| attribute(&folder.join(name));
        let sectors = text("size").and_then(|size| String::from_utf8(size).ok()?.parse().ok());
        Some(DeviceFacts {
            number: whole,
            name: folder.file_name()?.to_string_lossy().into_owned(),
            asked_for_partition: whole != asked,
            bytes: sectors.and_then(|count: u64| count.checked_mul(SYSFS_SECTOR_BYTES)),
            write_protected: match text("ro").as_deref() {
                Some(b"0") => Some(false),
                Some(b"1") => Some(true),
                _ => None,
            },
            removable: removable(&folder),
            usb: on_usb(&folder),
            vendor: text("device/vendor"),
            model: text("device/model").or_else(|| text("device/name")),
            serial: text("device/serial")
                .or_else(|| text("serial"))
                .or_else(|| usb_serial(&folder)),
        })
    }

    /// The serial number of the USB device that the disk belongs to: the
    /// nearest folder above it that has a USB vendor number.
    fn usb_serial(folder: &Path) -> Option<Vec<u8>> {
        let device = folder.ancestors().find(|above| above.join("idVendor").exists())?;
        attribute(&device.join("serial"))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::sys::storage::test_tree;

        #[test]
        fn facts_of_a_write_protected_stick_are_raw() {
            let (_place, sysfs) = test_tree();
            let facts = facts(&sysfs, DeviceNumber { major: 8, minor: 17 }).unwrap();
            assert_eq!(facts.name, "sdb");
            assert!(facts.asked_for_partition && facts.removable && facts.usb);
            assert_eq!(facts.bytes, Some(8_000_000 * 512));
            assert_eq!(facts.write_protected, Some(true));
            assert_eq!(facts.vendor.as_deref(), Some(b"Kingston".as_slice()));
            assert_eq!(facts.model.as_deref(), Some(b"Data\x1b[31m".as_slice()));
            assert_eq!(facts.serial.as_deref(), Some(b"0019E06B".as_slice()));
        }

        #[test]
        fn protection_that_is_not_told_is_not_taken_for_writable() {
            let (_place, sysfs) = test_tree();
            let protection = |major, minor| {
                let facts = facts(&sysfs, DeviceNumber { major, minor }).unwrap();
                (facts.write_protected, facts.serial, facts.bytes)
            };
            assert_eq!(protection(8, 0), (Some(false), None, None));
            assert_eq!(protection(254, 0), (None, None, None));
            assert!(facts(&sysfs, DeviceNumber { major: 1, minor: 1 }).is_none());
        }

        #[test]
        fn only_block_devices_have_facts() {
            for path in ["/dev/null", "/proc/self/status", "/dev/none"] {
                assert!(crate::sys::device::device_facts(Path::new(path)).is_err());
            }
        }
    }
}
