//! Disks of Linux: facts from sysfs, mounts and udev's database, and opening
//! with `O_EXCL | O_DIRECT`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::facts::{Bus, Disk, Protection, UsbIds};
use super::system::Loops;
use super::target::ListError;
use crate::sys::device::facts_in;
use crate::sys::storage::{DeviceNumber, Sysfs, attribute, number};

pub(super) mod calls;
mod probe;
mod target;
mod usage;
mod volumes;

pub(super) use target::open;

/// Loop devices have this major number (Linux, devices.txt).
const LOOP_MAJOR: u32 = 7;

/// Where the system tells what it knows; tests bring their own folders.
#[derive(Clone, Debug)]
pub(super) struct Roots {
    pub(super) sysfs: PathBuf,
    pub(super) kernel: Sysfs,
    pub(super) proc: PathBuf,
    pub(super) udev: PathBuf,
    pub(super) dev: PathBuf,
    /// The disks that the running system lies on.
    pub(super) system: BTreeSet<DeviceNumber>,
}

impl Roots {
    pub(super) fn system() -> Self {
        Self {
            sysfs: "/sys".into(),
            kernel: Sysfs::system(),
            proc: "/proc".into(),
            udev: "/run/udev/data".into(),
            dev: "/dev".into(),
            system: usage::system_disks(),
        }
    }
}

/// Every whole disk, sorted by its name.
pub(super) fn list(roots: &Roots, loops: Loops) -> Result<Vec<Disk>, ListError> {
    let folder = roots.sysfs.join("block");
    let failed = |error| ListError::Io { path: folder.clone(), error };
    let mut disks = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // A disk that vanishes while it is looked at is no disk any more.
        let Ok(folder) = fs::canonicalize(entry.path()) else { continue };
        let Some(disk) = disk(roots, &folder) else { continue };
        let hidden = disk.bus == Bus::Loop && loops == Loops::Hide;
        // Memory disks and loop devices that stand for nothing.
        let empty = disk.bytes.unwrap_or(0) == 0 && matches!(disk.bus, Bus::Loop | Bus::Composed);
        if empty || hidden {
            continue;
        }
        disks.push(disk);
    }
    disks.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
    Ok(disks)
}

/// The facts of the disk whose folder in sysfs is `folder`.
pub(super) fn disk(roots: &Roots, folder: &Path) -> Option<Disk> {
    let number = number(folder)?;
    let facts = facts_in(&roots.kernel, number)?;
    // The kernel writes `!` for a slash in a name.
    let name = folder.file_name()?.to_str()?.replace('!', "/");
    let bus = bus(folder, number);
    let usb = folder.ancestors().find(|above| above.join("idVendor").exists());
    let parts = parts(folder);
    let volumes = volumes::of(roots, &name, number, bus, folder, &parts);
    Some(Disk {
        node: roots.dev.join(&name),
        number: (number.major, number.minor),
        sequence: decimal(&folder.join("diskseq")),
        bus,
        vendor: facts.vendor,
        model: facts.model,
        serial: facts.serial,
        usb: usb.and_then(usb_ids),
        bytes: facts.bytes,
        sector_bytes: decimal(&folder.join("queue/logical_block_size"))
            .and_then(|bytes| u32::try_from(bytes).ok()),
        port: port(folder, usb, bus),
        usb_megabits: usb
            .and_then(|usb| decimal(&usb.join("speed")))
            .and_then(|speed| u32::try_from(speed).ok()),
        removable: Some(facts.removable).filter(|yes| *yes || folder.join("removable").exists()),
        protection: Protection { reported: facts.write_protected, forced: None, answered: None },
        volumes,
        usage: usage::of(roots, folder, number, &parts),
        name,
    })
}

/// Folders and numbers of a disk's partitions, sorted.
fn parts(folder: &Path) -> Vec<(PathBuf, DeviceNumber)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut parts: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("partition").exists())
        .filter_map(|path| number(&path).map(|number| (path, number)))
        .collect();
    parts.sort();
    parts
}

fn numbers(whole: DeviceNumber, parts: &[(PathBuf, DeviceNumber)]) -> BTreeSet<DeviceNumber> {
    parts.iter().map(|(_, number)| *number).chain([whole]).collect()
}

fn bus(folder: &Path, number: DeviceNumber) -> Bus {
    let component = |test: &dyn Fn(&str) -> bool| {
        folder.components().filter_map(|c| c.as_os_str().to_str()).any(test)
    };
    let numbered = |name: &str, prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if number.major == LOOP_MAJOR {
        Bus::Loop
    } else if crate::sys::storage::on_usb(folder) {
        Bus::Usb
    } else if component(&|name| numbered(name, "virtio")) {
        Bus::Virtual
    } else if folder.join("device/type").exists() && component(&|name| name == "mmc_host") {
        match attribute(&folder.join("device/type")).as_deref() {
            Some(b"SD") => Bus::Card,
            // Soldered flash.
            _ => Bus::Internal,
        }
    } else if component(&|name| name == "virtual") && !folder.join("device").exists() {
        Bus::Composed
    } else if component(&|name| numbered(name, "ata") || name == "nvme" || numbered(name, "nvme")) {
        Bus::Internal
    } else {
        Bus::Unknown
    }
}

fn usb_ids(device: &Path) -> Option<UsbIds> {
    let hexadecimal = |name: &str| {
        let text = String::from_utf8(attribute(&device.join(name))?).ok()?;
        u16::from_str_radix(&text, 16).ok()
    };
    Some(UsbIds { vendor: hexadecimal("idVendor")?, product: hexadecimal("idProduct")? })
}

/// Where it is plugged in.
fn port(folder: &Path, usb: Option<&Path>, bus: Bus) -> Option<String> {
    let text = |name: &OsStr| name.to_str().map(str::to_string);
    if let Some(usb) = usb {
        let port = text(usb.file_name()?)?;
        return Some(match unit(folder) {
            Some(0) | None => port,
            Some(unit) => format!("{port}/lun{unit}"),
        });
    }
    match bus {
        Bus::Card => {
            let slot = |name: &str| name.starts_with("mmc") && !name.contains(['_', ':']);
            let mut names = folder.components().filter_map(|c| c.as_os_str().to_str());
            names.find(|name| slot(name)).map(str::to_string)
        }
        Bus::Loop => text(folder.file_name()?),
        _ => None,
    }
}

/// The last number of a SCSI address such as `6:0:0:1`: a card reader has one
/// for each slot.
fn unit(folder: &Path) -> Option<u64> {
    folder.components().filter_map(|c| c.as_os_str().to_str()).find_map(|name| {
        let numbers: Option<Vec<u64>> = name.split(':').map(|part| part.parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == 4).map(|numbers| numbers[3])
    })
}

fn decimal(path: &Path) -> Option<u64> {
    String::from_utf8(attribute(path)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
