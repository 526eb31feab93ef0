//! Bad zips by name (rows 11, 12 and 18 of docs/THREATS.md).

use std::path::Path;

use super::bundle::{Entry, Zip};
use super::{DrillError, unsuitable};
use crate::store::Existing;
use crate::store::atomic::{parent_and_name, write_atomic};
use crate::store::folder::Access;

/// What makes the bad bytes. `payload` is the path of a file of the release.
pub type Spoil = fn(Zip, payload: &str) -> Result<Vec<u8>, DrillError>;

/// One bad zip.
pub struct Fault {
    /// Its name, for a command line.
    pub name: &'static str,
    /// The row of docs/THREATS.md.
    pub row: u8,
    /// What was done to it.
    pub what: &'static str,
    /// Does it.
    pub spoil: Spoil,
}

/// Every bad zip.
#[rustfmt::skip] // One line a fault: it is read as a table.
pub const FAULTS: [Fault; 26] = [
    Fault { name: "bit-in-payload", row: 11, what: "one bit of a file flipped", spoil: bit },
    Fault { name: "file-missing", row: 12, what: "a file left out", spoil: missing },
    Fault { name: "file-truncated", row: 12, what: "a file one byte shorter", spoil: truncated },
    Fault { name: "file-longer", row: 12, what: "a file one byte longer", spoil: longer },
    Fault { name: "file-replaced", row: 12, what: "other content of the same size", spoil: replaced },
    Fault { name: "folder-in-place", row: 12, what: "a folder in the place of a file", spoil: folder_in_place },
    Fault { name: "extra-file", row: 13, what: "a file more", spoil: |zip, _| with(zip, "autorun.inf") },
    Fault { name: "parent-path", row: 18, what: "a name that leads out of the folder", spoil: |zip, _| with(zip, "../../evil.exe") },
    Fault { name: "parent-path-windows", row: 18, what: "the same as Windows writes it", spoil: |zip, _| with(zip, "..\\..\\evil.exe") },
    Fault { name: "absolute-path", row: 18, what: "a name that begins at the root", spoil: |zip, _| with(zip, "/etc/evil") },
    Fault { name: "drive-path", row: 18, what: "a name that begins with a drive", spoil: |zip, _| with(zip, "C:\\evil.exe") },
    Fault { name: "link", row: 18, what: "a symbolic link", spoil: |zip, _| link(zip) },
    Fault { name: "double-name", row: 18, what: "one name twice, with two contents", spoil: double_name },
    Fault { name: "double-name-without-case", row: 18, what: "one name twice, in two cases", spoil: |zip, path| with(zip, &path.to_ascii_uppercase()) },
    Fault { name: "two-directories", row: 18, what: "a second directory with another payload", spoil: two_directories },
    Fault { name: "other-local-name", row: 18, what: "a header with another name than the directory's", spoil: other_local_name },
    Fault { name: "other-local-size", row: 18, what: "a header with another size than the directory's", spoil: other_local_size },
    Fault { name: "bomb", row: 18, what: "a file that unpacks to 256 MiB of zeros", spoil: bomb },
    Fault { name: "encrypted", row: 18, what: "a file said to be encrypted", spoil: encrypted },
    Fault { name: "zip64-sizes-lie", row: 18, what: "a zip64 field with 2^62 bytes", spoil: zip64_sizes },
    Fault { name: "zip64-counts-lie", row: 18, what: "a zip64 end record with 2^63 entries", spoil: zip64_counts },
    Fault { name: "bytes-before", row: 18, what: "a program before the first file", spoil: bytes_before },
    Fault { name: "bytes-between", row: 18, what: "bytes between two files", spoil: bytes_between },
    Fault { name: "bytes-behind", row: 18, what: "bytes behind the end", spoil: |zip, _| Ok([zip.print(), b"behind".to_vec()].concat()) },
    Fault { name: "bytes-appended", row: 25, what: "a program appended to a signed file", spoil: appended },
    Fault { name: "comment", row: 18, what: "a comment", spoil: comment },
];

