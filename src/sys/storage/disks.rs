//! From a device's number to the whole disks behind it, through sysfs.
//!
//! Everything read here is small, bounded and comes from a folder that tests
//! replace by their own.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use super::{DeviceNumber, WholeDisk};

/// Bytes of one attribute: the kernel never gives more than a page.
const MAX_ATTRIBUTE_BYTES: u64 = 4096;
/// Disks below one volume that are followed; a larger array is no key.
const MAX_DISKS: usize = 64;

/// The kernel's tree of devices.
#[derive(Clone, Debug)]
pub(crate) struct Sysfs {
    root: PathBuf,
}

/// What stands behind a device.
#[derive(Debug, Default)]
pub(super) struct Behind {
    pub(super) disks: Vec<WholeDisk>,
    /// Files that serve as disks.
    pub(super) images: Vec<PathBuf>,
}

impl Sysfs {
    pub(crate) fn system() -> Self {
        Self { root: PathBuf::from("/sys") }
    }

    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        // As the kernel's: links in it are resolved against real paths.
        Self { root: fs::canonicalize(root).unwrap() }
    }

    /// The folder of the whole disk that `device` is or is a part of.
    pub(crate) fn whole(&self, device: DeviceNumber) -> Option<PathBuf> {
        let link = self.root.join("dev/block").join(device.to_string());
        let folder = fs::canonicalize(link).ok()?;
        if !folder.starts_with(&self.root) {
            return None;
        }
        if folder.join("partition").exists() {
            return folder.parent().map(Path::to_path_buf);
        }
        Some(folder)
    }

    /// Whole disks and image files behind a device: the disk of a partition,
    /// the members of a mapped or encrypted volume, the file of a loop device.
    pub(super) fn behind(&self, device: DeviceNumber) -> Behind {
        let mut behind = Behind::default();
        let mut waiting: Vec<PathBuf> = self.whole(device).into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(folder) = waiting.pop() {
            if seen.len() == MAX_DISKS || !seen.insert(folder.clone()) {
                continue;
            }
            let members = self.members(&folder);
            if let Some(image) = attribute(&folder.join("loop/backing_file")) {
                behind.images.push(PathBuf::from(OsString::from_vec(image)));
            }
            if members.is_empty() {
                behind.disks.extend(whole_disk(&folder));
            }
            waiting.extend(members);
        }
        behind
    }

    /// The whole disks that a mapped volume is made of.
    fn members(&self, folder: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(folder.join("slaves")) else {
            return Vec::new();
        };
        let numbers = entries.take(MAX_DISKS).flatten().filter_map(|entry| number(&entry.path()));
        numbers.filter_map(|number| self.whole(number)).collect()
    }
}

fn whole_disk(folder: &Path) -> Option<WholeDisk> {
    Some(WholeDisk {
        number: number(folder)?,
        name: folder.file_name()?.to_string_lossy().into_owned(),
        removable: removable(folder),
    })
}

