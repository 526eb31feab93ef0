//! A zip that can be spoiled: its entries as they are, and where they are put.
//!
//! Local header and directory entry of a file are two records here, so that
//! they can say two things. Written without the renderer's code, for the same
//! reason as [`super::medium`]. Held in memory: exercises are small.
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16.

use std::path::Path;

use super::{DrillError, unsuitable};

/// Largest zip that is spoiled: it is held in memory, twice.
pub const MAX_BYTES: u64 = 256 << 20;
/// Bytes of the records without their variable parts.
const LOCAL: usize = 30;
const CENTRAL: usize = 46;
const END: usize = 22;

/// What the two headers of an entry share, and may say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its path, as bytes.
    pub name: Vec<u8>,
    /// General purpose flags.
    pub flags: u16,
    /// 0 stored, 8 deflated.
    pub method: u16,
    /// Time and date.
    pub time: [u8; 4],
    /// CRC-32.
    pub crc32: u32,
    /// Bytes as packed.
    pub packed: u32,
    /// Bytes as unpacked.
    pub size: u32,
    /// Extra fields.
    pub extra: Vec<u8>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The header before the data.
    pub local: Header,
    /// The header in the directory.
    pub central: Header,
    /// Made by: upper byte 0 FAT, 3 Unix.
    pub made_by: u16,
    /// External attributes.
    pub attributes: u32,
    /// The data as packed.
    pub data: Vec<u8>,
    /// Bytes that are put before its local header.
    pub before: Vec<u8>,
}

/// A zip as parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zip {
    /// The entries in their order.
    pub entries: Vec<Entry>,
    /// Bytes between the last file and the directory.
    pub before_directory: Vec<u8>,
    /// A zip64 end record and its locator, as they are.
    pub zip64: Vec<u8>,
    /// Comment of the end record.
    pub comment: Vec<u8>,
}

impl Entry {
    /// A stored file, its headers like those of `like`.
    pub fn file(like: &Self, name: &str, data: Vec<u8>) -> Self {
        let mut entry = like.clone();
        entry.central.name = name.as_bytes().to_vec();
        entry.set_data(data);
        entry
    }

    /// Other data, and headers that say so.
    pub fn set_data(&mut self, data: Vec<u8>) {
        let size = data.len() as u32;
        self.central.crc32 = crc32fast::hash(&data);
        (self.central.packed, self.central.size) = (size, size);
        (self.local, self.data) = (self.central.clone(), data);
    }

    /// The path, for messages and for finding it.
    pub fn path(&self) -> String {
        String::from_utf8_lossy(&self.central.name).into_owned()
    }
}

/// A little-endian number of `length` bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

impl Header {
    /// From the flags on; `lengths` is the offset of the length of the name.
    fn read(record: &[u8], start: usize, names: usize) -> Option<Self> {
        let field = |at: usize, length| number(record, start + at, length);
        let (name, extra) = (field(20, 2)?, field(22, 2)?);
        Some(Self {
            name: record.get(names..names + name)?.to_vec(),
            flags: field(0, 2)? as u16,
            method: field(2, 2)? as u16,
            time: *record.get(start + 4..)?.first_chunk()?,
            crc32: field(8, 4)? as u32,
            packed: field(12, 4)? as u32,
            size: field(16, 4)? as u32,
            extra: record.get(names + name..names + name + extra)?.to_vec(),
        })
    }

    fn write(&self, target: &mut Vec<u8>) {
        target.extend(self.flags.to_le_bytes());
        target.extend(self.method.to_le_bytes());
        target.extend(self.time);
        for number in [self.crc32, self.packed, self.size] {
            target.extend(number.to_le_bytes());
        }
        target.extend((self.name.len() as u16).to_le_bytes());
        target.extend((self.extra.len() as u16).to_le_bytes());
    }
}

impl Zip {
    /// Reads a good zip of ours: no comment, no zip64.
    pub fn read(path: &Path) -> Result<Self, DrillError> {
        let io = || DrillError::io(path, "read");
        let length = std::fs::metadata(path).map_err(io())?.len();
        if length > MAX_BYTES {
            return Err(unsuitable(format!("a zip of more than {MAX_BYTES} bytes")));
        }
        let bytes = std::fs::read(path).map_err(io())?;
        Self::parse(&bytes).ok_or_else(|| unsuitable("no zip of ours"))
    }

    /// The same from its bytes.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.len().checked_sub(END)?;
        let (count, mut at) = (number(bytes, end + 10, 2)?, number(bytes, end + 16, 4)?);
        let mut zip = Self::default();
        for _ in 0..count {
            let record = bytes.get(at..)?;
            let central = Header::read(record, 8, CENTRAL)?;
            let start = number(record, 42, 4)?;
            let local = bytes.get(start..)?;
            let header = Header::read(local, 6, LOCAL)?;
            let data = LOCAL + header.name.len() + header.extra.len();
            at += CENTRAL + central.name.len() + central.extra.len();
            zip.entries.push(Entry {
                data: local.get(data..data + header.packed as usize)?.to_vec(),
                local: header,
                central,
                made_by: number(record, 4, 2)? as u16,
                attributes: number(record, 38, 4)? as u32,
                before: Vec::new(),
            });
        }
        (zip.print() == bytes).then_some(zip)
    }

    /// The bytes of all parts, one after the other.
    pub fn print(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut starts = Vec::new();
        for entry in &self.entries {
            bytes.extend(&entry.before);
            starts.push(bytes.len() as u32);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(10_u16.to_le_bytes());
            entry.local.write(&mut bytes);
            bytes.extend(&entry.local.name);
            bytes.extend(&entry.local.extra);
            bytes.extend(&entry.data);
        }
        bytes.extend(&self.before_directory);
        let start = bytes.len() as u32;
        bytes.extend(self.directory(&starts));
        let length = bytes.len() as u32 - start;
        bytes.extend(&self.zip64);
        bytes.extend(self.end(start, length));
        bytes
    }

    /// The directory of files that begin at `starts`.
    pub fn directory(&self, starts: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (entry, start) in self.entries.iter().zip(starts) {
            bytes.extend(b"PK\x01\x02");
            bytes.extend(entry.made_by.to_le_bytes());
            bytes.extend(10_u16.to_le_bytes());
            entry.central.write(&mut bytes);
            bytes.extend([0; 6]); // no comment, disk 0, binary
            bytes.extend(entry.attributes.to_le_bytes());
            bytes.extend(start.to_le_bytes());
            bytes.extend(&entry.central.name);
            bytes.extend(&entry.central.extra);
        }
        bytes
    }

    /// The end record of a directory of `length` bytes at `start`.
    pub fn end(&self, start: u32, length: u32) -> Vec<u8> {
        let count = (self.entries.len() as u16).to_le_bytes();
        let mut bytes = b"PK\x05\x06\0\0\0\0".to_vec();
        bytes.extend([count, count].concat());
        bytes.extend(length.to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend((self.comment.len() as u16).to_le_bytes());
        bytes.extend(&self.comment);
        bytes
    }

    /// The entry of a path.
    pub fn entry(&mut self, path: &str) -> Result<&mut Entry, DrillError> {
        let found = self.entries.iter_mut().find(|entry| entry.central.name == path.as_bytes());
        found.ok_or_else(|| unsuitable(format!("the zip has no {path}")))
    }
}
