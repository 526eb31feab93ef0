//! An image of a medium that can be spoiled: its bytes, clusters and folders.
//!
//! This is an attacker's hand, not a file system: it writes what it is told,
//! updates no counter, and knows our own volumes only. It shares no code with
//! the renderer and the readers but the geometry, so that a mistake in their
//! directories or FATs is not repeated here.
//!
//! Source: Microsoft FAT specification 1.03, sections 4, 6 and 7.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{DrillError, unsuitable};
use crate::medium::Geometry;
use crate::medium::fat::{END_OF_CHAIN, ROOT_CLUSTER, SECTOR, SECTOR_BYTES};
use crate::store::Existing;
use crate::store::atomic::AtomicFile;
use crate::store::folder::Access;

/// Bytes of a directory entry.
pub const SLOT: usize = 32;
/// Attribute of a hidden entry.
pub const HIDDEN: u8 = 0x02;
/// Attribute of a volume label.
pub const LABEL: u8 = 0x08;
/// Attribute of a folder.
pub const FOLDER: u8 = 0x10;
/// Attribute of a file.
pub const FILE: u8 = 0x20;
/// Attribute of a part of a long name.
const LONG: u8 = 0x0F;
/// Where the characters of a part of a long name stand.
const LONG_UNITS: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/// Bytes copied at a time; a piece of zeros becomes a hole.
const PIECE: usize = 256 << 10;

/// A directory entry.
pub type Slot = [u8; SLOT];

/// A file or folder of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Offset of its 8.3 entry.
    pub entry: u64,
    /// Offset of its first entry, of the long name where it has one.
    pub first: u64,
    /// First cluster, 0 where it has none.
    pub cluster: u32,
    /// Size in bytes.
    pub size: u32,
}

/// An image that is being spoiled.
pub struct Image {
    file: File,
    path: PathBuf,
    geometry: Geometry,
}

/// Copies the image `good` to `bad`, which must not exist, and spoils the copy.
pub fn make(
    good: &Path,
    bad: &Path,
    spoil: impl FnOnce(&mut Image) -> Result<(), DrillError>,
) -> Result<(), DrillError> {
    let mut source = File::open(good).map_err(DrillError::io(good, "open"))?;
    let file = AtomicFile::create_at(bad, Access::Everyone, Existing::Refuse)?;
    let mut target = file.duplicate()?;
    copy(&mut source, &mut target).map_err(DrillError::io(bad, "copy the image to"))?;
    spoil(&mut Image::open(target, bad)?)?;
    Ok(file.commit()?)
}

/// Copies and leaves holes where there are zeros.
fn copy(source: &mut File, target: &mut File) -> std::io::Result<()> {
    let mut buffer = vec![0; PIECE];
    let mut length = 0;
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return target.set_len(length);
        }
        if buffer[..read].iter().any(|byte| *byte != 0) {
            target.seek(SeekFrom::Start(length))?;
            target.write_all(&buffer[..read])?;
        }
        length += read as u64;
    }
}

/// Used entries of a folder with their offsets, and the offsets after them.
type Slots = (Vec<(u64, Slot)>, Vec<u64>);

impl Image {
    /// An image that is open for reading and writing; `path` is for messages.
    pub fn open(file: File, path: &Path) -> Result<Self, DrillError> {
        let length = file.metadata().map_err(DrillError::io(path, "look at"))?.len();
        let geometry = Geometry::for_volume(length).map_err(unsuitable)?;
        Ok(Self { file, path: path.to_path_buf(), geometry })
    }

    /// Makes the image `by` bytes longer, by a hole, or shorter.
    pub fn resize(&mut self, by: i64) -> Result<(), DrillError> {
        let length = self.geometry.bytes().checked_add_signed(by);
        let length = length.ok_or_else(|| unsuitable("an image of no size"))?;
        self.file.set_len(length).map_err(DrillError::io(&self.path, "resize"))
    }

