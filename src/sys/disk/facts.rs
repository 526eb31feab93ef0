//! What the system knows of a whole disk.

use std::path::PathBuf;

/// The road on which a disk is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// USB, whatever speaks over it.
    Usb,
    /// A memory card in a slot of the computer.
    Card,
    /// Inside the computer: SATA, NVMe, SAS, soldered flash.
    Internal,
    /// A disk of a virtual machine.
    Virtual,
    /// A file that serves as a disk: for tests.
    Loop,
    /// Made of other disks or by a program: mapped, RAID, memory, network.
    Composed,
    /// The system does not say.
    Unknown,
}

impl Bus {
    /// The word on screen and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Card => "card",
            Self::Internal => "internal",
            Self::Virtual => "virtual",
            Self::Loop => "loop",
            Self::Composed => "composed",
            Self::Unknown => "unknown",
        }
    }
}

/// Who made a USB device, by the numbers that it gives itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsbIds {
    /// Vendor number.
    pub vendor: u16,
    /// Product number.
    pub product: u16,
}

/// Write protection: three facts that are never mixed, and none of which says
/// anything about authenticity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// The device is taken for write-protected by the system. On Linux this is
    /// `ro` of the disk, which `blockdev --setro` sets as well.
    pub reported: Option<bool>,
    /// This computer refuses writing to removable disks (on Windows
    /// `StorageDevicePolicies\WriteProtect`). Linux has no such switch apart
    /// from `ro`, and says nothing: `None`.
    pub forced: Option<bool>,
    /// The device answered when it was asked. A question that fails reads as
    /// "writable", so `reported: Some(false)` is worth little where this is
    /// not `Some(true)`.
    pub answered: Option<bool>,
}

/// A file system or other content that somebody recognised on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The system's name of the partition, or of the disk itself.
    pub name: String,
    /// Type as the system names it, such as `vfat` or `LVM2_member`.
    pub kind: Option<String>,
    /// Label, raw.
    pub label: Option<Vec<u8>>,
}

/// What somebody uses a disk for. Any of these keeps a key from being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A file system on it is mounted here.
    Mounted(PathBuf),
    /// The running system lies on it.
    System,
    /// It is swapped to.
    Swap,
    /// It is part of an array.
    Raid,
    /// A mapped device (LVM, encryption, multipath) lies on it.
    Mapped,
    /// Something else holds it; the system's name for that.
    Held(String),
}

/// A whole disk.
///
/// The fields from `node` to `port` are its identity: they do not change while
/// it is plugged in ([`Disk::same_as`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What is opened: `/dev/sdb`, `\\.\PhysicalDrive1`.
    pub node: PathBuf,
    /// The system's name: `sdb`, `PhysicalDrive1`.
    pub name: String,
    /// The system's number for it (Linux: major and minor; Windows: 0 and the
    /// disk's number). Used again after it was unplugged.
    pub number: (u32, u32),
    /// Counts up with every disk that appears, so it names one plugging-in
    /// (Linux 5.15 and later).
    pub sequence: Option<u64>,
    /// How it is reached.
    pub bus: Bus,
    /// Maker, raw.
    pub vendor: Option<Vec<u8>>,
    /// Model, raw.
    pub model: Option<Vec<u8>>,
    /// Serial number, raw. Cheap sticks have none, or all the same.
    pub serial: Option<Vec<u8>>,
    /// USB vendor and product number.
    pub usb: Option<UsbIds>,
    /// Bytes in all.
    pub bytes: Option<u64>,
    /// Bytes of a logical sector.
    pub sector_bytes: Option<u32>,
    /// Where it is plugged in: `1-2` is port 2 of USB bus 1, `1-2.4` port 4 of
    /// a hub there; further units of one device have `/lun1` and so on.
    pub port: Option<String>,
    /// USB speed in megabits a second: 480 or 5000, say.
    pub usb_megabits: Option<u32>,
    /// It can be taken out. `None` where the system does not say.
    pub removable: Option<bool>,
    /// Write protection.
    pub protection: Protection,
    /// What was recognised on it, if the system tells.
    pub volumes: Vec<Volume>,
    /// What it is used for; `None` where that cannot be found out.
    pub usage: Option<Vec<Usage>>,
}

impl Disk {
    /// True where both are the same disk, plugged in the same time, as far as
    /// the system tells. Everything that either of them has must be equal: a
    /// disk that now says less or more of itself is another one.
    pub fn same_as(&self, other: &Self) -> bool {
        self.first_difference(other).is_none()
    }

    /// The first fact of the identity that differs, by its name.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        let facts = [
            ("device", self.node != other.node || self.number != other.number),
            ("plugging-in", self.sequence != other.sequence),
            ("port", self.port != other.port),
            ("serial", self.serial != other.serial),
            ("vendor", self.vendor != other.vendor),
            ("model", self.model != other.model),
            ("USB numbers", self.usb != other.usb),
            ("bus", self.bus != other.bus),
            ("size", self.bytes != other.bytes),
            ("sector size", self.sector_bytes != other.sector_bytes),
        ];
        facts.into_iter().find(|(_, differs)| *differs).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::stick;
    use super::*;

    type Change = fn(&mut Disk);

    #[test]
    fn every_fact_of_the_identity_counts() {
        let one = stick("1-2", "0019E06B9F12", 64 << 20);
        assert!(one.same_as(&one.clone()));
        let changes: [(&str, Change); 10] = [
            ("device", |disk| disk.number.1 += 16),
            ("device", |disk| disk.node = "/dev/sdz".into()),
            ("plugging-in", |disk| disk.sequence = Some(99)),
            ("port", |disk| disk.port = None),
            ("serial", |disk| disk.serial = None),
            ("vendor", |disk| disk.vendor = Some(b"Other".to_vec())),
            ("model", |disk| disk.model = Some(b"Other".to_vec())),
            ("USB numbers", |disk| disk.usb = None),
            ("size", |disk| disk.bytes = Some(1)),
            ("sector size", |disk| disk.sector_bytes = Some(4096)),
        ];
        for (name, change) in changes {
            let mut other = one.clone();
            change(&mut other);
            assert_eq!(one.first_difference(&other), Some(name));
        }
    }

    #[test]
    fn what_changes_while_plugged_in_is_no_identity() {
        let one = stick("1-2", "0019E06B9F12", 64 << 20);
        let mut other = one.clone();
        other.usage = Some(vec![Usage::Mounted("/media/x".into())]);
        other.protection.reported = Some(true);
        other.volumes.clear();
        assert!(one.same_as(&other));
    }
}
