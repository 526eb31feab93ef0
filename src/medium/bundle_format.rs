//! Records of our zip files: every constant, and the one way to write them.
//!
//! Each record is a function from values to bytes; nothing here reads. All
//! numbers are little-endian. Lengths are functions of their own, so that a
//! layout costs no memory; a test holds them to the records.
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12
//! (central directory), 4.3.14 to 4.3.16 (end records), 4.5.3 (zip64 field).

use super::directory::ATTRIBUTE_FILE;
use super::time::FatTime;
use super::tree::MAX_MEDIUM_FILES;

/// Signature of a local header.
pub const LOCAL_HEADER: u32 = 0x0403_4B50;
/// Signature of an entry of the central directory.
pub const CENTRAL_ENTRY: u32 = 0x0201_4B50;
/// Signature of the end record.
pub const END: u32 = 0x0605_4B50;
/// Signature of the zip64 end record.
pub const ZIP64_END: u32 = 0x0606_4B50;
/// Signature of the zip64 locator.
pub const ZIP64_LOCATOR: u32 = 0x0706_4B50;
/// Bytes of a local header without name and extra field.
pub const LOCAL_HEADER_BYTES: u64 = 30;
/// Bytes of a central entry without name and extra field.
pub const CENTRAL_ENTRY_BYTES: u64 = 46;
/// Bytes of the end record without a comment.
pub const END_BYTES: u64 = 22;
/// Bytes of the zip64 end record.
pub const ZIP64_END_BYTES: u64 = 56;
/// Bytes of the zip64 locator.
pub const ZIP64_LOCATOR_BYTES: u64 = 20;
/// Offset of the CRC-32 in a local header.
pub const LOCAL_CRC: usize = 14;

/// A 32-bit field with this value says: look into the zip64 field.
const MARK: u64 = 0xFFFF_FFFF;
/// Version needed: 1.0, since stored files ask for no more.
const VERSION_PLAIN: u16 = 10;
/// Version needed for an entry with a zip64 field in either of its headers,
/// the same in both: 4.5.
const VERSION_ZIP64: u16 = 45;
/// Made by: host 0 (FAT attributes), version 4.5, whatever the entry needs.
const MADE_BY: u16 = 45;
/// General purpose flags: not encrypted, no descriptor; names are ASCII, which
/// needs no UTF-8 mark.
const FLAGS: u16 = 0;
/// Compression method: stored.
const STORED: u16 = 0;
/// Tag of the zip64 field.
const ZIP64_TAG: u16 = 1;
/// Internal attributes: the content is binary.
const INTERNAL_ATTRIBUTES: u16 = 0;
/// External attributes: a file with the archive bit, as on a medium.
const EXTERNAL_ATTRIBUTES: u32 = ATTRIBUTE_FILE as u32;

// The counts of the end record stay plain 16-bit numbers.
const _: () = assert!(MAX_MEDIUM_FILES < 0xFFFF);

/// What both headers of a file say.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its path, ASCII.
    pub path: &'a str,
    /// Its size in bytes, packed and unpacked.
    pub size: u64,
    /// Offset of its local header.
    pub start: u64,
    /// The time it bears.
    pub issued: FatTime,
    /// Its CRC-32.
    pub crc32: u32,
}

/// A 32-bit field: the value, or the mark for "see zip64".
fn narrow(value: u64) -> u32 {
    value.min(MARK) as u32
}

/// Appends numbers.
#[derive(Default)]
struct Record(Vec<u8>);

impl Record {
    fn u16(mut self, value: u16) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }
    fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }
    fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }
    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Bytes of a zip64 field with `count` 64-bit values; none where it is absent.
fn zip64_length(count: u64) -> u64 {
    if count == 0 { 0 } else { 4 + 8 * count }
}

/// How many values the zip64 field of a local header holds: both sizes or none
/// (4.5.3 wants both there).
fn local_zip64(size: u64) -> u64 {
    if size >= MARK { 2 } else { 0 }
}

/// How many values the zip64 field of a central entry holds.
fn central_zip64(size: u64, start: u64) -> u64 {
    local_zip64(size) + u64::from(start >= MARK)
}

/// Bytes of a local header.
pub fn local_header_length(path: &str, size: u64) -> u64 {
    LOCAL_HEADER_BYTES + path.len() as u64 + zip64_length(local_zip64(size))
}

/// Bytes of a central entry.
pub fn central_entry_length(path: &str, size: u64, start: u64) -> u64 {
    CENTRAL_ENTRY_BYTES + path.len() as u64 + zip64_length(central_zip64(size, start))
}

/// Bytes of all records after a central directory at `start`.
pub fn end_length(start: u64, length: u64) -> u64 {
    if start >= MARK || length >= MARK {
        ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES + END_BYTES
    } else {
        END_BYTES
    }
}

