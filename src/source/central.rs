//! A zip's directory as it stands, entry by entry.
//!
//! Purpose: what readers of zips keep to themselves. They look for *an* end
//! record, skip what stands before, between and after, let the last of two
//! entries with one name win, and believe the directory where a local header
//! says otherwise. Here every record is looked at once and all of that becomes
//! a remark.
//!
//! Invariants: at most [`MAX_DIRECTORY_BYTES`] of directory and
//! [`super::listing::MAX_ENTRIES`] entries; no size that the zip
//! claims is allocated; nothing is unpacked.
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16, 4.5.3.

use std::io;

use super::listing::{Gatherer, MAX_ENTRIES, Remark, name_of};
use super::local;
use super::oddity::Oddity;
use super::positioned::ReadAt;
use super::remark::Limit;

/// Bytes of a directory: 12,048 entries of 46 + 150 + 28 bytes are 2.7 MB;
/// with what foreign entries may add.
pub(super) const MAX_DIRECTORY_BYTES: u64 = 16 << 20;
/// Bytes at the end in which an end record is looked for: the record and the
/// longest comment, 22 + 65,535.
const END_WINDOW: u64 = 22 + 65_535;

/// Signatures.
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
const CENTRAL_ENTRY: [u8; 4] = *b"PK\x01\x02";
const ZIP64_END: [u8; 4] = *b"PK\x06\x06";
const ZIP64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Bytes of the records without their variable parts.
pub(super) const END_BYTES: usize = 22;
const CENTRAL_BYTES: usize = 46;
const ZIP64_END_BYTES: usize = 56;
const ZIP64_LOCATOR_BYTES: u64 = 20;
/// Tag of the zip64 field.
const ZIP64_TAG: u16 = 1;
/// A 32-bit field with this value says: look into the zip64 field.
pub(super) const MARK: u64 = 0xFFFF_FFFF;
/// Kind of file in a Unix mode, in the upper half of the external attributes.
const UNIX_KIND: u32 = 0xF000;
const UNIX_LINK: u32 = 0xA000;
const UNIX_FOLDER: u32 = 0x4000;
const UNIX_FILE: u32 = 0x8000;
/// Folder bit of a FAT attribute, in the lowest byte of them.
const FAT_FOLDER: u32 = 0x10;

/// What an entry of the directory is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub raw_name: Vec<u8>,
    pub path: String,
    pub kind: Kind,
    pub size: u64,
    /// Where the data lies, from the file's first byte; `None` where it is
    /// packed, encrypted, or its header cannot be read.
    pub data: Option<u64>,
    /// Where the local header is said to begin.
    pub start: u64,
    pub packed: u64,
    pub flags: u16,
    pub method: u16,
    pub crc32: u32,
}

/// The directory of a zip.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub claims: Vec<Claim>,
    /// True where every record is one that a reader of zips may be trusted
    /// with: one end record at the very end, only zip64 fields.
    pub plain: bool,
}

/// Little-endian numbers of a record; zero where it is too short.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl Fields<'_> {
    fn number(&self, at: usize, length: usize) -> u64 {
        let bytes = self.0.get(at..at + length).unwrap_or_default();
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
    pub fn u16(&self, at: usize) -> u16 {
        self.number(at, 2) as u16
    }
    pub fn u32(&self, at: usize) -> u64 {
        self.number(at, 4)
    }
    fn u64(&self, at: usize) -> u64 {
        self.number(at, 8)
    }
}

/// Where the directory is.
pub(super) struct End {
    /// Offset of its first byte.
    pub start: u64,
    bytes: u64,
    entries: u64,
    /// What has to be added to offsets that the zip claims.
    pub shift: u64,
}

/// Reads a bytes at `offset`, as far as there are any.
pub(super) fn bytes_at(source: &dyn ReadAt, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let filled = source.fill_at(&mut bytes, offset)?;
    bytes.truncate(filled);
    Ok(bytes)
}

