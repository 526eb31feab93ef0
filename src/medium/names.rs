//! 8.3 names, their aliases, and long-name entries.
//!
//! A name that is already an upper-case 8.3 name is stored as it is and takes
//! one entry. Any other takes a long name and an alias with a numeric tail.
//! Release paths cannot contain `~`, so an alias never meets a real name.
//!
//! **Alias.** Stem: the name in upper case up to its last dot (the whole name
//! where the only dot is the first character), all dots dropped. Extension: up
//! to three characters after the last dot. The alias is the stem cut to
//! `7 - digits` characters, `~`, a number of `digits` digits without leading
//! zeros, and the extension. Numbers are handed out in canonical order, for
//! each folder anew: each cut stem and extension counts 1 to 9 first; when
//! those are used up the stem is cut by one more character and counts 10 to
//! 99, and so on to six digits. An alias tells its cut stem, its number and so
//! its counter, which is why no two counters can produce the same alias and no
//! search is needed.
//!
//! Source: Microsoft FAT specification 1.03, sections 6 and 7 (long names).

use std::collections::HashMap;

/// An 8.3 name as a directory holds it, padded with spaces.
pub type ShortName = [u8; 11];

/// Bytes of a directory entry.
pub const SLOT: usize = 32;
/// Characters (UTF-16 units) in one long-name entry.
const LONG_UNITS: usize = 13;
/// Where those units lie in the entry.
const LONG_OFFSETS: [usize; LONG_UNITS] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/// Attribute that marks a long-name entry.
pub const ATTRIBUTE_LONG_NAME: u8 = 0x0F;
/// Set in the number of the last long-name entry, which is stored first.
const LAST_LONG_ENTRY: u8 = 0x40;
/// Most digits of an alias: one character of the stem remains beside `~`.
const MAX_TAIL_DIGITS: u32 = 6;

/// The stored name where `name` already is an upper-case 8.3 name.
pub fn plain_short_name(name: &str) -> Option<ShortName> {
    let (stem, extension) = match name.split_once('.') {
        Some((stem, extension)) if !extension.is_empty() => (stem, extension),
        Some(_) => return None,
        None => (name, ""),
    };
    let allowed = |b: u8| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-');
    let fits = (1..=8).contains(&stem.len())
        && extension.len() <= 3
        && stem.bytes().chain(extension.bytes()).all(allowed);
    fits.then(|| padded(stem.as_bytes(), extension.as_bytes()))
}

/// Hands out the aliases of one folder, in canonical order.
#[derive(Default)]
pub struct Aliases {
    /// Next number for a cut stem with an extension, and a number of digits.
    next: HashMap<(ShortName, u32), u32>,
}

impl Aliases {
    /// The alias of the next `name`, in at most six steps whatever came
    /// before. `None` only after 999,999 names, more than a folder can hold.
    pub fn next(&mut self, name: &str) -> Option<ShortName> {
        let (stem, extension) = stem_and_extension(name);
        let mut first = 1_u32;
        for digits in 1..=MAX_TAIL_DIGITS {
            let beyond = first * 10;
            let cut = &stem[..stem.len().min(7 - digits as usize)];
            let number = self.next.entry((padded(cut, &extension), digits)).or_insert(first);
            if *number < beyond {
                let alias = format!("~{number}");
                *number += 1;
                let tailed = [cut, alias.as_bytes()].concat();
                return Some(padded(&tailed, &extension));
            }
            first = beyond;
        }
        None
    }
}

/// Stem and extension that an alias is made from, upper case, without dots.
fn stem_and_extension(name: &str) -> (Vec<u8>, Vec<u8>) {
    let upper = name.to_ascii_uppercase();
    let trimmed = upper.trim_start_matches('.');
    let (stem, extension) = trimmed.rsplit_once('.').unwrap_or((trimmed, ""));
    let without_dots = |text: &str, longest: usize| -> Vec<u8> {
        text.bytes().filter(|b| *b != b'.').take(longest).collect()
    };
    (without_dots(stem, 8), without_dots(extension, 3))
}

/// Stem and extension side by side, padded with spaces.
fn padded(stem: &[u8], extension: &[u8]) -> ShortName {
    let mut name = [b' '; 11];
    for (target, byte) in name.iter_mut().zip(stem.iter().take(8)) {
        *target = *byte;
    }
    for (target, byte) in name.iter_mut().skip(8).zip(extension) {
        *target = *byte;
    }
    name
}

/// The checksum that binds long-name entries to their 8.3 entry (section 7.2).
pub fn checksum(short: &ShortName) -> u8 {
    short.iter().fold(0, |sum: u8, byte| sum.rotate_right(1).wrapping_add(*byte))
}

/// How many long-name entries `name` takes. ASCII: one unit a byte.
pub fn long_entry_count(name: &str) -> usize {
    name.len().div_ceil(LONG_UNITS)
}

