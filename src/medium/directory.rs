//! Directory entries: what a folder's clusters hold.
//!
//! One form for each kind of entry, with nothing optional: NT case byte and
//! tenths of seconds zero, all times the release's own, long name only where
//! the 8.3 name does not say it.
//!
//! Source: Microsoft FAT specification 1.03, section 6.

use super::names::{self, ATTRIBUTE_LONG_NAME, SLOT, ShortName};
use super::time::FatTime;

/// Attribute of files: archive.
pub const ATTRIBUTE_FILE: u8 = 0x20;
/// Attribute of folders.
pub const ATTRIBUTE_FOLDER: u8 = 0x10;
/// Attribute of the volume label.
pub const ATTRIBUTE_LABEL: u8 = 0x08;
/// First byte of a deleted entry.
pub const DELETED: u8 = 0xE5;
/// Offset of the attributes.
pub const OFFSET_ATTRIBUTES: usize = 11;
/// Offset of the access date, two bytes.
pub const OFFSET_ACCESS_DATE: usize = 18;
/// Offset of the upper half of the first cluster, two bytes.
pub const OFFSET_CLUSTER_HIGH: usize = 20;
/// Offset of the lower half of the first cluster, two bytes.
pub const OFFSET_CLUSTER_LOW: usize = 26;
/// Offset of the size, four bytes.
pub const OFFSET_SIZE: usize = 28;
/// The name of a folder's entry for itself.
pub const DOT: ShortName = *b".          ";
/// The name of a folder's entry for the folder above.
pub const DOT_DOT: ShortName = *b"..         ";

/// An 8.3 entry. `cluster` is 0 for an empty file, for the label, and for `..`
/// where the folder above is the root.
pub fn short_entry(
    name: &ShortName,
    attributes: u8,
    time: FatTime,
    cluster: u32,
    size: u32,
) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..11].copy_from_slice(name);
    slot[OFFSET_ATTRIBUTES] = attributes;
    // 12 NT case byte, 13 tenths of the creation time: zero.
    slot[14..16].copy_from_slice(&time.time.to_le_bytes());
    slot[16..18].copy_from_slice(&time.date.to_le_bytes());
    slot[18..20].copy_from_slice(&time.date.to_le_bytes());
    slot[20..22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
    slot[22..24].copy_from_slice(&time.time.to_le_bytes());
    slot[24..26].copy_from_slice(&time.date.to_le_bytes());
    slot[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
    slot[28..32].copy_from_slice(&size.to_le_bytes());
    slot
}

/// Appends the entries of `name`: long-name entries where `short` does not
/// already say it, then the 8.3 entry.
pub fn push_entries(target: &mut Vec<u8>, name: &str, short: &ShortName, entry: &[u8; SLOT]) {
    if names::plain_short_name(name).is_none() {
        for slot in names::long_entries(name, short) {
            target.extend_from_slice(&slot);
        }
    }
    target.extend_from_slice(entry);
}

/// How many entries `name` takes.
pub fn slots(name: &str) -> u64 {
    match names::plain_short_name(name) {
        Some(_) => 1,
        None => 1 + names::long_entry_count(name) as u64,
    }
}

/// True for the 8.3 entry of a sealed file or folder: not free, not deleted,
/// no part of a long name, not the label, not `.` or `..`.
pub fn is_named_entry(slot: &[u8]) -> bool {
    let (Some(first), Some(attributes)) = (slot.first(), slot.get(OFFSET_ATTRIBUTES)) else {
        return false;
    };
    !matches!(*first, 0 | DELETED | b'.')
        && *attributes != ATTRIBUTE_LONG_NAME
        && attributes & ATTRIBUTE_LABEL == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_entry_has_every_field_at_its_offset() {
        let time = FatTime { date: 0x1234, time: 0x5678 };
        let entry = short_entry(b"README  TXT", 0x20, time, 0x0ABC_DEF0, 0x1122_3344);
        let expected = [
            b"README  TXT".as_slice(),
            &[0x20, 0, 0, 0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xBC, 0x0A],
            &[0x78, 0x56, 0x34, 0x12, 0xF0, 0xDE, 0x44, 0x33, 0x22, 0x11],
        ]
        .concat();
        assert_eq!(entry.as_slice(), expected);
    }

    #[test]
    fn named_entries_are_files_and_folders_only() {
        let time = FatTime { date: 0, time: 0 };
        let entry = |name: &ShortName, attributes| short_entry(name, attributes, time, 0, 0);
        assert!(is_named_entry(&entry(b"README  TXT", ATTRIBUTE_FILE)));
        assert!(is_named_entry(&entry(b"SEAL       ", ATTRIBUTE_FOLDER)));
        assert!(!is_named_entry(&entry(b"LABEL      ", ATTRIBUTE_LABEL)));
        assert!(!is_named_entry(&entry(&DOT, ATTRIBUTE_FOLDER)));
        assert!(!is_named_entry(&entry(&DOT_DOT, ATTRIBUTE_FOLDER)));
        assert!(!is_named_entry(&entry(b"\xE5NE     TXT", ATTRIBUTE_FILE)));
        let long = names::long_entries("readme", b"README~1   ");
        assert!(!is_named_entry(&long[0]));
        assert!(!is_named_entry(&[0; SLOT]));
        assert!(!is_named_entry(&[]));
    }
}