    /// Where everything lies.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Reads `length` bytes at `offset`.
    pub fn bytes(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, DrillError> {
        let mut bytes = vec![0; length];
        let read = self.file.seek(SeekFrom::Start(offset));
        let read = read.and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(DrillError::io(&self.path, "read"))?;
        Ok(bytes)
    }

    /// Writes `bytes` at `offset`. That they are there already is an error.
    pub fn put(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DrillError> {
        let end = offset + bytes.len() as u64;
        if end <= self.geometry.bytes() && self.bytes(offset, bytes.len())? == bytes {
            return Err(unsuitable(format!("byte {offset} is so already")));
        }
        let written = self.file.seek(SeekFrom::Start(offset));
        let written = written.and_then(|_| self.file.write_all(bytes));
        written.map_err(DrillError::io(&self.path, "write"))
    }

    /// Flips one bit.
    pub fn flip(&mut self, offset: u64, bit: u8) -> Result<(), DrillError> {
        let byte = self.bytes(offset, 1)?[0];
        self.put(offset, &[byte ^ 1 << (bit % 8)])
    }

    /// Offset of a cluster's first byte.
    pub fn cluster(&self, cluster: u32) -> u64 {
        self.geometry.cluster_lba(cluster) * SECTOR
    }

    /// Offset of the entry of `cluster` in a FAT (0 or 1).
    pub fn fat_offset(&self, copy: u32, cluster: u32) -> u64 {
        self.geometry.fat_lba(copy) * SECTOR + u64::from(cluster) * 4
    }

    /// The entry of `cluster` in the first FAT.
    pub fn fat(&mut self, cluster: u32) -> Result<u32, DrillError> {
        let bytes = self.bytes(self.fat_offset(0, cluster), 4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Writes the entry of `cluster` into both FATs.
    pub fn set_fat(&mut self, cluster: u32, value: u32) -> Result<(), DrillError> {
        for copy in [0, 1] {
            self.put(self.fat_offset(copy, cluster), &value.to_le_bytes())?;
        }
        Ok(())
    }

    /// The first `count` clusters that nothing has.
    pub fn free(&mut self, count: usize) -> Result<Vec<u32>, DrillError> {
        let mut free = Vec::new();
        let end = self.geometry.clusters() + ROOT_CLUSTER;
        let entries = (SECTOR / 4) as u32;
        for first in (0..end).step_by(entries as usize) {
            let sector = self.bytes(self.fat_offset(0, first), SECTOR_BYTES)?;
            let numbers = (first..end).zip(sector.chunks_exact(4));
            let zeros = numbers.filter(|(number, four)| *number >= 2 && *four == [0; 4]);
            free.extend(zeros.map(|(number, _)| number));
            if free.len() >= count {
                free.truncate(count);
                return Ok(free);
            }
        }
        Err(unsuitable("the volume is full"))
    }

    /// The clusters of a chain.
    pub fn chain(&mut self, first: u32) -> Result<Vec<u32>, DrillError> {
        let mut chain = vec![first];
        loop {
            let next = self.fat(chain[chain.len() - 1])?;
            if next >= 0x0FFF_FFF8 {
                return Ok(chain);
            }
            if next < ROOT_CLUSTER || chain.len() > self.geometry.clusters() as usize {
                return Err(unsuitable(format!("cluster {first} begins no chain")));
            }
            chain.push(next);
        }
    }

    /// Every used entry of a folder with its offset, and the offsets after them.
    fn slots(&mut self, folder: u32) -> Result<Slots, DrillError> {
        let (mut used, mut free) = (Vec::new(), Vec::new());
        for cluster in self.chain(folder)? {
            let start = self.cluster(cluster);
            let bytes = self.bytes(start, self.geometry.cluster_bytes() as usize)?;
            for (index, slot) in bytes.as_chunks::<SLOT>().0.iter().enumerate() {
                let at = start + (index * SLOT) as u64;
                match slot[0] == 0 || !free.is_empty() {
                    true => free.push(at),
                    false => used.push((at, *slot)),
                }
            }
        }
        Ok((used, free))
    }

    /// The first cluster of a folder; empty is the root.
    pub fn folder(&mut self, path: &str) -> Result<u32, DrillError> {
        match path {
            "" => Ok(ROOT_CLUSTER),
            path => Ok(self.find(path)?.cluster),
        }
    }

    /// Finds a file or folder by its path.
    pub fn find(&mut self, path: &str) -> Result<Found, DrillError> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.folder(above)?;
        let (mut units, mut first) = (Vec::new(), None);
        for (at, slot) in self.slots(folder)?.0 {
            if slot[11] == LONG {
                first.get_or_insert(at);
                units.splice(0..0, LONG_UNITS.map(|u| u16::from_le_bytes([slot[u], slot[u + 1]])));
                continue;
            }
            let long: Vec<u16> =
                units.drain(..).take_while(|unit| !matches!(unit, 0 | 0xFFFF)).collect();
            let begins = first.take().unwrap_or(at);
            let matches = match long.is_empty() {
                true => slot[..11] == *short_name(name),
                false => String::from_utf16_lossy(&long) == name,
            };
            if matches && slot[11] & LABEL == 0 {
                let half = |at: usize| u32::from(u16::from_le_bytes([slot[at], slot[at + 1]]));
                let cluster = half(20) << 16 | half(26);
                return Ok(Found {
                    entry: at,
                    first: begins,
                    cluster,
                    size: half(30) << 16 | half(28),
                });
            }
        }
        Err(unsuitable(format!("the image has no {path}")))
    }

    /// Adds entries to a folder, which grows where it must; the offset of the
    /// last one.
    pub fn append(&mut self, folder: &str, slots: &[Slot]) -> Result<u64, DrillError> {
        let folder = self.folder(folder)?;
        let mut free = self.slots(folder)?.1;
        while free.len() < slots.len() {
            let chain = self.chain(folder)?;
            let more = self.free(1)?[0];
            self.set_fat(more, END_OF_CHAIN)?;
            self.set_fat(chain[chain.len() - 1], more)?;
            free = self.slots(folder)?.1;
        }
        for (at, slot) in free.iter().zip(slots) {
            self.put(*at, slot)?;
        }
        match slots.len() {
            0 => Err(unsuitable("no entry to add")),
            count => Ok(free[count - 1]),
        }
    }

    /// Adds a file with a long name; its first cluster, 0 where it is empty.
    pub fn add_file(
        &mut self,
        folder: &str,
        name: &str,
        content: &[u8],
    ) -> Result<u32, DrillError> {
        let clusters = content.len().div_ceil(self.geometry.cluster_bytes() as usize);
        let clusters = self.free(clusters)?;
        for (index, cluster) in clusters.iter().enumerate() {
            self.set_fat(*cluster, clusters.get(index + 1).copied().unwrap_or(END_OF_CHAIN))?;
        }
        // Free clusters follow one another on an image of ours.
        let first = clusters.first().copied().unwrap_or(0);
        if first != 0 {
            self.put(self.cluster(first), content)?;
        }
        let units: Vec<u16> = name.encode_utf16().collect();
        let slots = named(&units, &self.alias(folder)?, FILE, first, content.len() as u32);
        self.append(folder, &slots)?;
        Ok(first)
    }

    /// Adds an empty folder with a long name; its cluster.
    pub fn add_folder(&mut self, folder: &str, name: &str) -> Result<u32, DrillError> {
        let cluster = self.free(1)?[0];
        self.set_fat(cluster, END_OF_CHAIN)?;
        let above = self.folder(folder)?;
        let above = if above == ROOT_CLUSTER { 0 } else { above };
        let dots =
            [entry(b".          ", FOLDER, cluster, 0), entry(b"..         ", FOLDER, above, 0)];
        self.put(self.cluster(cluster), &dots.concat())?;
        let units: Vec<u16> = name.encode_utf16().collect();
        let slots = named(&units, &self.alias(folder)?, FOLDER, cluster, 0);
        self.append(folder, &slots)?;
        Ok(cluster)
    }

    /// An alias that no entry of ours has: `DRILL~N`, by the folder's entries.
    fn alias(&mut self, folder: &str) -> Result<[u8; 11], DrillError> {
        let folder = self.folder(folder)?;
        let used = self.slots(folder)?.0.len();
        Ok(*short_name(&format!("DRILL~{}", used % 1_000)))
    }
}

/// The 8.3 form of an upper-case name; what does not fit is cut.
pub fn short_name(name: &str) -> Box<[u8; 11]> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut short = Box::new([b' '; 11]);
    let place = |target: &mut [u8], text: &str| {
        target.iter_mut().zip(text.bytes()).for_each(|(target, byte)| *target = byte);
    };
    place(&mut short[..8], stem);
    place(&mut short[8..], extension);
    short
}

/// An 8.3 entry; its times are zero.
pub fn entry(short: &[u8; 11], attributes: u8, cluster: u32, size: u32) -> Slot {
    let mut slot = [0; SLOT];
    slot[..11].copy_from_slice(short);
    slot[11] = attributes;
    slot[20..22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
    slot[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
    slot[28..].copy_from_slice(&size.to_le_bytes());
    slot
}

/// The entries of a long name, and its 8.3 entry. Any units, at most 255.
pub fn named(
    units: &[u16],
    short: &[u8; 11],
    attributes: u8,
    cluster: u32,
    size: u32,
) -> Vec<Slot> {
    let sum = short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
    let parts = units.len().div_ceil(LONG_UNITS.len());
    let mut slots = Vec::new();
    for (index, part) in units.chunks(LONG_UNITS.len()).enumerate().rev() {
        let mut slot = [0; SLOT];
        let last = if index + 1 == parts { 0x40 } else { 0 };
        (slot[0], slot[11], slot[13]) = ((index + 1) as u8 | last, LONG, sum);
        for (position, at) in LONG_UNITS.iter().enumerate() {
            let unit = match part.get(position) {
                Some(unit) => *unit,
                None if position == part.len() => 0,
                None => 0xFFFF,
            };
            slot[*at..*at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        slots.push(slot);
    }
    slots.push(entry(short, attributes, cluster, size));
    slots
}