/// The long-name entries of an ASCII `name` in the order in which they are
/// stored: last part first, padded with one 0000 and then FFFF.
pub fn long_entries(name: &str, short: &ShortName) -> Vec<[u8; SLOT]> {
    let checksum = checksum(short);
    let bytes = name.as_bytes();
    let count = long_entry_count(name);
    let mut entries = Vec::with_capacity(count);
    for (index, part) in bytes.chunks(LONG_UNITS).enumerate().rev() {
        let mut slot = [0_u8; SLOT];
        // Names have at most 255 characters, so at most 20 parts.
        slot[0] = (index + 1) as u8 | if index + 1 == count { LAST_LONG_ENTRY } else { 0 };
        slot[11] = ATTRIBUTE_LONG_NAME;
        slot[13] = checksum;
        for (position, offset) in LONG_OFFSETS.iter().enumerate() {
            let unit = match part.get(position) {
                Some(byte) => u16::from(*byte),
                None if position == part.len() => 0x0000,
                None => 0xFFFF,
            };
            slot[*offset..*offset + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entries.push(slot);
    }
    entries
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn upper_case_eight_three_names_are_stored_as_they_are() {
        assert_eq!(plain_short_name("README.TXT"), Some(*b"README  TXT"));
        assert_eq!(plain_short_name("SEAL"), Some(*b"SEAL       "));
        assert_eq!(plain_short_name("A-_9.B"), Some(*b"A-_9    B  "));
        assert_eq!(plain_short_name("ABCDEFGH.IJK"), Some(*b"ABCDEFGHIJK"));
    }

    #[test]
    fn every_other_name_takes_a_long_name() {
        for name in [
            "readme.txt",
            "README.txt",
            "ABCDEFGHI",
            "A.HTML",
            "A.B.C",
            ".A",
            "A.",
            "",
            "A B",
            "SHA256SUMS",
        ] {
            assert_eq!(plain_short_name(name), None, "{name}");
        }
    }

    #[test]
    fn alias_cuts_stem_and_extension() {
        let alias = |name: &str| Aliases::default().next(name).unwrap();
        assert_eq!(&alias("manifest.json"), b"MANIFE~1JSO");
        assert_eq!(&alias("a"), b"A~1        ");
        assert_eq!(&alias("1.json"), b"1~1     JSO");
        assert_eq!(&alias(".profile"), b"PROFIL~1   ");
        assert_eq!(&alias("..a.b"), b"A~1     B  ");
        assert_eq!(&alias("a.b.c.d"), b"ABC~1   D  ");
        assert_eq!(&alias("SHA256SUMS.0123456789ABCDEF.minisig"), b"SHA256~1MIN");
    }

    #[test]
    fn alias_number_grows_and_takes_characters_from_the_stem() {
        let mut aliases = Aliases::default();
        let all: Vec<ShortName> =
            (0..1000).map(|n| aliases.next(&format!("prefix-{n}")).unwrap()).collect();
        assert_eq!(&all[0], b"PREFIX~1   ");
        assert_eq!(&all[8], b"PREFIX~9   ");
        assert_eq!(&all[9], b"PREFI~10   ");
        assert_eq!(&all[98], b"PREFI~99   ");
        assert_eq!(&all[99], b"PREF~100   ");
        assert_eq!(&all[999], b"PRE~1000   ");
    }

    #[test]
    fn aliases_of_stems_that_meet_when_cut_stay_apart() {
        let mut aliases = Aliases::default();
        let mut seen = HashSet::new();
        let stems = ["abcdef", "abcdeg", "abcde", "abcd", "abc", "ab", "a"];
        for round in 0..1500 {
            for stem in stems {
                let alias = aliases.next(&format!("{stem}_{round}.long")).unwrap();
                assert!(seen.insert(alias), "{stem} {round}");
                let alias = aliases.next(stem).unwrap();
                assert!(seen.insert(alias), "{stem} {round}");
            }
        }
    }

    #[test]
    fn checksum_is_the_specifications() {
        // Rotate right, add: worked by hand for "A" and ten spaces.
        let mut sum = 0_u8;
        for byte in b"A          " {
            sum = (if sum & 1 == 1 { 0x80 } else { 0 } + (sum >> 1)).wrapping_add(*byte);
        }
        assert_eq!(checksum(b"A          "), sum);
        assert_eq!(checksum(b"           "), 0xF7);
    }

    #[test]
    fn long_entries_are_stored_last_part_first_and_padded() {
        let entries = long_entries("LocalRunManagerSecurity.msi", b"LOCALR~1MSI");
        assert_eq!(entries.len(), 3);
        assert_eq!(entries.iter().map(|entry| entry[0]).collect::<Vec<_>>(), [0x43, 2, 1]);
        assert_eq!(&entries[2][1..11], b"L\0o\0c\0a\0l\0");
        assert_eq!(&entries[0][1..11], b"i\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF");
        assert_eq!(&entries[0][28..], [0xFF; 4]);
        let exact = long_entries("abcdefghijklm", b"ABCDEF~1   ");
        assert_eq!(exact.len(), 1);
        assert_eq!(&exact[0][28..], b"l\0m\0", "no room, no terminator");
    }
}
