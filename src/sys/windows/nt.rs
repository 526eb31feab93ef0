//! Opening by one name below an opened folder; renaming, removing, flushing.
//!
//! `NtCreateFile` takes a name relative to a handle, as `openat` does: what was
//! opened cannot be exchanged by renaming a folder above it. Names reach the
//! file system as they are, so `a.` and `a ` are what they say. A reparse point
//! (symbolic link, junction, mount point) is opened itself and never followed.
//!
//! Every handle lets others read, write, rename and delete: what holds is the
//! handle, not the name.

use std::ffi::OsStr;
use std::io;
use std::mem::{offset_of, size_of};
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::ptr::{null, null_mut};

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem as wdk;
use windows_sys::Win32::Foundation::{
    NTSTATUS, OBJ_CASE_INSENSITIVE, RtlNtStatusToDosError, STATUS_DELETE_PENDING,
    STATUS_FILE_IS_A_DIRECTORY, UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem as win32;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::lists::aligned;
use super::security::Descriptor;
use super::wide::units;

/// What a handle may do; `SYNCHRONIZE` is always added.
pub(crate) const READ: u32 = win32::FILE_GENERIC_READ;
pub(crate) const WRITE: u32 = win32::FILE_GENERIC_WRITE;
/// Writing at the end alone.
pub(crate) const APPEND: u32 = win32::FILE_GENERIC_WRITE & !win32::FILE_WRITE_DATA;
/// Looking at attributes, which no other program's sharing forbids.
pub(crate) const LOOK: u32 = win32::FILE_READ_ATTRIBUTES;
/// Looking at owner and access list, too.
pub(crate) const LOOK_AT_RIGHTS: u32 = win32::READ_CONTROL | win32::FILE_READ_ATTRIBUTES;
/// Listing a folder and opening what is in it.
pub(crate) const LIST: u32 =
    win32::FILE_LIST_DIRECTORY | win32::FILE_TRAVERSE | win32::FILE_READ_ATTRIBUTES;
/// Opening what is in a folder that may not be listed.
pub(crate) const PASS: u32 = win32::FILE_TRAVERSE | win32::FILE_READ_ATTRIBUTES;
/// Making names in a folder durable: a flush wants a right to write.
pub(crate) const ADD: u32 = win32::FILE_ADD_FILE | win32::FILE_READ_ATTRIBUTES;
/// Renaming and removing.
pub(crate) const RENAME: u32 = win32::DELETE | win32::FILE_READ_ATTRIBUTES;

/// Others may do everything meanwhile.
pub(crate) const SHARE_ALL: u32 =
    win32::FILE_SHARE_READ | win32::FILE_SHARE_WRITE | win32::FILE_SHARE_DELETE;
/// Others may read alone; or read and write, but not rename or remove.
pub(crate) const SHARE_READ: u32 = win32::FILE_SHARE_READ;
pub(crate) const SHARE_NO_RENAME: u32 = win32::FILE_SHARE_READ | win32::FILE_SHARE_WRITE;
/// Nobody else may open for writing.
pub(crate) const SHARE_NO_WRITE: u32 = win32::FILE_SHARE_READ | win32::FILE_SHARE_DELETE;

/// The file is there and stays; it is made; or one of the two.
pub(crate) const OPEN: u32 = wdk::FILE_OPEN;
pub(crate) const CREATE: u32 = wdk::FILE_CREATE;
pub(crate) const OPEN_OR_CREATE: u32 = wdk::FILE_OPEN_IF;

pub(crate) const FOLDER: u32 = wdk::FILE_DIRECTORY_FILE;
pub(crate) const FILE: u32 = wdk::FILE_NON_DIRECTORY_FILE;
pub(crate) const EITHER: u32 = 0;
/// Past the system's memory.
pub(crate) const UNCACHED: u32 = wdk::FILE_NO_INTERMEDIATE_BUFFERING;
/// What is done through the handle is on the disk when the call returns.
pub(crate) const THROUGH: u32 = wdk::FILE_WRITE_THROUGH;

/// How to open.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub access: u32,
    pub share: u32,
    pub disposition: u32,
    pub options: u32,
}

/// The system's error for a status. A name that another program removed and
/// still holds open is gone.
fn error_of(status: NTSTATUS) -> io::Error {
    match status {
        STATUS_DELETE_PENDING => io::ErrorKind::NotFound.into(),
        STATUS_FILE_IS_A_DIRECTORY => io::ErrorKind::IsADirectory.into(),
        // SAFETY: a function of one number.
        _ => io::Error::from_raw_os_error(unsafe { RtlNtStatusToDosError(status) } as i32),
    }
}

/// Opens `name` in `folder`; an empty name opens the folder once more.
pub(crate) fn open(folder: BorrowedHandle<'_>, name: &OsStr, how: How) -> io::Result<OwnedHandle> {
    open_with(folder, name, how, None)
}

