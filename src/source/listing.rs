//! What a reader says is in a source: entries, and remarks on what is odd.
//!
//! Purpose: all of it, never only the first; and bounded, so that a source
//! made to fill the memory ends in a remark. Names are kept without loss: what
//! is no text, or holds the separator, stands there as `\xNN`, which no path
//! of a release can contain, so it is never taken for one.

use std::collections::HashMap;

use super::remark::Limit;
pub use super::remark::Remark;

/// Entries that are listed: 12,048 files of a medium, each in seven folders of
/// its own, are 96,384; rounded up.
pub const MAX_ENTRIES: usize = 100_000;

/// Bytes of all paths together: 96,384 of at most 150 bytes, rounded up.
pub const MAX_PATH_BYTES: usize = 16 << 20;

/// Folders within folders that are looked into, twice what a release may have:
/// what lies deeper is one remark.
pub const MAX_DEPTH: usize = 16;

/// Remarks that are listed; one more says how many there were. More than a
/// person reads.
pub const MAX_REMARKS: usize = 1_000;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File {
        /// Its size in bytes, as the source says.
        size: u64,
    },
    /// A folder.
    Folder,
    /// A symbolic link, which is not followed.
    SymbolicLink,
    /// A device node, pipe, socket or anything else.
    Special,
}

/// Attributes that FAT and Windows keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Not to be written.
    pub read_only: bool,
    /// Not shown by a file manager.
    pub hidden: bool,
    /// Of the operating system.
    pub system: bool,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path from the source's root, `/` between names. Raw: escape it where it
    /// is shown.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// First and last LBA, on media; of a file in pieces, of its first piece.
    pub sectors: Option<(u64, u64)>,
    /// Attributes, where the source keeps them and we know them.
    pub attributes: Option<Attributes>,
}

impl Entry {
    /// True for a file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }
}

/// What a reader says is in a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Every entry, sorted by the bytes of its path. One that stands there
    /// twice is listed twice.
    pub entries: Vec<Entry>,
    /// Everything odd.
    pub remarks: Vec<Remark>,
}

impl Listing {
    /// True where `path`, or what is below it, lies in a folder that could not be
    /// looked into: that it is not listed does not say that it is not there.
    pub fn hides(&self, path: &str) -> bool {
        self.remarks.iter().any(|remark| match remark {
            Remark::Unread { path: folder, .. } if folder.is_empty() => true,
            Remark::Unread { path: folder, .. } => {
                path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            _ => false,
        })
    }
}

/// The limit of a listing was reached; a remark says so.
#[derive(Debug)]
pub(super) struct Full;

/// Gathers a listing within its limits.
#[derive(Default)]
pub(super) struct Gatherer {
    listing: Listing,
    path_bytes: usize,
    unlisted: usize,
}

impl Gatherer {
    /// Adds an entry.
    pub fn entry(&mut self, entry: Entry) -> Result<(), Full> {
        self.path_bytes = self.path_bytes.saturating_add(entry.path.len());
        if self.listing.entries.len() >= MAX_ENTRIES || self.path_bytes > MAX_PATH_BYTES {
            let limit = Limit::Entries(self.listing.entries.len());
            self.remark(Remark::GivenUp { limit });
            return Err(Full);
        }
        if let Some(attributes) = entry.attributes.filter(|set| *set != Attributes::default()) {
            self.remark(Remark::MarkedEntry { path: entry.path.clone(), attributes });
        }
        let trimmed = |name: &str| name.ends_with(['.', ' ']) && name != "." && name != "..";
        if entry.path.split('/').any(trimmed) {
            self.remark(Remark::TrimmedName { path: entry.path.clone() });
        }
        self.listing.entries.push(entry);
        Ok(())
    }

    /// Adds a remark; beyond the limit it is counted.
    pub fn remark(&mut self, remark: Remark) {
        // One place stays free for the count.
        if self.listing.remarks.len() < MAX_REMARKS - 1 {
            self.listing.remarks.push(remark);
        } else {
            self.unlisted += 1;
        }
    }