/// The fields that both headers share, from "version needed" on.
fn common(record: Record, entry: &Entry<'_>, extra: u64) -> Record {
    let version = match central_zip64(entry.size, entry.start) {
        0 => VERSION_PLAIN,
        _ => VERSION_ZIP64,
    };
    record
        .u16(version)
        .u16(FLAGS)
        .u16(STORED)
        .u16(entry.issued.time)
        .u16(entry.issued.date)
        .u32(entry.crc32)
        .u32(narrow(entry.size)) // packed
        .u32(narrow(entry.size)) // unpacked
        .u16(entry.path.len() as u16) // at most 150
        .u16(extra as u16) // at most 28
}

/// The local header of a file.
pub fn local_header(entry: &Entry<'_>) -> Vec<u8> {
    let values = local_zip64(entry.size);
    let record = Record::default().u32(LOCAL_HEADER);
    let record = common(record, entry, zip64_length(values)).bytes(entry.path.as_bytes());
    match values {
        0 => record.0,
        _ => record.u16(ZIP64_TAG).u16(16).u64(entry.size).u64(entry.size).0,
    }
}

/// The central entry of a file.
pub fn central_entry(entry: &Entry<'_>) -> Vec<u8> {
    let values = central_zip64(entry.size, entry.start);
    let record = Record::default().u32(CENTRAL_ENTRY).u16(MADE_BY);
    let mut record = common(record, entry, zip64_length(values))
        .u16(0) // no comment
        .u16(0) // disk
        .u16(INTERNAL_ATTRIBUTES)
        .u32(EXTERNAL_ATTRIBUTES)
        .u32(narrow(entry.start))
        .bytes(entry.path.as_bytes());
    if values > 0 {
        record = record.u16(ZIP64_TAG).u16(8 * values as u16);
    }
    if entry.size >= MARK {
        record = record.u64(entry.size).u64(entry.size); // unpacked, packed
    }
    if entry.start >= MARK {
        record = record.u64(entry.start);
    }
    record.0
}

/// The records after a central directory of `length` bytes at `start`.
pub fn end(files: u64, start: u64, length: u64) -> Vec<u8> {
    let mut record = Record::default();
    if end_length(start, length) > END_BYTES {
        record = record
            .u32(ZIP64_END)
            .u64(ZIP64_END_BYTES - 12) // bytes after this field
            .u16(MADE_BY)
            .u16(VERSION_ZIP64)
            .u32(0) // this disk
            .u32(0) // disk of the directory
            .u64(files) // on this disk
            .u64(files)
            .u64(length)
            .u64(start)
            .u32(ZIP64_LOCATOR)
            .u32(0) // disk of the zip64 end record
            .u64(start + length)
            .u32(1); // disks
    }
    record
        .u32(END)
        .u16(0) // this disk
        .u16(0) // disk of the directory
        .u16(files as u16) // below 0xFFFF, see above
        .u16(files as u16)
        .u32(narrow(length))
        .u32(narrow(start))
        .u16(0) // no comment
        .0
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: FatTime = FatTime { date: 0x5D77, time: 0x6000 };

    #[test]
    fn lengths_are_those_of_the_records() {
        for size in [0, 1, MARK - 1, MARK] {
            for start in [0, MARK - 1, MARK, MARK + 1] {
                let entry = Entry { path: "a/b.c", size, start, issued: ISSUED, crc32: 7 };
                let local = local_header_length(entry.path, size);
                assert_eq!(local_header(&entry).len() as u64, local);
                let central = central_entry_length(entry.path, size, start);
                assert_eq!(central_entry(&entry).len() as u64, central);
                assert_eq!(end(9, start, size).len() as u64, end_length(start, size));
            }
        }
    }

    #[test]
    fn local_header_has_every_field_at_its_offset() {
        let entry = Entry { path: "x", size: 0x0102, start: 5, issued: ISSUED, crc32: 0x1122_3344 };
        let expected = [
            b"PK\x03\x04".as_slice(),
            &[10, 0, 0, 0, 0, 0, 0x00, 0x60, 0x77, 0x5D, 0x44, 0x33, 0x22, 0x11],
            &[2, 1, 0, 0, 2, 1, 0, 0, 1, 0, 0, 0, b'x'],
        ]
        .concat();
        assert_eq!(local_header(&entry), expected);
        assert_eq!(expected[LOCAL_CRC..LOCAL_CRC + 4], [0x44, 0x33, 0x22, 0x11]);
    }

    #[test]
    fn zip64_fields_hold_what_does_not_fit() {
        let entry = Entry { path: "x", size: MARK, start: MARK + 1, issued: ISSUED, crc32: 0 };
        let local = local_header(&entry);
        assert_eq!(local[18..26], [0xFF; 8]);
        assert_eq!(local[31..35], [1, 0, 16, 0]);
        let central = central_entry(&entry);
        assert_eq!(central[42..46], [0xFF; 4]);
        assert_eq!(central[47..51], [1, 0, 24, 0]);
        assert_eq!(central[67..75], (MARK + 1).to_le_bytes());
        assert_eq!(local[4], 45);
        assert_eq!(central[6], 45);
    }
}
