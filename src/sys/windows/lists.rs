//! Lists that Windows answers with: names in a folder, streams of a file.
//!
//! Both are chains of records, each with the offset of the next one. The answer is
//! the system's, and yet every offset and length is looked at before it is used: a
//! broken one is an error, and neither a panic nor a shorter list.

use std::ffi::OsString;
use std::io;
use std::mem::{offset_of, size_of};
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};

use windows_sys::Win32::Foundation::ERROR_NO_MORE_FILES;
use windows_sys::Win32::Storage::FileSystem as win32;

use crate::text::own::Own;

/// Bytes of one answer of a listing: some hundreds of names.
const LISTING_BYTES: usize = 64 << 10;

/// Memory of eight-byte alignment, as the answers want it.
pub(super) fn aligned(bytes: usize) -> Vec<u64> {
    vec![0; bytes.div_ceil(size_of::<u64>())]
}

/// Names in a folder but `.` and `..`, in the system's order. `each` ends the
/// listing by answering false.
pub(crate) fn list(
    folder: BorrowedHandle<'_>,
    mut each: impl FnMut(OsString) -> bool,
) -> io::Result<()> {
    let mut memory = aligned(LISTING_BYTES);
    let mut class = win32::FileIdBothDirectoryRestartInfo;
    loop {
        // SAFETY: the memory is as long as said and aligned for the answer.
        let done = unsafe {
            win32::GetFileInformationByHandleEx(
                folder.as_raw_handle(),
                class,
                memory.as_mut_ptr().cast(),
                LISTING_BYTES as u32,
            )
        };
        if done == 0 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error() == Some(ERROR_NO_MORE_FILES as i32) {
                true => Ok(()),
                false => Err(error),
            };
        }
        class = win32::FileIdBothDirectoryInfo;
        let answer = bytes_of(&memory);
        for name in names_of(&answer)? {
            if name != "." && name != ".." && !each(name) {
                return Ok(());
            }
        }
    }
}

/// The bytes of aligned memory.
fn bytes_of(memory: &[u64]) -> Vec<u8> {
    memory.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// Walks a chain of records: the offset of the next one first; a name at
/// `name_at`, its length in bytes at `length_at`.
fn records(answer: &[u8], length_at: usize, name_at: usize) -> io::Result<Vec<(usize, OsString)>> {
    let broken = || io::Error::from(Own::BrokenAnswer);
    let number = |at: usize| -> io::Result<usize> {
        let bytes = answer.get(at..at + 4).ok_or_else(broken)?;
        // Four bytes were taken.
        Ok(u32::from_ne_bytes(bytes.try_into().unwrap_or_default()) as usize)
    };
    let (mut at, mut found) = (0, Vec::new());
    loop {
        let (next, length) = (number(at)?, number(at + length_at)?);
        let name = answer.get(at + name_at..at + name_at + length).ok_or_else(broken)?;
        let units: Vec<u16> =
            name.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect();
        found.push((at, OsString::from_wide(&units)));
        if next == 0 {
            return Ok(found);
        }
        at += next;
    }
}

fn names_of(answer: &[u8]) -> io::Result<Vec<OsString>> {
    let length_at = offset_of!(win32::FILE_ID_BOTH_DIR_INFO, FileNameLength);
    let name_at = offset_of!(win32::FILE_ID_BOTH_DIR_INFO, FileName);
    Ok(records(answer, length_at, name_at)?.into_iter().map(|(_, name)| name).collect())
}

/// Names of the streams of an opened file or folder but its plain contents
/// (`::$DATA`), with their lengths; a file system without streams has none.
pub(crate) fn streams(handle: BorrowedHandle<'_>) -> io::Result<Vec<(OsString, u64)>> {
    use windows_sys::Win32::Foundation as code;
    let mut memory = aligned(LISTING_BYTES);
    // SAFETY: the memory is as long as said and aligned for the answer.
    let done = unsafe {
        win32::GetFileInformationByHandleEx(
            handle.as_raw_handle(),
            win32::FileStreamInfo,
            memory.as_mut_ptr().cast(),
            LISTING_BYTES as u32,
        )
    };
    if done == 0 {
        let error = io::Error::last_os_error();
        // FAT has no streams and refuses the question; a folder without any
        // answers with the end.
        const NONE: [u32; 5] = [
            code::ERROR_HANDLE_EOF,
            code::ERROR_INVALID_PARAMETER,
            code::ERROR_INVALID_FUNCTION,
            code::ERROR_NOT_SUPPORTED,
            code::ERROR_CALL_NOT_IMPLEMENTED,
        ];
        let none = NONE.iter().any(|code| error.raw_os_error() == Some(*code as i32));
        return if none { Ok(Vec::new()) } else { Err(error) };
    }
    streams_of(&bytes_of(&memory))
}

fn streams_of(answer: &[u8]) -> io::Result<Vec<(OsString, u64)>> {
    let length_at = offset_of!(win32::FILE_STREAM_INFO, StreamNameLength);
    let size_at = offset_of!(win32::FILE_STREAM_INFO, StreamSize);
    let name_at = offset_of!(win32::FILE_STREAM_INFO, StreamName);
    let mut found = Vec::new();
    for (at, name) in records(answer, length_at, name_at)? {
        if name.is_empty() || name == "::$DATA" {
            continue;
        }
        let size = answer.get(at + size_at..at + size_at + 8).unwrap_or_default();
        found.push((name, u64::from_ne_bytes(size.try_into().unwrap_or_default())));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(next: u32, size: u64, name: &str) -> Vec<u8> {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_ne_bytes).collect();
        let mut bytes = next.to_ne_bytes().to_vec();
        bytes.extend((units.len() as u32).to_ne_bytes());
        bytes.extend(size.to_ne_bytes());
        bytes.extend(size.to_ne_bytes());
        bytes.extend(units);
        bytes
    }

    #[test]
    fn streams_beside_the_contents_are_named_with_their_lengths() {
        let mut answer = record(40, 5, "::$DATA");
        answer.resize(40, 0);
        answer.extend(record(0, 26, ":Zone.Identifier:$DATA"));
        let found = streams_of(&answer).unwrap();
        assert_eq!(found, [(OsString::from(":Zone.Identifier:$DATA"), 26)]);
        assert_eq!(streams_of(&record(0, 0, "")).unwrap(), []);
    }

    #[test]
    fn a_broken_answer_is_an_error_and_no_panic() {
        assert!(streams_of(&[]).is_err());
        assert!(streams_of(&record(4096, 1, ":x:$DATA")).is_err());
        let mut long = record(0, 1, ":x:$DATA");
        long[4] = 0xFF;
        assert!(streams_of(&long).is_err());
    }
}