    /// The listing, sorted, with double names remarked.
    pub fn finish(mut self) -> Listing {
        self.listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
        let mut doubles = Vec::new();
        let mut seen: HashMap<String, &str> = HashMap::with_capacity(self.listing.entries.len());
        for entry in &self.listing.entries {
            match seen.insert(entry.path.to_lowercase(), &entry.path) {
                Some(other) if doubles.len() <= MAX_REMARKS => doubles.push(Remark::DoubleName {
                    path: entry.path.clone(),
                    other: other.to_string(),
                }),
                _ => {}
            }
        }
        doubles.into_iter().for_each(|remark| self.remark(remark));
        if self.unlisted > 0 {
            let limit = Limit::Remarks(self.unlisted);
            self.listing.remarks.push(Remark::GivenUp { limit });
        }
        self.listing
    }
}

/// A name as part of a path: itself if it is text, else with the bytes that
/// are none as `\xNN`. `separator` is false where `/` cannot be in a name and
/// parts the components. The second value is true where nothing was replaced.
pub(super) fn name_of(raw: &[u8], separator: bool) -> (String, bool) {
    let plain = |text: &&str| !(text.contains('\0') || (separator && text.contains('/')));
    if let Some(name) = std::str::from_utf8(raw).ok().filter(plain) {
        return (name.to_string(), true);
    }
    let mut name = String::with_capacity(raw.len());
    let mut plain = true;
    let hex = |name: &mut String, byte: u8| name.push_str(&format!("\\x{byte:02x}"));
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\0' || (separator && c == '/') {
                hex(&mut name, c as u8);
                plain = false;
            } else {
                name.push(c);
            }
        }
        for byte in chunk.invalid() {
            hex(&mut name, *byte);
            plain = false;
        }
    }
    (name, plain)
}

/// A path from a folder's and a name.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder.is_empty() {
        true => name.to_string(),
        false => [folder, "/", name].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Entry {
        let kind = EntryKind::File { size: 1 };
        Entry { path: path.to_string(), kind, sectors: None, attributes: None }
    }

    fn listing(entries: Vec<Entry>) -> Listing {
        let mut gatherer = Gatherer::default();
        for entry in entries {
            gatherer.entry(entry).unwrap();
        }
        gatherer.finish()
    }

    #[test]
    fn names_that_are_no_text_keep_their_bytes() {
        assert_eq!(name_of(b"a\xFFb", true), ("a\\xffb".to_string(), false));
        assert_eq!(name_of(b"a/b\0", true), ("a\\x2fb\\x00".to_string(), false));
        assert_eq!(name_of(b"a/b", false), ("a/b".to_string(), true));
        assert_eq!(name_of("é".as_bytes(), true), ("é".to_string(), true));
    }

    #[test]
    fn entries_are_sorted_and_doubles_without_case_remarked() {
        let listing = listing(vec![file("b"), file("A"), file("a"), file("b")]);
        let paths: Vec<&str> = listing.entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["A", "a", "b", "b"]);
        let double = |path: &str, other: &str| Remark::DoubleName {
            path: path.to_string(),
            other: other.to_string(),
        };
        assert_eq!(listing.remarks, [double("a", "A"), double("b", "b")]);
    }

    #[test]
    fn names_that_windows_trims_are_remarked() {
        let listing = listing(vec![file("a."), file("b /c"), file(".d"), file("e f")]);
        let trimmed = |path: &str| Remark::TrimmedName { path: path.to_string() };
        assert_eq!(listing.remarks, [trimmed("a."), trimmed("b /c")]);
    }

    #[test]
    fn listing_ends_at_its_limits_and_says_so() {
        let mut gatherer = Gatherer::default();
        let mut added = 0;
        while gatherer.entry(file(&added.to_string())).is_ok() {
            added += 1;
        }
        assert_eq!(added, MAX_ENTRIES);
        let listing = gatherer.finish();
        assert!(matches!(&listing.remarks[..], [Remark::GivenUp { .. }]));
        let mut gatherer = Gatherer::default();
        let long = "n".repeat(MAX_PATH_BYTES / 2);
        assert!(gatherer.entry(file(&long)).is_ok());
        assert!(gatherer.entry(file(&long)).is_ok());
        assert!(gatherer.entry(file("x")).is_err());
    }

    #[test]
    fn remarks_beyond_the_limit_are_counted() {
        let mut gatherer = Gatherer::default();
        for _ in 0..MAX_REMARKS + 9 {
            gatherer.remark(Remark::TwoReaders { path: String::new() });
        }
        let listing = gatherer.finish();
        assert_eq!(listing.remarks.len(), MAX_REMARKS);
        let last = listing.remarks.last().unwrap().to_string();
        assert_eq!(last, "given up: 10 more remarks");
    }

    #[test]
    fn remarks_are_escaped() {
        let remark = Remark::NotText { path: "\u{1b}[31mx\u{202e}".to_string() };
        assert_eq!(remark.to_string(), "name that is no text: \\u{1b}[31mx\\u{202e}");
    }
}