/// Bytes of zeros that the bomb unpacks to.
pub const BOMB_BYTES: u32 = 256 << 20;

/// The fault of this name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

/// Makes the bad zip `bad` of the good zip `good`.
pub fn spoil(fault: &Fault, good: &Path, bad: &Path, payload: &str) -> Result<(), DrillError> {
    let zip = Zip::read(good)?;
    let before = zip.print();
    let bytes = (fault.spoil)(zip, payload)?;
    if bytes == before {
        return Err(unsuitable("nothing was changed"));
    }
    let (folder, name) = parent_and_name(bad)?;
    Ok(write_atomic(&folder, &name, &bytes, Access::Everyone, Existing::Refuse)?)
}

/// One file more, at the end.
fn with(mut zip: Zip, name: &str) -> Result<Vec<u8>, DrillError> {
    let like = zip.entries.first().ok_or_else(|| unsuitable("an empty zip"))?;
    let entry = Entry::file(like, name, b"MZ evil".to_vec());
    zip.entries.push(entry);
    Ok(zip.print())
}

/// The checksums of the zip are made to fit.
fn bit(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let mut data = entry.data.clone();
    let middle = data.len() / 2;
    *data.get_mut(middle).ok_or_else(|| unsuitable("an empty file"))? ^= 4;
    entry.set_data(data);
    Ok(zip.print())
}

fn appended(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let data = [&entry.data[..], b"MZ appended"].concat();
    entry.set_data(data);
    Ok(zip.print())
}

fn missing(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    zip.entry(path)?;
    zip.entries.retain(|entry| entry.central.name != path.as_bytes());
    Ok(zip.print())
}

fn truncated(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let mut data = entry.data.clone();
    data.pop();
    entry.set_data(data);
    Ok(zip.print())
}

fn longer(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let data = [&entry.data[..], b"!"].concat();
    entry.set_data(data);
    Ok(zip.print())
}

fn replaced(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let data = entry.data.iter().map(|byte| !byte).collect();
    entry.set_data(data);
    Ok(zip.print())
}

fn folder_in_place(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    entry.central.name.push(b'/');
    entry.attributes = 0x10;
    entry.set_data(Vec::new());
    Ok(zip.print())
}

fn link(mut zip: Zip) -> Result<Vec<u8>, DrillError> {
    let like = zip.entries.first().ok_or_else(|| unsuitable("an empty zip"))?;
    let mut entry = Entry::file(like, "PAYLOAD/link", b"/etc".to_vec());
    (entry.made_by, entry.attributes) = (3 << 8 | 20, 0xA1FF << 16);
    zip.entries.push(entry);
    Ok(zip.print())
}

fn double_name(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = Entry::file(zip.entry(path)?, path, b"MZ evil".to_vec());
    zip.entries.push(entry);
    Ok(zip.print())
}

/// The good directory stays where it was; another one with its end record
/// follows, whose payload is other bytes, which lie between the two.
fn two_directories(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let mut bytes = zip.print();
    let evil = zip.entries.iter().map(|entry| match entry.central.name == path.as_bytes() {
        true => Entry::file(entry, path, entry.data.iter().map(|byte| !byte).collect()),
        false => entry.clone(),
    });
    zip.entries = evil.collect();
    let mut starts = Vec::new();
    for entry in &zip.entries {
        starts.push(bytes.len() as u32);
        let alone = Zip { entries: vec![entry.clone()], ..Zip::default() }.print();
        let record = 30 + entry.local.name.len() + entry.local.extra.len() + entry.data.len();
        bytes.extend(&alone[..record]);
    }
    let directory = zip.directory(&starts);
    let end = zip.end(bytes.len() as u32, directory.len() as u32);
    bytes.extend(directory);
    bytes.extend(end);
    Ok(bytes)
}

