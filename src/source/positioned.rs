//! Bytes at an offset, and in sequence from the first: what images, devices
//! and bundles are read through. No shared file position, so two readers of
//! one source do not disturb each other.

use std::fs::File;
#[cfg(unix)]
use std::fs::Metadata;
use std::io::{self, Read};
use std::path::Path;

/// Reads bytes at offsets.
pub trait ReadAt {
    /// Reads some bytes from `offset` on; none at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Fills `buffer` from `offset` on; fewer bytes only at the end.
    fn fill_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            let wanted = room.len();
            match self.read_at(room, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                // A reader that claims more than its room is broken.
                Ok(length) => filled += length.min(wanted),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, offset)
    }
}

#[cfg(windows)]
impl ReadAt for crate::sys::device::RawDevice {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        Self::read_at(self, buffer, offset)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        let length = buffer.len().min(self.len() - start);
        buffer[..length].copy_from_slice(&self[start..start + length]);
        Ok(length)
    }
}

/// Reads in sequence from an offset to another.
pub(super) struct Sequence<'a> {
    pub source: &'a dyn ReadAt,
    pub at: u64,
    /// Where to stop, before the source's own end or behind it.
    pub end: u64,
}

impl Read for Sequence<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_sub(self.at).min(buffer.len() as u64) as usize;
        let length = self.source.read_at(&mut buffer[..left], self.at)?.min(left);
        self.at += length as u64;
        Ok(length)
    }
}

/// True for a block device.
#[cfg(unix)]
pub(super) fn is_block_device(metadata: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_block_device(&metadata.file_type())
}

/// True where `path` leads to a block device.
pub(super) fn names_a_device(path: &Path) -> bool {
    #[cfg(unix)]
    {
        std::fs::metadata(path).is_ok_and(|metadata| is_block_device(&metadata))
    }
    #[cfg(windows)]
    {
        crate::sys::device::names_a_device(path)
    }
}

/// Asks the system to forget what it remembers of a device, so that the next
/// reading is of the device. Advice: a system that does not take it still reads
/// right, if perhaps from memory.
pub(super) fn forget(file: &File) {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
    }
}

/// Tells the system that a file is about to be read from front to back.
pub(super) fn announce_sequence(file: &File) {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Sequential);
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
    }
}