/// Reads the directory of a zip of `length` bytes and remarks what is odd.
pub(super) fn read(
    source: &dyn ReadAt,
    length: u64,
    gatherer: &mut Gatherer,
) -> io::Result<Directory> {
    let mut directory = Directory { claims: Vec::new(), plain: true };
    let Some(end) = find_end(source, length, gatherer, &mut directory)? else {
        directory.plain = false;
        return Ok(directory);
    };
    if end.bytes > MAX_DIRECTORY_BYTES || end.entries > MAX_ENTRIES as u64 {
        let limit = Limit::Directory { bytes: end.bytes, entries: end.entries };
        gatherer.remark(Remark::GivenUp { limit });
        directory.plain = false;
        return Ok(directory);
    }
    let bytes = bytes_at(source, end.start, end.bytes as usize)?;
    entries(&bytes, &end, gatherer, &mut directory);
    for claim in &mut directory.claims {
        local::header(source, length, &end, claim, gatherer)?;
    }
    local::coverage(&directory.claims, &end, gatherer);
    Ok(directory)
}

/// Finds the end record and the directory before it.
fn find_end(
    source: &dyn ReadAt,
    length: u64,
    gatherer: &mut Gatherer,
    directory: &mut Directory,
) -> io::Result<Option<End>> {
    let window = length.min(END_WINDOW);
    let from = length - window;
    let tail = bytes_at(source, from, window as usize)?;
    let mut odd = |gatherer: &mut Gatherer, start, what| {
        gatherer.remark(Remark::ZipRecord { start, what });
        directory.plain = false;
    };
    let ends: Vec<usize> = tail
        .windows(4)
        .enumerate()
        .filter(|(at, four)| *four == END && at + END_BYTES <= tail.len())
        .map(|(at, _)| at)
        .collect();
    // A record whose comment reaches the very end, or else the last one.
    let reaches = |at: &&usize| {
        let comment = Fields(&tail[**at..]).u16(20);
        **at + END_BYTES + usize::from(comment) == tail.len()
    };
    let Some(at) = ends.iter().rev().find(reaches).or(ends.last()).copied() else {
        gatherer.remark(Remark::NoDirectory { what: Oddity::NoEndRecord });
        return Ok(None);
    };
    for other in ends.iter().filter(|other| **other != at) {
        odd(gatherer, from + *other as u64, Oddity::AnotherEndRecord);
    }
    let record = Fields(&tail[at..]);
    let comment = usize::from(record.u16(20));
    if comment > 0 {
        odd(gatherer, from + (at + END_BYTES) as u64, Oddity::Comment);
    }
    if at + END_BYTES + comment < tail.len() {
        odd(gatherer, from + (at + END_BYTES + comment) as u64, Oddity::AfterEndRecord);
    }
    if record.u16(4) != 0 || record.u16(6) != 0 || record.u16(8) != record.u16(10) {
        odd(gatherer, from + at as u64, Oddity::SeveralDisks);
    }
    let (mut entries, mut bytes) = (u64::from(record.u16(10)), record.u32(12));
    let mut claimed = record.u32(16);
    let mut records_start = from + at as u64;
    if let Some((start, zip64)) = zip64_end(source, records_start)? {
        let record = Fields(&zip64);
        (entries, bytes, claimed) = (record.u64(32), record.u64(40), record.u64(48));
        if record.u64(4) != ZIP64_END_BYTES as u64 - 12 {
            odd(gatherer, start, Oddity::Zip64WithMore);
        }
        records_start = start;
    } else if [entries, bytes, claimed].contains(&MARK) {
        odd(gatherer, records_start, Oddity::Zip64Missing);
    }
    // The directory ends where the end records begin, whatever they claim.
    let start = records_start.checked_sub(bytes);
    let shift = start.and_then(|start| start.checked_sub(claimed));
    let (Some(start), Some(shift)) = (start, shift) else {
        gatherer.remark(Remark::NoDirectory { what: Oddity::EndRecordOutside });
        return Ok(None);
    };
    if shift > 0 {
        odd(gatherer, 0, Oddity::BeforeFirstFile);
    }
    Ok(Some(End { start, bytes, entries, shift }))
}

