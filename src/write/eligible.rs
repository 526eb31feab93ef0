//! Whether a disk may be written. The only place that decides it.
//!
//! A disk is eligible when nothing speaks against it *and* everything that
//! could is known. All reasons are given, not the first: a person must see why
//! a disk is not offered.

use std::fmt;
use std::path::PathBuf;

use crate::seal::names::{escape, escape_path};
use crate::sys::disk::{Bus, Disk, Usage};
use crate::sys::storage::DeviceNumber;

/// The only sector size that our volumes are made for.
pub const SECTOR_BYTES: u32 = 512;
/// Larger disks are not taken for keys unless a person raises it: the largest
/// volume there is, 64 GiB. Sticks sold as "64 GB" are below, disks with
/// people's work on them are above.
pub const DEFAULT_CEILING: u64 = 64 << 30;

/// Contents of disks that belong together with other disks, as udev names
/// them: nobody means such a disk, used just now or not.
const MEMBERS: [&str; 5] =
    ["LVM2_member", "zfs_member", "ceph_bluestore", "bcache", "mpath_member"];

/// Whether loop devices may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopDevices {
    /// Never, as for every person.
    Refuse,
    /// For tests.
    Allow,
}

/// What a disk is judged by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Bytes that the disk must have at least: those of the image. `None`
    /// while no image is chosen.
    pub needed: Option<u64>,
    /// Bytes that it may have at most.
    pub ceiling: u64,
    /// Whether loop devices may be written.
    pub loops: LoopDevices,
    /// Disks that the release, the state or other files of ours lie on.
    pub ours: Vec<DeviceNumber>,
}

impl Policy {
    /// For a list without an image.
    pub fn for_list() -> Self {
        Self {
            needed: None,
            ceiling: DEFAULT_CEILING,
            loops: LoopDevices::Refuse,
            ours: Vec::new(),
        }
    }
}

/// Why a disk may not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The running system lies on it.
    System,
    /// A file system on it is mounted there.
    Mounted(PathBuf),
    /// It is swapped to.
    Swap,
    /// It is part of an array, in use or not.
    Raid,
    /// A mapped device (LVM, encryption, multipath) lies on it, or it belongs
    /// to a volume group or pool.
    Mapped,
    /// Something else holds it.
    Held(String),
    /// The system does not tell what it is used for.
    UsageUnknown,
    /// The release, the state or other files of ours lie on it.
    Ours,
    /// It cannot be taken out.
    NotRemovable,
    /// The system does not tell whether it can be taken out.
    RemovableUnknown,
    /// It is not on USB and no memory card.
    Bus(Bus),
    /// There is no medium in it.
    NoMedium,
    /// Its size is unknown.
    SizeUnknown,
    /// It is smaller than the image.
    TooSmall {
        /// Bytes that it has.
        bytes: u64,
        /// Bytes of the image.
        needed: u64,
    },
    /// It is larger than any key is expected to be.
    AboveCeiling {
        /// Bytes that it has.
        bytes: u64,
        /// Bytes that it may have.
        ceiling: u64,
    },
    /// Its sectors have another size than 512 bytes.
    SectorSize(u32),
    /// The size of its sectors is unknown.
    SectorUnknown,
    /// It is write-protected, by its own word.
    WriteProtected,
    /// This computer refuses writing to removable disks.
    ProtectionForced,
    /// The system does not tell whether it is write-protected.
    ProtectionUnknown,
}