fn other_local_name(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let name = &mut zip.entry(path)?.local.name;
    let last = name.len() - 1;
    name[last] = b'_';
    Ok(zip.print())
}

fn other_local_size(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let local = &mut zip.entry(path)?.local;
    local.size = local.size.wrapping_sub(1);
    Ok(zip.print())
}

/// The payload is the bomb: a reader that unpacks what it checks fills up.
fn bomb(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let data = packed_zeros(BOMB_BYTES);
    let mut crc32 = crc32fast::Hasher::new();
    let zeros = vec![0; 1 << 20];
    (0..BOMB_BYTES >> 20).for_each(|_| crc32.update(&zeros));
    let crc32 = crc32.finalize();
    let entry = zip.entry(path)?;
    entry.set_data(data);
    (entry.central.method, entry.central.size, entry.central.crc32) = (8, BOMB_BYTES, crc32);
    entry.local = entry.central.clone();
    Ok(zip.print())
}

/// `count` zeros as one deflate block with fixed codes (RFC 1951, 3.2.6): a
/// literal 0, then "258 bytes from one byte back" again and again.
fn packed_zeros(count: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b1, 1); // last block
    bits.push(0b01, 2); // fixed codes
    let repeats = count.saturating_sub(1) / 258;
    (0..count - repeats * 258).for_each(|_| bits.push_code(0x30, 8)); // literal 0
    for _ in 0..repeats {
        bits.push_code(0b1100_0101, 8); // length 258
        bits.push_code(0, 5); // distance 1
    }
    bits.push_code(0, 7); // end
    bits.bytes
}

/// Bits, lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) << (self.used % 8)) as u8;
            }
            self.used += 1;
        }
    }

    /// A Huffman code: its highest bit comes first.
    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}

fn encrypted(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    entry.central.flags |= 1;
    entry.local.flags |= 1;
    Ok(zip.print())
}

fn zip64_sizes(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    let entry = zip.entry(path)?;
    let huge = (1_u64 << 62).to_le_bytes();
    entry.central.extra = [&[1, 0, 16, 0][..], &huge, &huge].concat();
    (entry.central.size, entry.central.packed) = (u32::MAX, u32::MAX);
    entry.local = entry.central.clone();
    Ok(zip.print())
}

fn zip64_counts(mut zip: Zip, _: &str) -> Result<Vec<u8>, DrillError> {
    let huge = (1_u64 << 63).to_le_bytes();
    let mut record = b"PK\x06\x06".to_vec();
    record.extend(44_u64.to_le_bytes());
    record.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for _ in 0..4 {
        record.extend(huge);
    }
    record.extend(b"PK\x06\x07\0\0\0\0");
    record.extend(huge);
    record.extend(1_u32.to_le_bytes());
    zip.zip64 = record;
    Ok(zip.print())
}

fn bytes_before(zip: Zip, _: &str) -> Result<Vec<u8>, DrillError> {
    // As self-extracting zips are: offsets count from the zip's own start.
    Ok([b"MZ a program".to_vec(), zip.print()].concat())
}

fn bytes_between(mut zip: Zip, path: &str) -> Result<Vec<u8>, DrillError> {
    zip.entry(path)?.before = b"between".to_vec();
    Ok(zip.print())
}

fn comment(mut zip: Zip, _: &str) -> Result<Vec<u8>, DrillError> {
    zip.comment = b"checked, all good".to_vec();
    Ok(zip.print())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_zeros_end_on_a_whole_byte_and_shrink_a_thousandfold() {
        let packed = packed_zeros(BOMB_BYTES);
        assert!(packed.len() < BOMB_BYTES as usize / 100, "{}", packed.len());
        assert_eq!(packed[0] & 0b111, 0b011);
    }

    #[test]
    fn names_of_faults_are_distinct() {
        let names: std::collections::BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
        assert_eq!(names.len(), FAULTS.len());
    }
}