/// As [`open`]; what is made gets the descriptor's owner and access list.
pub(crate) fn open_with(
    folder: BorrowedHandle<'_>,
    name: &OsStr,
    how: How,
    descriptor: Option<&Descriptor>,
) -> io::Result<OwnedHandle> {
    let mut name = units(name);
    let length = name.len().checked_mul(2).and_then(|bytes| u16::try_from(bytes).ok());
    let length = length.ok_or(io::ErrorKind::InvalidFilename)?;
    let name = UNICODE_STRING { Length: length, MaximumLength: length, Buffer: name.as_mut_ptr() };
    let attributes = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: folder.as_raw_handle(),
        ObjectName: &raw const name,
        Attributes: OBJ_CASE_INSENSITIVE,
        SecurityDescriptor: descriptor.map_or(null(), Descriptor::pointer),
        SecurityQualityOfService: null(),
    };
    let always = wdk::FILE_OPEN_REPARSE_POINT | wdk::FILE_SYNCHRONOUS_IO_NONALERT;
    let mut handle = null_mut();
    let mut answer = IO_STATUS_BLOCK::default();
    // SAFETY: every pointer is to a local that lives through the call; `name`
    // says its length in bytes; the folder's handle is borrowed.
    let status = unsafe {
        wdk::NtCreateFile(
            &raw mut handle,
            how.access | win32::SYNCHRONIZE,
            &raw const attributes,
            &raw mut answer,
            null(),
            win32::FILE_ATTRIBUTE_NORMAL,
            how.share,
            how.disposition,
            how.options | always,
            null(),
            0,
        )
    };
    if status < 0 {
        return Err(error_of(status));
    }
    // SAFETY: the call succeeded, so the handle is ours alone.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// What an opened file or folder is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub attributes: u32,
    pub bytes: u64,
    /// The volume's serial number.
    pub volume: u32,
    pub index: u64,
}

impl Facts {
    pub fn is_reparse_point(&self) -> bool {
        self.attributes & win32::FILE_ATTRIBUTE_REPARSE_POINT != 0
    }

    pub fn is_folder(&self) -> bool {
        self.attributes & win32::FILE_ATTRIBUTE_DIRECTORY != 0
    }

    pub fn is_device(&self) -> bool {
        self.attributes & win32::FILE_ATTRIBUTE_DEVICE != 0
    }
}

/// Asks an opened file or folder what it is.
pub(crate) fn facts(handle: BorrowedHandle<'_>) -> io::Result<Facts> {
    let mut answer = win32::BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is borrowed, the answer a local of the right type.
    let done =
        unsafe { win32::GetFileInformationByHandle(handle.as_raw_handle(), &raw mut answer) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let join = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    Ok(Facts {
        attributes: answer.dwFileAttributes,
        bytes: join(answer.nFileSizeHigh, answer.nFileSizeLow),
        volume: answer.dwVolumeSerialNumber,
        index: join(answer.nFileIndexHigh, answer.nFileIndexLow),
    })
}

/// Renames an opened file or folder to `name` in `folder`.
pub(crate) fn rename(
    opened: BorrowedHandle<'_>,
    folder: BorrowedHandle<'_>,
    name: &OsStr,
    replace: bool,
) -> io::Result<()> {
    let units = units(name);
    let name_at = offset_of!(wdk::FILE_RENAME_INFORMATION, FileName);
    // Shorter than the structure is refused, whatever the name's length.
    let least = size_of::<wdk::FILE_RENAME_INFORMATION>();
    let length = (name_at + units.len() * 2).max(least);
    let mut memory = aligned(length);
    let request = memory.as_mut_ptr().cast::<wdk::FILE_RENAME_INFORMATION>();
    let mut answer = IO_STATUS_BLOCK::default();
    // SAFETY: the memory is zeroed, aligned and long enough for the request and
    // its name; both handles are borrowed.
    let status = unsafe {
        (*request).Anonymous.ReplaceIfExists = replace;
        (*request).RootDirectory = folder.as_raw_handle();
        (*request).FileNameLength = (units.len() * 2) as u32;
        let target = request.cast::<u8>().add(name_at).cast::<u16>();
        std::ptr::copy_nonoverlapping(units.as_ptr(), target, units.len());
        wdk::NtSetInformationFile(
            opened.as_raw_handle(),
            &raw mut answer,
            request.cast(),
            length as u32,
            wdk::FileRenameInformation,
        )
    };
    if status < 0 { Err(error_of(status)) } else { Ok(()) }
}

/// Removes an opened file or an empty folder; its name goes when the last
/// handle is closed.
pub(crate) fn remove(opened: BorrowedHandle<'_>) -> io::Result<()> {
    let request = win32::FILE_DISPOSITION_INFO { DeleteFile: true };
    // SAFETY: the handle is borrowed, the request a local of the right type.
    let done = unsafe {
        win32::SetFileInformationByHandle(
            opened.as_raw_handle(),
            win32::FileDispositionInfo,
            (&raw const request).cast(),
            size_of::<win32::FILE_DISPOSITION_INFO>() as u32,
        )
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Hands everything that was written through the handle to the disk.
pub(crate) fn flush(handle: BorrowedHandle<'_>) -> io::Result<()> {
    // SAFETY: the handle is borrowed.
    let done = unsafe { win32::FlushFileBuffers(handle.as_raw_handle()) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Where the byte lies that is locked: behind every file's end, since a lock
/// forbids reading and writing of the bytes that it covers.
const LOCKED_BYTE: u64 = 0x7FFF_FFFF_FFFF_0000;

/// Locks an opened file until it is closed; `ERROR_LOCK_VIOLATION` where
/// another handle has the lock.
pub(crate) fn lock(handle: BorrowedHandle<'_>) -> io::Result<()> {
    use windows_sys::Win32::System::IO::{OVERLAPPED, OVERLAPPED_0, OVERLAPPED_0_0};
    let low = LOCKED_BYTE as u32;
    let place = OVERLAPPED_0_0 { Offset: low, OffsetHigh: (LOCKED_BYTE >> 32) as u32 };
    let mut place =
        OVERLAPPED { Anonymous: OVERLAPPED_0 { Anonymous: place }, ..Default::default() };
    let how = win32::LOCKFILE_EXCLUSIVE_LOCK | win32::LOCKFILE_FAIL_IMMEDIATELY;
    // SAFETY: the handle is borrowed and synchronous, the place a local.
    let done = unsafe { win32::LockFileEx(handle.as_raw_handle(), how, 0, 1, 0, &raw mut place) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