impl WhyNot {
    /// The word in JSON, and for people who look it up in docs/WRITING.md.
    pub fn word(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Mounted(_) => "mounted",
            Self::Swap => "swap",
            Self::Raid => "raid",
            Self::Mapped => "mapped",
            Self::Held(_) => "held",
            Self::UsageUnknown => "usage-unknown",
            Self::Ours => "ours",
            Self::NotRemovable => "not-removable",
            Self::RemovableUnknown => "removable-unknown",
            Self::Bus(_) => "bus",
            Self::NoMedium => "no-medium",
            Self::SizeUnknown => "size-unknown",
            Self::TooSmall { .. } => "too-small",
            Self::AboveCeiling { .. } => "above-ceiling",
            Self::SectorSize(_) => "sector-size",
            Self::SectorUnknown => "sector-unknown",
            Self::WriteProtected => "write-protected",
            Self::ProtectionForced => "protection-forced",
            Self::ProtectionUnknown => "protection-unknown",
        }
    }

    /// One of each, for documents and tests.
    pub fn examples() -> Vec<Self> {
        vec![
            Self::System,
            Self::Mounted("/media/key".into()),
            Self::Swap,
            Self::Raid,
            Self::Mapped,
            Self::Held("bcache0".to_string()),
            Self::UsageUnknown,
            Self::Ours,
            Self::NotRemovable,
            Self::RemovableUnknown,
            Self::Bus(Bus::Internal),
            Self::NoMedium,
            Self::SizeUnknown,
            Self::TooSmall { bytes: 1, needed: 2 },
            Self::AboveCeiling { bytes: 2, ceiling: 1 },
            Self::SectorSize(4096),
            Self::SectorUnknown,
            Self::WriteProtected,
            Self::ProtectionForced,
            Self::ProtectionUnknown,
        ]
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => write!(f, "the running system lies on it"),
            Self::Mounted(place) => {
                write!(f, "mounted at {}", escape_path(place))
            }
            Self::Swap => write!(f, "swap: the system uses it as memory"),
            Self::Raid => write!(f, "RAID: it is part of an array"),
            Self::Mapped => write!(f, "mapped: a volume group or encrypted volume uses it"),
            Self::Held(by) => write!(f, "held by {}", escape(by)),
            Self::UsageUnknown => write!(f, "the system does not tell what uses it"),
            Self::Ours => write!(f, "the release or your state lies on it"),
            Self::NotRemovable => write!(f, "not removable"),
            Self::RemovableUnknown => write!(f, "the system does not tell if it is removable"),
            Self::Bus(bus) => write!(f, "not on USB and no memory card, but {}", bus.word()),
            Self::NoMedium => write!(f, "there is no medium in it"),
            Self::SizeUnknown => write!(f, "its size is unknown"),
            Self::TooSmall { bytes, needed } => {
                write!(f, "too small: {bytes} bytes, the image has {needed}")
            }
            Self::AboveCeiling { bytes, ceiling } => {
                write!(f, "too large for a key: {bytes} bytes, the ceiling is {ceiling}")
            }
            Self::SectorSize(bytes) => write!(f, "sectors of {bytes} bytes instead of 512"),
            Self::SectorUnknown => write!(f, "the size of its sectors is unknown"),
            Self::WriteProtected => write!(f, "write-protected"),
            Self::ProtectionForced => write!(f, "this computer refuses writing to it"),
            Self::ProtectionUnknown => {
                write!(f, "the system does not tell if it is write-protected")
            }
        }
    }
}

/// Every reason why `disk` may not be written; none if it may.
pub fn reasons(disk: &Disk, policy: &Policy) -> Vec<WhyNot> {
    let mut reasons = used(disk);
    let number = DeviceNumber { major: disk.number.0, minor: disk.number.1 };
    if policy.ours.contains(&number) {
        reasons.push(WhyNot::Ours);
    }
    match (disk.bus, policy.loops) {
        (Bus::Usb | Bus::Card, _) => match disk.removable {
            Some(true) => {}
            Some(false) => reasons.push(WhyNot::NotRemovable),
            None => reasons.push(WhyNot::RemovableUnknown),
        },
        (Bus::Loop, LoopDevices::Allow) => {}
        (bus, _) => {
            if disk.removable != Some(true) {
                reasons.push(WhyNot::NotRemovable);
            }
            reasons.push(WhyNot::Bus(bus));
        }
    }
    match disk.bytes {
        None => reasons.push(WhyNot::SizeUnknown),
        Some(0) => reasons.push(WhyNot::NoMedium),
        Some(bytes) => {
            if let Some(needed) = policy.needed.filter(|needed| bytes < *needed) {
                reasons.push(WhyNot::TooSmall { bytes, needed });
            }
            if bytes > policy.ceiling {
                let ceiling = policy.ceiling;
                reasons.push(WhyNot::AboveCeiling { bytes, ceiling });
            }
        }
    }
    match disk.sector_bytes {
        Some(SECTOR_BYTES) => {}
        Some(other) => reasons.push(WhyNot::SectorSize(other)),
        None => reasons.push(WhyNot::SectorUnknown),
    }
    match disk.protection.reported {
        Some(false) => {}
        Some(true) => reasons.push(WhyNot::WriteProtected),
        None => reasons.push(WhyNot::ProtectionUnknown),
    }
    if disk.protection.forced == Some(true) {
        reasons.push(WhyNot::ProtectionForced);
    }
    reasons
}

/// What it is used for, or was made to be part of.
fn used(disk: &Disk) -> Vec<WhyNot> {
    let mut reasons: Vec<WhyNot> = match &disk.usage {
        None => vec![WhyNot::UsageUnknown],
        Some(usage) => usage
            .iter()
            .map(|usage| match usage {
                Usage::System => WhyNot::System,
                Usage::Mounted(place) => WhyNot::Mounted(place.clone()),
                Usage::Swap => WhyNot::Swap,
                Usage::Raid => WhyNot::Raid,
                Usage::Mapped => WhyNot::Mapped,
                Usage::Held(by) => WhyNot::Held(by.clone()),
            })
            .collect(),
    };
    for kind in disk.volumes.iter().filter_map(|volume| volume.kind.as_deref()) {
        let reason = if kind.ends_with("raid_member") {
            WhyNot::Raid
        } else if MEMBERS.contains(&kind) {
            WhyNot::Mapped
        } else {
            continue;
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

#[cfg(test)]
#[path = "eligible_tests.rs"]
mod tests;