/// The `dev` attribute, such as `8:16`.
pub(crate) fn number(folder: &Path) -> Option<DeviceNumber> {
    let text = String::from_utf8(attribute(&folder.join("dev"))?).ok()?;
    let (major, minor) = text.split_once(':')?;
    Some(DeviceNumber { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

/// Removable by its own word, on USB (large sticks call themselves fixed), or a
/// memory card in a slot.
pub(crate) fn removable(folder: &Path) -> bool {
    let says_so = attribute(&folder.join("removable")).as_deref() == Some(b"1");
    let card = attribute(&folder.join("device/type")).as_deref() == Some(b"SD");
    says_so || card || on_usb(folder)
}

/// True where a USB bus is on the way to the device: a component `usb1`,
/// `usb2`, ... in its real path.
pub(crate) fn on_usb(folder: &Path) -> bool {
    folder.components().any(|component| {
        let name = component.as_os_str().as_encoded_bytes();
        name.strip_prefix(b"usb")
            .is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit))
    })
}

/// A small attribute without the space around it; `None` where it is missing,
/// empty or cannot be read.
pub(crate) fn attribute(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MAX_ATTRIBUTE_BYTES).read_to_end(&mut bytes).ok()?;
    let trimmed = bytes.trim_ascii();
    (!trimmed.is_empty()).then(|| trimmed.to_vec())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A tree with a USB stick `sdb` (fixed by its own word), an internal disk
    /// `sda`, a mapped volume on a partition of the stick, a loop device, and a
    /// memory card.
    pub(crate) fn tree() -> (tempfile::TempDir, Sysfs) {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        let put = |folder: &str, attributes: &[(&str, &str)]| {
            for (name, value) in attributes {
                let path = root.join("devices").join(folder).join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, value).unwrap();
            }
            let number = fs::read_to_string(root.join("devices").join(folder).join("dev"));
            fs::create_dir_all(root.join("dev/block")).unwrap();
            let link = root.join("dev/block").join(number.unwrap().trim());
            symlink(root.join("devices").join(folder), link).unwrap();
        };
        let stick = "pci0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb";
        put(
            stick,
            &[
                ("dev", "8:16\n"),
                ("removable", "0\n"),
                ("ro", "1\n"),
                ("size", "8000000\n"),
                ("device/vendor", "Kingston\n"),
                ("device/model", "Data\u{1b}[31m      \n"),
            ],
        );
        put(&format!("{stick}/sdb1"), &[("dev", "8:17\n"), ("partition", "1\n")]);
        let usb = root.join("devices/pci0/usb2/2-1");
        fs::write(usb.join("serial"), "0019E06B\n").unwrap();
        fs::write(usb.join("idVendor"), "0951\n").unwrap();
        put("pci0/ata1/block/sda", &[("dev", "8:0\n"), ("removable", "0\n"), ("ro", "0\n")]);
        put("virtual/block/dm-0", &[("dev", "254:0\n"), ("removable", "0\n")]);
        fs::create_dir_all(root.join("devices/virtual/block/dm-0/slaves")).unwrap();
        symlink(
            root.join("devices").join(stick).join("sdb1"),
            root.join("devices/virtual/block/dm-0/slaves/sdb1"),
        )
        .unwrap();
        put("virtual/block/loop0", &[("dev", "7:0\n"), ("loop/backing_file", "/images/key.img\n")]);
        put("pci0/mmc_host/mmc0/block/mmcblk0", &[("dev", "179:0\n"), ("device/type", "SD\n")]);
        let sysfs = Sysfs::at(root);
        (place, sysfs)
    }

    fn names(sysfs: &Sysfs, major: u32, minor: u32) -> Vec<(String, bool)> {
        let behind = sysfs.behind(DeviceNumber { major, minor });
        behind.disks.into_iter().map(|disk| (disk.name, disk.removable)).collect()
    }

    #[test]
    fn a_partition_leads_to_its_disk_and_usb_is_removable() {
        let (_place, sysfs) = tree();
        assert_eq!(names(&sysfs, 8, 17), [("sdb".to_string(), true)]);
        assert_eq!(names(&sysfs, 8, 16), [("sdb".to_string(), true)]);
        assert_eq!(names(&sysfs, 8, 0), [("sda".to_string(), false)]);
        assert_eq!(names(&sysfs, 179, 0), [("mmcblk0".to_string(), true)]);
        assert_eq!(names(&sysfs, 0, 42), []);
    }

    #[test]
    fn an_encrypted_volume_leads_to_the_stick_below_it() {
        let (_place, sysfs) = tree();
        assert_eq!(names(&sysfs, 254, 0), [("sdb".to_string(), true)]);
    }

    #[test]
    fn a_loop_device_names_its_image() {
        let (_place, sysfs) = tree();
        let behind = sysfs.behind(DeviceNumber { major: 7, minor: 0 });
        assert_eq!(behind.images, [PathBuf::from("/images/key.img")]);
    }

    #[test]
    fn volumes_that_contain_each_other_end() {
        let (place, sysfs) = tree();
        let mapped = place.path().join("devices/virtual/block/dm-0");
        symlink(&mapped, mapped.join("slaves/dm-0")).unwrap();
        assert_eq!(names(&sysfs, 254, 0), [("sdb".to_string(), true)]);
    }

    #[test]
    fn usb_is_a_component_with_a_number() {
        assert!(on_usb(Path::new("/sys/devices/pci0/usb12/x")));
        assert!(!on_usb(Path::new("/sys/devices/usb-storage/x")));
        assert!(!on_usb(Path::new("/sys/devices/usb/x")));
    }
}
