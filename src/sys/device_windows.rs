//! Disks of Windows: what they say, and reading them raw.
//!
//! A raw handle reads whole sectors into aligned memory only, past the system's
//! cache; [`RawDevice`] makes ordinary reads of that. A volume that is a
//! partition (`\\.\E:`) leads to its whole disk: a medium is judged from its
//! first byte on.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::windows::fs::FileExt as _;
use std::os::windows::io::AsHandle as _;
use std::path::{Path, PathBuf};

use super::{DeviceError, DeviceFacts};
use crate::sys::buffer::{ALIGNMENT, AlignedBuffer};
use crate::sys::storage::disk_number;
use crate::sys::windows::registry::{Key, Value, View};
use crate::sys::windows::volume;

/// Bytes of one read: large enough to run at the disk's own speed.
const BLOCK_BYTES: usize = 1 << 20;
/// What is tried where a larger reading fails: what every disk takes, and the
/// smallest sector.
const SMALLER_STEPS: [usize; 2] = [ALIGNMENT, 512];
/// Where somebody on this computer forbids writing to all USB disks.
const POLICIES: &str = r"SYSTEM\CurrentControlSet\Control\StorageDevicePolicies";

/// True for the name of a device, `\\.\PhysicalDrive1` or `\\.\E:`.
pub fn names_a_device(path: &Path) -> bool {
    volume::device_name(path).is_some()
}

/// The whole disk that a device is or is a partition of.
fn whole_disk(path: &Path) -> PathBuf {
    let asked = volume::ask(path).ok();
    let told = asked.and_then(|file| volume::disk_of(file.as_handle()));
    let whole = |disk| PathBuf::from(format!(r"\\.\PhysicalDrive{disk}"));
    match told {
        Some((disk, true)) if volume::ask(&whole(disk)).is_ok() => whole(disk),
        // Without its disk a partition is judged as what it is: no medium.
        _ => path.to_path_buf(),
    }
}

/// Whether this computer forbids writing to disks that can be taken out, so that
/// what a disk itself would say cannot be asked.
pub(crate) fn host_forbids_writing() -> bool {
    let key = Key::open(POLICIES, View::Bits64).ok().flatten();
    let value = key.and_then(|key| key.value("WriteProtect").ok().flatten());
    matches!(value, Some(Value::Number(number)) if number != 0)
}

/// Which of the two facts is known: an answer of "protected" on a computer that
/// protects every disk says nothing about this one.
fn protection(told: Option<bool>, forced: bool) -> Option<bool> {
    match told {
        Some(true) if forced => None,
        told => told,
    }
}

pub(super) fn facts(path: &Path) -> Result<DeviceFacts, DeviceError> {
    let name = volume::device_name(path);
    let name = name.ok_or_else(|| DeviceError::NotADevice(path.to_path_buf()))?;
    let failed = |error| DeviceError::Io { path: path.to_path_buf(), error };
    let asked = volume::ask(path).map_err(failed)?;
    let disk = volume::disk_of(asked.as_handle());
    let number = disk.map(|(disk, _)| disk).or_else(|| volume::disk_number(&name));
    let number = number.ok_or_else(|| DeviceError::Unknown(path.to_path_buf()))?;
    let whole = volume::ask(&whole_disk(path)).unwrap_or(asked);
    let told = volume::description(whole.as_handle()).unwrap_or_default();
    let protected = volume::write_protected(whole.as_handle());
    // The length wants a right to read, which wants an administrator.
    let readable = volume::read(&whole_disk(path)).ok();
    Ok(DeviceFacts {
        number: disk_number(number),
        name: format!("PhysicalDrive{number}"),
        asked_for_partition: disk.is_some_and(|(_, partition)| partition),
        bytes: readable.and_then(|file| volume::length(file.as_handle())),
        write_protected: protection(protected, host_forbids_writing()),
        removable: told.can_be_taken_out(),
        usb: told.on_usb(),
        vendor: told.vendor,
        model: told.model,
        serial: told.serial,
    })
}

/// A disk that is read raw.
#[derive(Debug)]
pub struct RawDevice {
    file: File,
    length: Option<u64>,
    block: RefCell<Block>,
}

/// What was read last.
#[derive(Debug)]
struct Block {
    memory: AlignedBuffer,
    /// Where it lies on the disk, and how much of it is there.
    offset: u64,
    bytes: usize,
}

