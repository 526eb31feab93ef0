//! The disks of Windows: which there are, and the calls by which one of them
//! becomes ours ([`super::windows_order`]).
//!
//! Every stick is mounted as soon as it is plugged in, so being mounted is no
//! reason here; a volume that cannot be locked is. Windows tells no port and no
//! USB numbers without further libraries: keys are named by their serial
//! number. Nothing here was seen on a real Windows (docs/WRITING.md).
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::windows::io::{AsHandle as _, BorrowedHandle};
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{ERROR_NO_MORE_FILES, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem as storage;
use windows_sys::Win32::System::Ioctl as ioctl;

use super::facts::{Bus, Disk, Protection, Usage, Volume};
use super::target::{Intent, ListError, OpenError, Target};
use super::windows_order::{self, Calls};
use crate::sys::device::{device_facts, host_forbids_writing};
use crate::sys::windows::{shown, volume, wide};

/// Disks with higher numbers are not looked for.
const MAX_DISKS: u32 = 64;
/// Volumes that are looked at.
const MAX_VOLUMES: usize = 512;
/// Units of a volume's name, `\\?\Volume{...}\`.
const NAME_UNITS: usize = 128;
/// `IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS` (winioctl.h).
const DISK_EXTENTS: u32 = 0x0056_0000;
/// Bytes that its answer may have: 170 extents.
const EXTENTS_ROOM: usize = 4096;
/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION` (winerror.h).
const IN_USE: [i32; 2] = [32, 33];
/// Kind of a CD drive, as `GetDriveTypeW` numbers them.
const CD: u32 = 5;

fn path(disk: u32) -> PathBuf {
    format!(r"\\.\PhysicalDrive{disk}").into()
}

/// Every disk that can be asked.
pub(super) fn list() -> Result<Vec<Disk>, ListError> {
    let mut disks = Vec::new();
    for number in 0..MAX_DISKS {
        match volume::ask(&path(number)) {
            Ok(file) => disks.push(facts(number, file.as_handle(), None)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ListError::Io { path: path(number), error }),
        }
    }
    Ok(disks)
}

/// Opens one disk alone.
pub(super) fn open(disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
    windows_order::open(&WindowsCalls, disk.number.1, intent)
}

/// The facts of a disk; its length where it is known already.
fn facts(number: u32, handle: BorrowedHandle<'_>, bytes: Option<u64>) -> Disk {
    let told = device_facts(&path(number)).ok();
    let described = volume::description(handle);
    let volumes = volumes().ok();
    let on_it: Option<Vec<&OneVolume>> = volumes
        .as_ref()
        .map(|volumes| volumes.iter().filter(|volume| volume.disks.contains(&number)).collect());
    Disk {
        node: path(number),
        name: format!("PhysicalDrive{number}"),
        number: (0, number),
        sequence: None,
        bus: described.as_ref().map_or(Bus::Unknown, |described| bus(described)),
        vendor: described.as_ref().and_then(|described| described.vendor.clone()),
        model: described.as_ref().and_then(|described| described.model.clone()),
        serial: described.as_ref().and_then(|described| described.serial.clone()),
        usb: None,
        bytes: bytes.or_else(|| told.as_ref().and_then(|told| told.bytes)),
        sector_bytes: sector_bytes(handle),
        port: None,
        usb_megabits: None,
        removable: described.as_ref().map(volume::Description::can_be_taken_out),
        protection: Protection {
            reported: told.as_ref().and_then(|told| told.write_protected),
            forced: Some(host_forbids_writing()),
            answered: None,
        },
        volumes: on_it.iter().flatten().map(|volume| volume.shown()).collect(),
        usage: on_it.map(|volumes| usage(number, &volumes)),
    }
}

fn bus(described: &volume::Description) -> Bus {
    match described.bus {
        storage::BusTypeUsb => Bus::Usb,
        storage::BusTypeSd => Bus::Card,
        // Soldered flash says so, too.
        storage::BusTypeMmc if described.removable => Bus::Card,
        storage::BusTypeVirtual | storage::BusTypeFileBackedVirtual => Bus::Virtual,
        storage::BusTypeSpaces | storage::BusTypeRAID => Bus::Composed,
        storage::BusTypeScsi
        | storage::BusTypeAtapi
        | storage::BusTypeAta
        | storage::BusTypeSata
        | storage::BusTypeSas
        | storage::BusTypeNvme
        | storage::BusTypeMmc => Bus::Internal,
        _ => Bus::Unknown,
    }
}

/// Bytes of a logical sector: the one thing that is taken from the geometry.
fn sector_bytes(handle: BorrowedHandle<'_>) -> Option<u32> {
    const AT: usize = std::mem::offset_of!(ioctl::DISK_GEOMETRY, BytesPerSector);
    let bytes = volume::control(handle, ioctl::IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, 256).ok()?;
    Some(u32::from_ne_bytes(bytes.get(AT..AT + 4)?.try_into().ok()?))
}

/// The system's disk, and disks whose volumes lie on others as well.
fn usage(number: u32, volumes: &[&OneVolume]) -> Vec<Usage> {
    let mut usage = Vec::new();
    if system_disks().contains(&number) {
        usage.push(Usage::System);
    }
    if volumes.iter().any(|volume| volume.disks.iter().any(|disk| *disk != number)) {
        usage.push(Usage::Raid);
    }
    usage
}

/// Disks of the folders that the running system and this program lie in.
fn system_disks() -> Vec<u32> {
    let variables = ["SystemRoot", "SystemDrive", "ProgramData", "TEMP"];
    let folders = variables.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let folders = folders.chain(std::env::current_exe().ok());
    let roots = folders.filter_map(|folder| volume::root(&folder).ok());
    let names = roots.filter_map(|root| volume::lasting_name(&root));
    names.filter_map(|name| extents(&volume::device_of(&name)).ok()).flatten().collect()
}

/// A volume, and the disks that it lies on.
struct OneVolume {
    /// To be opened: `\\?\Volume{...}`.
    device: PathBuf,
    disks: Vec<u32>,
}

impl OneVolume {
    fn shown(&self) -> Volume {
        let mut root = self.device.clone().into_os_string();
        root.push("\\");
        let root = Path::new(&root);
        let told = volume::file_system(root).ok();
        // By its letter where it has one, as people know it.
        let name =
            shown::places(root).into_iter().next().unwrap_or_else(|| self.device.clone().into());
        let label = shown::label(root);
        Volume {
            name: name.to_string_lossy().into_owned(),
            kind: told.map(|told| told.name),
            label: label.map(|label| label.to_string_lossy().into_owned().into_bytes()),
        }
    }
}

/// Every volume of this computer. An error where one of them does not tell
/// which disks it lies on: then it may lie on any.
fn volumes() -> io::Result<Vec<OneVolume>> {
    let mut volumes = Vec::new();
    for name in volume_names()? {
        let device = volume::device_of(&name);
        match extents(&device) {
            Ok(disks) => volumes.push(OneVolume { device, disks }),
            // No disk of ours: a CD drive.
            Err(_) if volume::kind(&name) == CD => {}
            // A reader without a card has a volume and no disk under it.
            Err(error) if error.raw_os_error() == Some(ERROR_NOT_READY) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(volumes)
}

/// `ERROR_NOT_READY` (winerror.h).
const ERROR_NOT_READY: i32 = 21;

fn volume_names() -> io::Result<Vec<PathBuf>> {
    let mut units = [0; NAME_UNITS];
    // SAFETY: the name is as long as said.
    let search = unsafe { storage::FindFirstVolumeW(units.as_mut_ptr(), NAME_UNITS as u32) };
    if search == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    let mut names = vec![PathBuf::from(wide::text(&units))];
    let ended = loop {
        // SAFETY: the search is open; the name is as long as said.
        let more =
            unsafe { storage::FindNextVolumeW(search, units.as_mut_ptr(), NAME_UNITS as u32) };
        if more == 0 {
            break io::Error::last_os_error();
        }
        names.push(PathBuf::from(wide::text(&units)));
        if names.len() > MAX_VOLUMES {
            break io::ErrorKind::QuotaExceeded.into();
        }
    };
    // SAFETY: the search is open, and not used behind this.
    unsafe { storage::FindVolumeClose(search) };
    match ended.raw_os_error() {
        Some(code) if code == ERROR_NO_MORE_FILES as i32 => Ok(names),
        _ => Err(ended),
    }
}

/// The numbers of the disks that a volume lies on.
fn extents(device: &Path) -> io::Result<Vec<u32>> {
    let file = volume::ask(device)?;
    let bytes = volume::control(file.as_handle(), DISK_EXTENTS, EXTENTS_ROOM)?;
    disks_of_extents(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Reads `VOLUME_DISK_EXTENTS`: a count, and 24 bytes for each extent.
fn disks_of_extents(bytes: &[u8]) -> Option<Vec<u32>> {
    const FIRST: usize = 8;
    const EACH: usize = 24;
    let number = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let count = number(0)? as usize;
    (count <= EXTENTS_ROOM / EACH)
        .then(|| (0..count).map(|index| number(FIRST + index * EACH)).collect())
        .flatten()
}

/// The calls themselves.
#[derive(Clone, Copy)]
struct WindowsCalls;

impl Calls for WindowsCalls {
    type Volume = File;
    type Disk = File;

    fn volumes(&self, disk: u32) -> io::Result<Vec<String>> {
        let on_it = volumes()?.into_iter().filter(|volume| volume.disks.contains(&disk));
        Ok(on_it.map(|volume| volume.device.to_string_lossy().into_owned()).collect())
    }

    fn open_volume(&self, name: &str) -> io::Result<File> {
        let share = storage::FILE_SHARE_READ | storage::FILE_SHARE_WRITE;
        OpenOptions::new().read(true).write(true).share_mode(share).open(name).map_err(in_use)
    }

    fn lock(&self, volume: &File) -> io::Result<()> {
        volume::control(volume.as_handle(), ioctl::FSCTL_LOCK_VOLUME, 0).map(drop)
    }

    fn dismount(&self, volume: &File) -> io::Result<()> {
        volume::control(volume.as_handle(), ioctl::FSCTL_DISMOUNT_VOLUME, 0).map(drop)
    }

    fn open_disk(&self, disk: u32, intent: Intent) -> io::Result<File> {
        let flags = storage::FILE_FLAG_NO_BUFFERING | storage::FILE_FLAG_WRITE_THROUGH;
        let mut options = OpenOptions::new();
        options.read(true).write(intent == Intent::Write).share_mode(0).custom_flags(flags);
        options.open(path(disk)).map_err(in_use)
    }

    fn length(&self, disk: &File) -> io::Result<u64> {
        let bytes = volume::control(disk.as_handle(), ioctl::IOCTL_DISK_GET_LENGTH_INFO, 8)?;
        let bytes = bytes.try_into().map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn facts(&self, disk: &File) -> io::Result<Disk> {
        let number = volume::disk_of(disk.as_handle());
        let (number, partition) = number.ok_or(io::ErrorKind::NotFound)?;
        match partition {
            true => Err(io::ErrorKind::InvalidData.into()),
            false => Ok(facts(number, disk.as_handle(), Some(self.length(disk)?))),
        }
    }

    fn write(&self, disk: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match disk.seek_write(bytes, offset)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => {
                    bytes = &bytes[count..];
                    offset += count as u64;
                }
            }
        }
        Ok(())
    }

    fn read(&self, disk: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match disk.seek_read(buffer, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => {
                    buffer = &mut buffer[count..];
                    offset += count as u64;
                }
            }
        }
        Ok(())
    }

    fn flush(&self, disk: &File) -> io::Result<()> {
        disk.sync_all()
    }

    fn update_properties(&self, disk: &File) -> io::Result<()> {
        volume::control(disk.as_handle(), ioctl::IOCTL_DISK_UPDATE_PROPERTIES, 0).map(drop)
    }

    fn eject(&self, disk: &File) -> io::Result<()> {
        let handle = disk.as_handle();
        // PREVENT_MEDIA_REMOVAL: no. Sticks without a lock refuse the question.
        let _ = volume::control_with(handle, ioctl::IOCTL_STORAGE_MEDIA_REMOVAL, &[0], 0);
        volume::control(handle, ioctl::IOCTL_STORAGE_EJECT_MEDIA, 0).map(drop)
    }
}

/// Gives "somebody else has it" the kind that it has on other systems.
fn in_use(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) if IN_USE.contains(&code) => io::ErrorKind::ResourceBusy.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_name_every_disk_and_nothing_behind_their_end() {
        let mut bytes = vec![0; 8 + 2 * 24];
        bytes[0] = 2;
        bytes[8] = 3;
        bytes[32] = 5;
        assert_eq!(disks_of_extents(&bytes), Some(vec![3, 5]));
        assert_eq!(disks_of_extents(&bytes[..40]), Some(vec![3, 5]));
        assert_eq!(disks_of_extents(&bytes[..32]), None);
        assert_eq!(disks_of_extents(&[]), None);
        bytes[..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(disks_of_extents(&bytes), None);
    }
}
