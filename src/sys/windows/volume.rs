//! Drives, volumes and disks.
//!
//! Every question is asked through a handle without any right, which needs no
//! administrator, or by the drive's root. What a driver does not answer is not
//! known; nothing has a default.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::{offset_of, size_of};
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle};
use std::path::{Component, Path, PathBuf, Prefix};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_WRITE_PROTECT, GENERIC_READ};
use windows_sys::Win32::Storage::FileSystem as storage;
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl as ioctl;

use super::wide;

/// Kinds of drives, as `GetDriveTypeW` numbers them.
pub(crate) const REMOVABLE: u32 = 2;
pub(crate) const REMOTE: u32 = 4;
/// Units of a path that is asked for.
const PATH_UNITS: usize = 1024;

/// A path of the form `\\.\NAME`: a device, not a file.
pub(crate) fn device_name(path: &Path) -> Option<String> {
    match path.components().next()? {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::DeviceNS(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// The number in `PhysicalDriveN`.
pub(crate) fn disk_number(name: &str) -> Option<u32> {
    const HEAD: &str = "PhysicalDrive";
    let (head, digits) = name.split_at_checked(HEAD.len())?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !head.eq_ignore_ascii_case(HEAD) || !plain {
        return None;
    }
    digits.parse().ok()
}

/// Opens a device for questions alone.
pub(crate) fn ask(device: &Path) -> io::Result<File> {
    OpenOptions::new().access_mode(0).share_mode(super::nt::SHARE_ALL).open(device)
}

/// Opens a device for reading past the system's memory.
pub(crate) fn read(device: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.access_mode(GENERIC_READ).share_mode(super::nt::SHARE_ALL);
    options.custom_flags(storage::FILE_FLAG_NO_BUFFERING).open(device)
}

/// Sends a control code without input; at most `room` bytes come back.
pub(crate) fn control(handle: BorrowedHandle<'_>, code: u32, room: usize) -> io::Result<Vec<u8>> {
    control_with(handle, code, &[], room)
}

/// Sends a control code.
pub(crate) fn control_with(
    handle: BorrowedHandle<'_>,
    code: u32,
    input: &[u8],
    room: usize,
) -> io::Result<Vec<u8>> {
    let mut answer = vec![0_u64; room.div_ceil(size_of::<u64>())];
    let mut length = 0;
    // SAFETY: input and answer are as long as said, and live through the call.
    let done = unsafe {
        DeviceIoControl(
            handle.as_raw_handle(),
            code,
            if input.is_empty() { null() } else { input.as_ptr().cast() },
            input.len() as u32,
            if room == 0 { null_mut() } else { answer.as_mut_ptr().cast() },
            room as u32,
            &raw mut length,
            null_mut(),
        )
    };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut bytes: Vec<u8> = answer.iter().flat_map(|word| word.to_ne_bytes()).collect();
    bytes.truncate((length as usize).min(room));
    Ok(bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// Length in bytes; `None` where the driver does not say. Older drivers tell it
/// with the partition (of a disk: all of it) or with the disk's geometry.
pub(crate) fn length(handle: BorrowedHandle<'_>) -> Option<u64> {
    const ASKED: [(u32, usize); 3] = [
        (ioctl::IOCTL_DISK_GET_LENGTH_INFO, offset_of!(ioctl::GET_LENGTH_INFORMATION, Length)),
        (
            ioctl::IOCTL_DISK_GET_PARTITION_INFO_EX,
            offset_of!(ioctl::PARTITION_INFORMATION_EX, PartitionLength),
        ),
        (ioctl::IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, offset_of!(ioctl::DISK_GEOMETRY_EX, DiskSize)),
    ];
    ASKED.iter().find_map(|(code, at)| {
        let answer = control(handle, *code, 256).ok()?;
        // Nothing has no bytes: a driver that says so does not know.
        u64_at(&answer, *at).filter(|length| *length > 0)
    })
}

/// Whether the disk takes writes: `Some(true)` where it is write-protected.
pub(crate) fn write_protected(handle: BorrowedHandle<'_>) -> Option<bool> {
    match control(handle, ioctl::IOCTL_DISK_IS_WRITABLE, 0) {
        Ok(_) => Some(false),
        Err(error) if error.raw_os_error() == Some(ERROR_WRITE_PROTECT as i32) => Some(true),
        Err(_) => None,
    }
}

/// The number of the disk behind a volume or disk, and whether it is a
/// partition of it.
pub(crate) fn disk_of(handle: BorrowedHandle<'_>) -> Option<(u32, bool)> {
    let size = size_of::<ioctl::STORAGE_DEVICE_NUMBER>();
    let bytes = control(handle, ioctl::IOCTL_STORAGE_GET_DEVICE_NUMBER, size).ok()?;
    let partition = u32_at(&bytes, offset_of!(ioctl::STORAGE_DEVICE_NUMBER, PartitionNumber))?;
    let number = u32_at(&bytes, offset_of!(ioctl::STORAGE_DEVICE_NUMBER, DeviceNumber))?;
    // Both are all ones where the driver has none.
    (number != u32::MAX).then_some((number, partition != 0 && partition != u32::MAX))
}

/// What a disk says of itself; texts raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Description {
    pub removable: bool,
    pub bus: i32,
    pub vendor: Option<Vec<u8>>,
    pub model: Option<Vec<u8>>,
    pub serial: Option<Vec<u8>>,
}

impl Description {
    pub fn on_usb(&self) -> bool {
        self.bus == storage::BusTypeUsb
    }

    /// It can be taken out by its own word, is on USB or FireWire (large sticks
    /// call themselves fixed), or is a memory card.
    pub fn can_be_taken_out(&self) -> bool {
        const OUTSIDE: [i32; 4] =
            [storage::BusTypeUsb, storage::BusType1394, storage::BusTypeSd, storage::BusTypeMmc];
        self.removable || OUTSIDE.contains(&self.bus)
    }
}

/// Asks a disk or volume for its description.
pub(crate) fn description(handle: BorrowedHandle<'_>) -> Option<Description> {
    /// More than any driver tells.
    const ROOM: usize = 4096;
    // STORAGE_PROPERTY_QUERY: StorageDeviceProperty, PropertyStandardQuery.
    let query = [0; 12];
    let code = ioctl::IOCTL_STORAGE_QUERY_PROPERTY;
    described(&control_with(handle, code, &query, ROOM).ok()?)
}

/// Reads a `STORAGE_DEVICE_DESCRIPTOR`.
fn described(bytes: &[u8]) -> Option<Description> {
    use ioctl::STORAGE_DEVICE_DESCRIPTOR as Answer;
    let text = |at: usize| {
        let start = u32_at(bytes, at).filter(|start| *start != 0 && *start != u32::MAX)?;
        let text = bytes.get(start as usize..)?;
        let text = text.split(|byte| *byte == 0).next()?.trim_ascii();
        (!text.is_empty()).then(|| text.to_vec())
    };
    Some(Description {
        removable: *bytes.get(offset_of!(Answer, RemovableMedia))? != 0,
        bus: u32_at(bytes, offset_of!(Answer, BusType))? as i32,
        vendor: text(offset_of!(Answer, VendorIdOffset)),
        model: text(offset_of!(Answer, ProductIdOffset)),
        serial: text(offset_of!(Answer, SerialNumberOffset)),
    })
}

/// Lets a volume's raw handle read to its very end; a disk needs and knows
/// nothing of it.
pub(crate) fn allow_to_the_end(handle: BorrowedHandle<'_>) {
    let _ = control(handle, ioctl::FSCTL_ALLOW_EXTENDED_DASD_IO, 0);
}

/// The root of the volume that a real path lies on, such as `C:\`.
pub(crate) fn root(path: &Path) -> io::Result<PathBuf> {
    let path = wide::terminated(path).ok_or(io::ErrorKind::InvalidInput)?;
    let mut answer = vec![0; PATH_UNITS];
    // SAFETY: the path ends with a zero; the answer is as long as said.
    let done = unsafe {
        storage::GetVolumePathNameW(path.as_ptr(), answer.as_mut_ptr(), PATH_UNITS as u32)
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(wide::text(&answer).into()) }
}

/// The kind of the drive with this root.
pub(crate) fn kind(root: &Path) -> u32 {
    match wide::terminated(root) {
        // SAFETY: the root ends with a zero.
        Some(root) => unsafe { storage::GetDriveTypeW(root.as_ptr()) },
        None => 0,
    }
}

/// The name that a volume keeps wherever it is mounted: `\\?\Volume{...}\`.
pub(crate) fn lasting_name(root: &Path) -> Option<PathBuf> {
    let root = wide::terminated(root)?;
    let mut answer = vec![0; PATH_UNITS];
    // SAFETY: the root ends with a zero; the answer is as long as said.
    let done = unsafe {
        storage::GetVolumeNameForVolumeMountPointW(
            root.as_ptr(),
            answer.as_mut_ptr(),
            PATH_UNITS as u32,
        )
    };
    (done != 0).then(|| wide::text(&answer).into())
}

/// What a file system says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSystem {
    /// Such as `FAT32`.
    pub name: String,
    pub serial: u32,
    /// The system takes it for read-only.
    pub read_only: bool,
}

/// Asks the file system with this root; fails where no medium is in the drive.
pub(crate) fn file_system(root: &Path) -> io::Result<FileSystem> {
    use windows_sys::Win32::System::SystemServices::FILE_READ_ONLY_VOLUME;
    let root = wide::terminated(root).ok_or(io::ErrorKind::InvalidInput)?;
    let mut name = vec![0; 64];
    let (mut serial, mut flags) = (0, 0);
    // SAFETY: the root ends with a zero; the answers are locals of the lengths
    // that are said.
    let done = unsafe {
        storage::GetVolumeInformationW(
            root.as_ptr(),
            null_mut(),
            0,
            &raw mut serial,
            null_mut(),
            &raw mut flags,
            name.as_mut_ptr(),
            name.len() as u32,
        )
    };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let name = wide::text(&name).to_string_lossy().into_owned();
    Ok(FileSystem { name, serial, read_only: flags & FILE_READ_ONLY_VOLUME != 0 })
}

/// Bytes that this account may still write below `folder`.
pub(crate) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let folder = wide::terminated(folder).ok_or(io::ErrorKind::InvalidInput)?;
    let mut free = 0;
    // SAFETY: the folder ends with a zero; the answer is a local.
    let done = unsafe {
        storage::GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut free, null_mut(), null_mut())
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(free) }
}

/// Roots of all drives that have a letter.
pub(crate) fn drives() -> Vec<PathBuf> {
    // SAFETY: a call without arguments.
    let letters = unsafe { storage::GetLogicalDrives() };
    let letters = ('A'..='Z').enumerate().filter(|(at, _)| letters & (1 << at) != 0);
    letters.map(|(_, letter)| PathBuf::from(format!("{letter}:\\"))).collect()
}

/// The device of a drive's root or a volume's lasting name, to be asked.
pub(crate) fn device_of(root: &Path) -> PathBuf {
    let text = root.to_string_lossy();
    let text = text.trim_end_matches('\\');
    match text.len() {
        2 => PathBuf::from(format!(r"\\.\{text}")),
        _ => PathBuf::from(text),
    }
}

/// True where the drive's medium can be taken out.
pub(crate) fn drive_can_be_taken_out(root: &Path) -> bool {
    let asked = || description(ask(&device_of(root)).ok()?.as_handle());
    kind(root) == REMOVABLE || asked().is_some_and(|told| told.can_be_taken_out())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_from_files_by_their_names() {
        let name = |text: &str| device_name(Path::new(text));
        assert_eq!(name(r"\\.\E:").as_deref(), Some("E:"));
        assert_eq!(name(r"\\.\PhysicalDrive12").as_deref(), Some("PhysicalDrive12"));
        for file in [r"E:\", "E:", r"\\server\share", r"\\?\C:\x", "x", ""] {
            assert_eq!(name(file), None, "{file}");
        }
        assert_eq!(disk_number("physicaldrive12"), Some(12));
        for other in ["PhysicalDrive", "PhysicalDrivex", "PhysicalDrive+1", "E:", "é"] {
            assert_eq!(disk_number(other), None, "{other}");
        }
        assert_eq!(device_of(Path::new(r"E:\")), Path::new(r"\\.\E:"));
        assert_eq!(device_of(Path::new(r"\\?\Volume{1}\")), Path::new(r"\\?\Volume{1}"));
    }

    #[test]
    fn a_description_has_the_texts_that_its_offsets_lead_to() {
        let mut bytes = vec![0; 64];
        bytes[offset_of!(ioctl::STORAGE_DEVICE_DESCRIPTOR, RemovableMedia)] = 1;
        let mut put = |at: usize, value: u32| {
            bytes[at..at + 4].copy_from_slice(&value.to_ne_bytes());
        };
        put(offset_of!(ioctl::STORAGE_DEVICE_DESCRIPTOR, BusType), 7);
        put(offset_of!(ioctl::STORAGE_DEVICE_DESCRIPTOR, VendorIdOffset), 64);
        put(offset_of!(ioctl::STORAGE_DEVICE_DESCRIPTOR, ProductIdOffset), 9999);
        put(offset_of!(ioctl::STORAGE_DEVICE_DESCRIPTOR, SerialNumberOffset), u32::MAX);
        bytes.extend(b" Kingston \0tail");
        let told = described(&bytes).unwrap();
        assert!(told.removable && told.on_usb() && told.can_be_taken_out());
        assert_eq!(told.vendor.as_deref(), Some(b"Kingston".as_slice()));
        assert_eq!((told.model, told.serial), (None, None));
        assert_eq!(described(&bytes[..9]), None);
    }

    #[test]
    fn the_drive_of_a_temporary_file_is_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = std::fs::canonicalize(file.path()).unwrap();
        let root = root(&path).unwrap();
        assert!(file_system(&root).is_ok() && kind(&root) > 1, "{}", root.display());
        assert!(free_bytes(&root).unwrap() > 0);
        assert!(drives().contains(&PathBuf::from(r"C:\")));
    }
}
