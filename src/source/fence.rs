//! The fence around `fatfs`: what a crate that trusts its medium is allowed to
//! see, ask and spend.
//!
//! `fatfs` overflows by design, follows every chain, writes, and on a crafted
//! folder never comes back. Behind this fence
//!
//! - it never sees the medium's own MBR, boot sectors or FSInfo: sectors before
//!   the first FAT are those that [`Geometry`] makes from the volume's size
//!   alone, so sector sizes, counts and the root's cluster are ours;
//! - offsets outside the volume are errors;
//! - writing is an error;
//! - every read and seek costs one operation, and a reading that has spent
//!   [`MAX_OPERATIONS`] ends with the error [`Spent`], whatever the chains say.
//!
//! What comes out is a claim all the same.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use super::oddity::Oddity;
use super::positioned::ReadAt;
use crate::medium::fat::{PARTITION_LBA, SECTOR, SECTOR_BYTES};
use crate::medium::{BootArea, Geometry};

/// Operations that one reading of all folders may cost. A directory entry costs
/// at most 24, a step to the next cluster 4. The fullest medium of ours (12,048
/// files with 150 bytes of path) has 350,000 entries: 8.4 million; doubled.
/// Spending all takes about a second.
pub const MAX_OPERATIONS: u64 = 16 << 20;

/// Bytes of a cached block: a few clusters, so that folders and a FAT are read
/// in few calls, and cheap where only one sector of it was wanted.
const BLOCK_BYTES: usize = 16 << 10;

/// Blocks that are kept: 1 MiB in all, the FAT's and those of the folders on
/// the path that is being read.
const BLOCKS: usize = 64;

/// The operations are spent.
#[derive(Debug)]
pub struct Spent;

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "given up after {MAX_OPERATIONS} operations")
    }
}

impl std::error::Error for Spent {}

/// The volume leads outside itself.
#[derive(Debug)]
pub struct BadPlace(pub(super) Oddity);

impl fmt::Display for BadPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BadPlace {}

/// An error of the kind that [`super::SourceError`] takes for the source's own.
pub(super) fn bad_place(what: Oddity) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, BadPlace(what))
}

/// A source's bytes by blocks, some of them kept.
pub(super) struct Blocks {
    source: Rc<dyn ReadAt>,
    kept: Vec<Block>,
    /// Counts uses, to find the block that was not used for longest.
    clock: u64,
    /// Place of the last block used in `kept`.
    last: usize,
}

struct Block {
    number: u64,
    used: u64,
    bytes: Vec<u8>,
}

impl Blocks {
    pub fn new(source: Rc<dyn ReadAt>) -> Self {
        Self { source, kept: Vec::new(), clock: 0, last: 0 }
    }

    /// The bytes from `offset` to the end of its block; none past the end.
    pub fn at(&mut self, offset: u64) -> io::Result<&[u8]> {
        let number = offset / BLOCK_BYTES as u64;
        let index = match self.kept.get(self.last).is_some_and(|block| block.number == number) {
            true => self.last,
            false => self.place(number)?,
        };
        self.clock += 1;
        self.last = index;
        let within = (offset % BLOCK_BYTES as u64) as usize;
        // `place` answers with a place that is there.
        let Some(block) = self.kept.get_mut(index) else {
            return Ok(&[]);
        };
        block.used = self.clock;
        Ok(block.bytes.get(within..).unwrap_or_default())
    }

    /// Where block `number` is kept, read if it was not.
    fn place(&mut self, number: u64) -> io::Result<usize> {
        if let Some(index) = self.kept.iter().position(|block| block.number == number) {
            return Ok(index);
        }
        let mut bytes = vec![0; BLOCK_BYTES];
        let filled = self.source.fill_at(&mut bytes, number.saturating_mul(BLOCK_BYTES as u64))?;
        bytes.truncate(filled);
        let block = Block { number, used: 0, bytes };
        if self.kept.len() < BLOCKS {
            self.kept.push(block);
            return Ok(self.kept.len() - 1);
        }
        let oldest = self.kept.iter().enumerate().min_by_key(|(_, block)| block.used);
        let index = oldest.map_or(0, |(index, _)| index);
        self.kept[index] = block;
        Ok(index)
    }

    /// Fills `buffer` from `offset`; a source that ends before is an error.
    pub fn exact(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            let bytes = self.at(offset.saturating_add(filled as u64))?;
            if bytes.is_empty() {
                return Err(bad_place(Oddity::EndsInsideVolume));
            }
            let length = bytes.len().min(buffer.len() - filled);
            buffer[filled..filled + length].copy_from_slice(&bytes[..length]);
            filled += length;
        }
        Ok(())
    }
}

/// A volume as `fatfs` sees it: offset 0 is the partition's first byte.
pub struct Fence {
    blocks: Rc<RefCell<Blocks>>,
    geometry: Geometry,
    position: u64,
    left: Rc<Cell<u64>>,
}

impl Fence {
    /// A fence around the volume that `geometry` describes. `left` holds the
    /// operations that are left.
    pub(super) fn new(
        blocks: Rc<RefCell<Blocks>>,
        geometry: Geometry,
        left: Rc<Cell<u64>>,
    ) -> Self {
        Self { blocks, geometry, position: 0, left }
    }

    /// Bytes of the partition.
    fn partition_bytes(&self) -> u64 {
        u64::from(self.geometry.partition_sectors()) * SECTOR
    }

    fn spend(&self) -> io::Result<()> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| io::Error::other(Spent))?;
        self.left.set(left);
        Ok(())
    }
}

impl Read for Fence {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.spend()?;
        let end = self.partition_bytes();
        if self.position >= end {
            return Err(bad_place(Oddity::LeadsOutsideVolume));
        }
        let wanted = (end - self.position).min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..wanted];
        let lba = PARTITION_LBA + self.position / SECTOR;
        let within = (self.position % SECTOR) as usize;
        let boot = self.geometry.boot_area_sector(&BootArea::neutral(), lba);
        let length = match boot {
            Some(sector) => copy(&sector[within..SECTOR_BYTES], buffer),
            None => {
                let mut blocks = self.blocks.borrow_mut();
                let bytes = blocks.at(PARTITION_LBA * SECTOR + self.position)?;
                if bytes.is_empty() && !buffer.is_empty() {
                    return Err(bad_place(Oddity::EndsInsideVolume));
                }
                copy(bytes, buffer)
            }
        };
        self.position += length as u64;
        Ok(length)
    }
}

/// Copies what fits and says how much.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let length = from.len().min(to.len());
    to[..length].copy_from_slice(&from[..length]);
    length
}

impl Seek for Fence {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.spend()?;
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.partition_bytes().checked_add_signed(by),
        };
        match position.filter(|position| *position <= self.partition_bytes()) {
            Some(position) => {
                self.position = position;
                Ok(position)
            }
            None => Err(bad_place(Oddity::LeadsOutsideVolume)),
        }
    }
}

impl Write for Fence {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "fence_tests.rs"]
mod tests;
