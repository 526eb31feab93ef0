//! A key that is plugged in, opened by us alone, as a source of the one
//! decision: bytes at any offset, read past the system's memory.
//!
//! The disk takes whole sectors and aligned memory only; a few windows serve
//! everything else. Reading never writes: the key may be write-protected.

use std::cell::{Cell, RefCell};
use std::io;

use crate::source::ReadAt;
use crate::sys::disk::{AlignedBuffer, Target};

/// Bytes of a window: large enough for a fast sequence.
const WINDOW: usize = 1 << 20;
/// Windows that are kept: a reader of FAT goes to and fro between table,
/// folders and files.
const WINDOWS: usize = 4;
const SECTOR: u64 = 512;

/// See the module's text.
pub struct Plugged {
    target: RefCell<Box<dyn Target>>,
    bytes: u64,
    /// Offset, length, content; the one used last comes last.
    windows: RefCell<Vec<(u64, usize, AlignedBuffer)>>,
    first_error: Cell<Option<u64>>,
}

impl Plugged {
    /// Reads from `target`.
    pub fn new(target: Box<dyn Target>) -> Self {
        let bytes = target.bytes();
        Self {
            target: RefCell::new(target),
            bytes,
            windows: RefCell::new(Vec::new()),
            first_error: Cell::new(None),
        }
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The lowest sector that could not be read, as an offset.
    pub fn first_error(&self) -> Option<u64> {
        self.first_error.get()
    }

    /// Fills a window, and finds the sector where that fails.
    fn load(&self, start: u64, buffer: &mut AlignedBuffer, length: usize) -> io::Result<()> {
        let mut target = self.target.borrow_mut();
        let Err(error) = target.read_at(&mut buffer[..length], start) else {
            return Ok(());
        };
        let mut sector = AlignedBuffer::new(SECTOR as usize);
        let bad = (0..length as u64)
            .step_by(SECTOR as usize)
            .map(|at| start + at)
            .find(|at| target.read_at(&mut sector, *at).is_err());
        // Where every sector alone can be read, the window cannot: its start.
        let bad = bad.unwrap_or(start);
        let known = self.first_error.get();
        self.first_error.set(Some(known.map_or(bad, |known| known.min(bad))));
        Err(io::Error::new(error.kind(), format!("byte {bad}: {error}")))
    }
}

impl ReadAt for Plugged {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // What is behind the last whole sector cannot be read by anybody.
        let end = self.bytes / SECTOR * SECTOR;
        if offset >= end || buffer.is_empty() {
            return Ok(0);
        }
        let start = offset / WINDOW as u64 * WINDOW as u64;
        let mut windows = self.windows.borrow_mut();
        match windows.iter().position(|window| window.0 == start) {
            Some(at) => {
                let window = windows.remove(at);
                windows.push(window);
            }
            None => {
                let length = (end - start).min(WINDOW as u64) as usize;
                let mut memory = match windows.len() {
                    WINDOWS.. => windows.remove(0).2,
                    _ => AlignedBuffer::new(WINDOW),
                };
                self.load(start, &mut memory, length)?;
                windows.push((start, length, memory));
            }
        }
        let Some((_, length, memory)) = windows.last() else {
            return Ok(0);
        };
        let within = (offset - start) as usize;
        let count = buffer.len().min(length - within);
        buffer[..count].copy_from_slice(&memory[within..within + count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::{FakeDevices, Fault, stick};
    use crate::sys::disk::{Devices as _, Intent};

    fn plugged(faults: &[Fault]) -> Plugged {
        let devices = FakeDevices::new();
        let disk = stick("1-1", "A", (3 << 20) + 512);
        devices.plug(disk.clone(), 7, faults);
        Plugged::new(devices.open(&disk, Intent::Read).unwrap())
    }

    #[test]
    fn any_bytes_are_served_to_the_end_and_none_behind_it() {
        let key = plugged(&[]);
        let mut buffer = [0; 700];
        for offset in [0, 1, 511, (1 << 20) - 3, 3 << 20, (3 << 20) + 500, 5] {
            let filled = key.fill_at(&mut buffer, offset).unwrap();
            let left = key.bytes() - offset;
            assert_eq!(filled as u64, left.min(700), "{offset}");
            assert!(buffer[..filled].iter().all(|byte| *byte == 7));
        }
        assert_eq!(key.read_at(&mut buffer, 3 << 22).unwrap(), 0);
        assert_eq!(key.first_error(), None);
    }

    #[test]
    fn the_sector_that_cannot_be_read_is_named() {
        let key = plugged(&[Fault::ReadError { at: 2_000_000 }]);
        let mut buffer = [0; 512];
        assert_eq!(key.read_at(&mut buffer, 100).unwrap(), 512);
        assert!(key.read_at(&mut buffer, 1 << 20).is_err());
        assert_eq!(key.first_error(), Some(2_000_000 / 512 * 512));
    }
}