/// The zip64 end record before an end record at `end`, and its offset.
fn zip64_end(source: &dyn ReadAt, end: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let Some(at) = end.checked_sub(ZIP64_LOCATOR_BYTES) else {
        return Ok(None);
    };
    if !bytes_at(source, at, ZIP64_LOCATOR_BYTES as usize)?.starts_with(&ZIP64_LOCATOR) {
        return Ok(None);
    }
    let Some(start) = at.checked_sub(ZIP64_END_BYTES as u64) else {
        return Ok(None);
    };
    let record = bytes_at(source, start, ZIP64_END_BYTES)?;
    Ok(record.starts_with(&ZIP64_END).then_some((start, record)))
}

/// Reads the entries of a directory.
fn entries(bytes: &[u8], end: &End, gatherer: &mut Gatherer, directory: &mut Directory) {
    let mut at = 0;
    while let Some(record) = bytes.get(at..).filter(|rest| rest.starts_with(&CENTRAL_ENTRY)) {
        let fields = Fields(record);
        let (name, extra) = (usize::from(fields.u16(28)), usize::from(fields.u16(30)));
        let comment = usize::from(fields.u16(32));
        let length = CENTRAL_BYTES + name + extra + comment;
        if record.len() < length || directory.claims.len() >= MAX_ENTRIES {
            break;
        }
        let raw_name = record[CENTRAL_BYTES..CENTRAL_BYTES + name].to_vec();
        let extra = &record[CENTRAL_BYTES + name..CENTRAL_BYTES + name + extra];
        let (claim, only_zip64) = entry(&fields, raw_name, extra);
        let mut odd = |what| {
            gatherer.remark(Remark::ZipEntry { path: claim.path.clone(), what });
        };
        if comment > 0 {
            odd(Oddity::EntryWithComment);
        }
        if !only_zip64 {
            odd(Oddity::EntryWithForeignFields);
        }
        directory.plain &= only_zip64;
        directory.claims.push(claim);
        at += length;
    }
    let start = end.start + at as u64;
    if at < bytes.len() {
        gatherer.remark(Remark::ZipRecord { start, what: Oddity::NoDirectoryEntry });
        directory.plain = false;
    }
    if directory.claims.len() as u64 != end.entries {
        let what = Oddity::OtherCount;
        gatherer.remark(Remark::ZipRecord { start: end.start + end.bytes, what });
        directory.plain = false;
    }
}

/// One entry; the second value is true where its only extra field is zip64.
fn entry(fields: &Fields<'_>, raw_name: Vec<u8>, extra: &[u8]) -> (Claim, bool) {
    let (mut size, mut packed) = (fields.u32(24), fields.u32(20));
    let mut start = fields.u32(42);
    let mut only_zip64 = true;
    let mut at = 0;
    while at < extra.len() {
        let field = Fields(&extra[at..]);
        let length = usize::from(field.u16(2));
        let body = extra.get(at + 4..at + 4 + length);
        let wanted = [size, packed, start].iter().filter(|value| **value == MARK).count();
        match body {
            Some(body) if field.u16(0) == ZIP64_TAG && body.len() == 8 * wanted && at == 0 => {
                let mut values = body.chunks_exact(8).map(|value| Fields(value).u64(0));
                for value in [&mut size, &mut packed, &mut start] {
                    if *value == MARK {
                        *value = values.next().unwrap_or(*value);
                    }
                }
            }
            _ => only_zip64 = false,
        }
        at += 4 + length;
    }
    let (text, _) = name_of(&raw_name, false);
    let external = fields.u32(38) as u32;
    let unix = match fields.u16(4) >> 8 {
        3 | 19 => external >> 16 & UNIX_KIND,
        _ => 0,
    };
    let kind = match unix {
        UNIX_LINK => Kind::Link,
        UNIX_FOLDER => Kind::Folder,
        _ if text.ends_with('/') || external & FAT_FOLDER != 0 => Kind::Folder,
        0 | UNIX_FILE => Kind::File,
        _ => Kind::Special,
    };
    let path = text.strip_suffix('/').unwrap_or(&text).to_string();
    let (flags, method) = (fields.u16(8), fields.u16(10));
    let crc32 = fields.u32(16) as u32;
    let data = None;
    (Claim { raw_name, path, kind, size, data, start, packed, flags, method, crc32 }, only_zip64)
}
