//! Directory entries of a FAT volume: names, long and short.
//!
//! Long names are put together exactly as `fatfs` does it, so that a difference
//! between the two readers means something; what does not fit is noticed by the
//! walk and never believed.
//!
//! Source: Microsoft FAT specification 1.03, sections 6 and 7.

use super::listing::name_of;

/// Bytes of a directory entry.
pub(super) const SLOT: usize = 32;
/// First byte of a deleted entry.
pub(super) const DELETED: u8 = 0xE5;
/// What stands for a real first byte 0xE5.
pub(super) const REALLY_E5: u8 = 0x05;
/// All four low bits: part of a long name.
pub(super) const LONG: u8 = 0x0F;
/// Order byte of a long entry: the last part, which comes first.
pub(super) const LAST_PART: u8 = 0x40;
/// Characters of a long entry, and where they are.
pub(super) const LONG_UNITS: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// Where an entry lies.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub sector: u64,
    pub byte: u64,
}

/// Parts of a long name, in the order in which they stand: the last first.
#[derive(Default)]
pub(super) struct LongName {
    pub begun: Option<Spot>,
    /// Number of the part that was added last; 1 is the first part.
    part: u8,
    checksum: u8,
    units: Vec<u16>,
}

impl LongName {
    /// True where `slot` is the next part, or the first of a new name after
    /// none.
    pub fn continues(&self, slot: &[u8; SLOT]) -> bool {
        let part = slot[0] & 0x1F;
        if self.begun.is_none() {
            return true;
        }
        slot[0] & LAST_PART == 0 && part != 0 && part + 1 == self.part && slot[13] == self.checksum
    }

    /// Adds a part; one that does not fit begins nothing and leaves a trace in
    /// `begun` alone.
    pub fn add(&mut self, slot: &[u8; SLOT], spot: Spot) {
        let part = slot[0] & 0x1F;
        let is_last = slot[0] & LAST_PART != 0;
        let fits = self.part != 0 && self.begun.is_some();
        self.begun.get_or_insert(spot);
        if part == 0 || (!is_last && !fits) {
            self.part = 0;
            return;
        }
        self.part = part;
        self.checksum = slot[13];
        let units = LONG_UNITS.map(|at| u16::from_le_bytes([slot[at], slot[at + 1]]));
        self.units.splice(0..0, units);
    }

    /// The name, where all parts are there and belong to this short entry.
    pub fn name_for(&mut self, slot: &[u8; SLOT]) -> Option<Vec<u16>> {
        let sum = slot[..11].iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
        if self.part != 1 || sum != self.checksum {
            return None;
        }
        let end = self.units.iter().rposition(|unit| !matches!(unit, 0 | 0xFFFF))?;
        Some(self.units[..=end].to_vec())
    }
}

/// A long name as text; half surrogates as `\xNN\xNN`, big end first.
pub(super) fn long_text(units: &[u16]) -> (String, bool) {
    let mut text = String::new();
    let mut plain = true;
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(c) => {
                let (name, is_text) = name_of(c.encode_utf8(&mut [0; 4]).as_bytes(), true);
                text.push_str(&name);
                plain &= is_text;
            }
            Err(error) => {
                let [high, low] = error.unpaired_surrogate().to_be_bytes();
                text.push_str(&format!("\\x{high:02x}\\x{low:02x}"));
                plain = false;
            }
        }
    }
    (text, plain)
}

/// The 8.3 name with its dot; `lower` heeds the bits for lower case.
pub(super) fn short_name(slot: &[u8; SLOT], lower: bool) -> Vec<u8> {
    let part = |bytes: &[u8], bit: u8| {
        let end = bytes.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        let mut part = bytes[..end].to_vec();
        if lower && slot[12] & bit != 0 {
            part.make_ascii_lowercase();
        }
        part
    };
    let mut name = part(&slot[..8], 0x08);
    let extension = part(&slot[8..11], 0x10);
    if !extension.is_empty() {
        name.push(b'.');
        name.extend(extension);
    }
    if lower && name.first() == Some(&REALLY_E5) {
        name[0] = DELETED;
    }
    name
}