impl RawDevice {
    /// Opens a device for reading; wants an administrator.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::of(volume::read(&whole_disk(path))?))
    }

    fn of(file: File) -> Self {
        volume::allow_to_the_end(file.as_handle());
        let length = volume::length(file.as_handle());
        let memory = AlignedBuffer::new(BLOCK_BYTES);
        let block = RefCell::new(Block { memory, offset: 0, bytes: 0 });
        Self { file, length, block }
    }

    /// Its length, where the driver says; else it is read to its end.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Reads some bytes from `offset` on; none at the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut block = self.block.borrow_mut();
        let inside = |block: &Block| {
            let from = usize::try_from(offset.checked_sub(block.offset)?).ok()?;
            (from < block.bytes).then_some(from)
        };
        let from = match inside(&block) {
            Some(from) => from,
            None => {
                let failed = self.fill(&mut block, offset - offset % ALIGNMENT as u64);
                match (inside(&block), failed) {
                    (Some(from), _) => from,
                    (None, Some(error)) => return Err(error),
                    (None, None) => return Ok(0),
                }
            }
        };
        let count = buffer.len().min(block.bytes - from);
        buffer[..count].copy_from_slice(&block.memory[from..from + count]);
        Ok(count)
    }

    /// Reads the block from `offset` on, which is aligned. Where it came out
    /// shorter, the disk ended there, or failed with the error.
    fn fill(&self, block: &mut Block, offset: u64) -> Option<io::Error> {
        let left = self.length.map_or(u64::MAX, |length| length.saturating_sub(offset));
        let wanted = usize::try_from(left).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let space = &mut block.memory[..wanted];
        let read = |space: &mut [u8], at| self.file.seek_read(space, at);
        let (bytes, failed) = fill_in_steps(space, offset, read);
        (block.offset, block.bytes) = (offset, bytes);
        failed
    }
}

/// Fills `space` from `offset` on. An answer that is shorter is no end: only one
/// of nothing is. One bad sector must not hide the good ones around it, and some
/// drivers refuse a reading that crosses their end: so one that fails is tried
/// again in smaller steps.
fn fill_in_steps(
    space: &mut [u8],
    offset: u64,
    mut read: impl FnMut(&mut [u8], u64) -> io::Result<usize>,
) -> (usize, Option<io::Error>) {
    let (mut filled, mut step) = (0, space.len());
    while filled < space.len() {
        let end = space.len().min(filled.saturating_add(step));
        match read(&mut space[filled..end], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count.min(end - filled),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => match SMALLER_STEPS.iter().find(|smaller| **smaller < step) {
                Some(smaller) => step = *smaller,
                None => return (filled, Some(error)),
            },
        }
    }
    (filled, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protection_that_the_computer_forces_says_nothing_about_the_disk() {
        assert_eq!(protection(Some(true), false), Some(true));
        assert_eq!(protection(Some(true), true), None);
        assert_eq!(protection(Some(false), true), Some(false));
        assert_eq!(protection(None, true), None);
    }

    #[test]
    fn a_file_is_no_device() {
        assert!(names_a_device(Path::new(r"\\.\E:")));
        assert!(!names_a_device(Path::new(r"C:\windows")));
        assert!(matches!(facts(Path::new(r"C:\windows")), Err(DeviceError::NotADevice(_))));
    }

    #[test]
    fn a_raw_reading_is_exact_at_every_offset_and_at_the_end() {
        use std::io::Write as _;
        let bytes: Vec<u8> = (0..BLOCK_BYTES * 2 + 512).map(|at| (at % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        // A file stands for a disk here: the reading is the same.
        let device = RawDevice::of(volume::read(file.path()).unwrap());
        for offset in [0, 1, 511, 4095, 4096, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES * 2] {
            let mut buffer = [0; 700];
            let count = device.read_at(&mut buffer, offset as u64).unwrap();
            assert!(count > 0 && buffer[..count] == bytes[offset..offset + count], "{offset}");
        }
        assert_eq!(device.read_at(&mut [0; 9], bytes.len() as u64).unwrap(), 0);
        assert_eq!(device.read_at(&mut [0; 9], 1 << 40).unwrap(), 0);
    }

    /// A disk of `bytes`, whose driver refuses what crosses `end`.
    fn disk(bytes: &[u8], end: usize) -> impl FnMut(&mut [u8], u64) -> io::Result<usize> {
        move |space, at| {
            let at = at as usize;
            if at + space.len() > end {
                return Err(io::Error::other("no such sector"));
            }
            space.copy_from_slice(&bytes[at..at + space.len()]);
            Ok(space.len())
        }
    }

    #[test]
    fn sectors_before_a_bad_one_are_read_and_its_error_is_kept() {
        let bytes: Vec<u8> = (0..1 << 16).map(|at| (at % 251) as u8).collect();
        for good in [0, 512, 4096, 4096 + 512, 40_960, 41_472] {
            let mut space = vec![0; 1 << 16];
            let (filled, failed) = fill_in_steps(&mut space, 0, disk(&bytes, good));
            assert_eq!((filled, failed.is_some()), (good, true));
            assert_eq!(space[..filled], bytes[..good]);
        }
        let mut space = vec![0; 1 << 16];
        let (filled, failed) = fill_in_steps(&mut space, 0, disk(&bytes, bytes.len()));
        assert!(filled == bytes.len() && failed.is_none() && space == bytes);
    }

    #[test]
    fn a_short_answer_is_no_end() {
        let mut answers = vec![512, 1024, 512, 0];
        let mut asked = Vec::new();
        let (filled, failed) = fill_in_steps(&mut [0; 4096], 8192, |_, at| {
            asked.push(at);
            Ok(answers.remove(0))
        });
        assert!(filled == 2048 && failed.is_none());
        assert_eq!(asked, [8192, 8704, 9728, 10_240]);
    }
}
