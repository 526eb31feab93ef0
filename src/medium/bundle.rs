//! The bundle: a release as one zip file, in one form only.
//!
//! Purpose: the same closed set of files as on a medium, for a download or a
//! shared folder. We write it ourselves and render it again beside the one
//! that is checked, so a byte before, between or after the files, a second
//! directory, another order or a field that disagrees is a difference, whatever
//! a zip reader would make of it.
//!
//! Invariants: canonical order (`SEAL` first, then by bytes); every file
//! stored; no data descriptors, folder entries, comments or second spellings;
//! all times the release's `issued`; zip64 fields exactly where a value is
//! 0xFFFFFFFF or more. Everything but the CRC-32 values follows from the plan,
//! and these follow from the files.
//!
//! | file | what it does |
//! | --- | --- |
//! | `bundle` | the plan: what lies where |
//! | `bundle_format` | headers, directory and end records, every constant |
//! | `bundle_render` | writes a bundle to a sink |
//! | `bundle_compare` | reads one and explains every byte |
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10.

use super::bundle_format::{self as format, Entry};
use super::error::PlanError;
use super::time::FatTime;
use super::tree::{Content, FileSpec, Tree};

pub use super::bundle_compare::{BundleComparison, BundleDifference, BundleRegion};
pub use super::bundle_render::BundleError;

/// A bundle whose layout is settled; its CRCs are not known yet.
#[derive(Clone, Debug)]
pub struct BundlePlan {
    issued: FatTime,
    files: Vec<FileSpec>,
    /// Offset of each file's local header.
    starts: Vec<u64>,
    /// Offset and length of the central directory.
    central: (u64, u64),
    bytes: u64,
}

impl BundlePlan {
    /// Checks, orders and lays out `files`, with the rules of a medium: what
    /// cannot lie on a key is no bundle either.
    pub fn new(issued: FatTime, files: Vec<FileSpec>) -> Result<Self, PlanError> {
        let files = Tree::new(files)?.files;
        // At most 12,048 files of 2^32 bytes: far below 2^64.
        let mut plan = Self {
            issued,
            starts: Vec::with_capacity(files.len()),
            files,
            central: (0, 0),
            bytes: 0,
        };
        let mut at = 0;
        for file in &plan.files {
            plan.starts.push(at);
            at += format::local_header_length(&file.path, file.size) + file.size;
        }
        let mut length = 0;
        for (file, start) in plan.files.iter().zip(&plan.starts) {
            length += format::central_entry_length(&file.path, file.size, *start);
        }
        plan.central = (at, length);
        plan.bytes = at + length + format::end_length(at, length);
        Ok(plan)
    }

    /// Bytes of the whole bundle.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The files in canonical order, as a medium of the same release has them.
    pub fn files(&self) -> &[FileSpec] {
        &self.files
    }

    /// Offset of the first byte of file `index`.
    pub fn data_start(&self, index: usize) -> Option<u64> {
        let file = self.files.get(index)?;
        Some(self.starts.get(index)? + format::local_header_length(&file.path, file.size))
    }

    /// What both headers of file `index` say. Callers stay below the number of
    /// files.
    pub(super) fn entry(&self, index: usize, crc32: u32) -> Entry<'_> {
        Entry {
            path: &self.files[index].path,
            size: self.files[index].size,
            start: self.starts[index],
            issued: self.issued,
            crc32,
        }
    }

    /// The records after the central directory.
    pub(super) fn end(&self) -> Vec<u8> {
        let (start, length) = self.central;
        format::end(self.files.len() as u64, start, length)
    }

    /// The bytes of file `index`, where they are known.
    pub(super) fn known(&self, index: usize) -> Option<&[u8]> {
        match &self.files.get(index)?.content {
            Content::Known(bytes) => Some(bytes),
            Content::Hashed(_) => None,
        }
    }

    /// Offset of the central directory.
    pub fn central_start(&self) -> u64 {
        self.central.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(files: Vec<FileSpec>) -> BundlePlan {
        BundlePlan::new(FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(), files).unwrap()
    }

    #[test]
    fn layout_follows_from_names_and_sizes() {
        let plan = plan(vec![
            FileSpec::hashed("b", 7, [0; 32]),
            FileSpec::known("SEAL/x", b"12345".to_vec()),
        ]);
        let paths: Vec<&str> = plan.files().iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["SEAL/x", "b"]);
        assert_eq!(plan.data_start(0), Some(30 + 6));
        assert_eq!(plan.data_start(1), Some(36 + 5 + 30 + 1));
        assert_eq!(plan.data_start(2), None);
        let central = 36 + 5 + 31 + 7;
        assert_eq!(plan.central_start(), central);
        assert_eq!(plan.bytes(), central + (46 + 6) + (46 + 1) + 22);
    }

    #[test]
    fn bundle_without_files_is_an_end_record() {
        let plan = plan(Vec::new());
        assert_eq!(plan.bytes(), 22);
        assert_eq!(&plan.end()[..4], b"PK\x05\x06");
    }

    #[test]
    fn zip64_begins_at_exactly_2_to_the_32_minus_1() {
        const MARK: u64 = 0xFFFF_FFFF;
        // The largest file without: 2^32 - 2 bytes.
        let below = plan(vec![FileSpec::hashed("a", MARK - 1, [0; 32])]);
        assert_eq!(below.data_start(0), Some(31));
        // The data ends behind 4 GiB, so the directory's offset needs zip64.
        assert_eq!(below.bytes(), 31 + MARK - 1 + 47 + 56 + 20 + 22);
        let at = plan(vec![FileSpec::hashed("a", MARK, [0; 32])]);
        assert_eq!(at.data_start(0), Some(31 + 20));
        assert_eq!(at.bytes(), 51 + MARK + (47 + 20) + 56 + 20 + 22);
    }

    #[test]
    fn offset_of_a_file_needs_zip64_at_exactly_2_to_the_32_minus_1() {
        const MARK: u64 = 0xFFFF_FFFF;
        for (size, extra) in [(MARK - 32, 0), (MARK - 31, 12)] {
            let plan =
                plan(vec![FileSpec::hashed("a", size, [0; 32]), FileSpec::hashed("b", 0, [0; 32])]);
            assert_eq!(plan.entry(1, 0).start, 31 + size);
            let entry = plan.entry(1, 0);
            assert_eq!(format::central_entry(&entry).len(), 47 + extra);
            // Version 4.5 in both headers, the field in the central one only.
            let header = format::local_header(&entry);
            assert_eq!(header.len(), 31);
            assert_eq!(header[4], if extra == 0 { 10 } else { 45 });
        }
    }

    #[test]
    fn offset_of_the_directory_needs_zip64_at_exactly_2_to_the_32_minus_1() {
        const MARK: u64 = 0xFFFF_FFFF;
        let below = plan(vec![FileSpec::hashed("a", MARK - 32, [0; 32])]);
        assert_eq!((below.central_start(), below.end().len()), (MARK - 1, 22));
        let at = plan(vec![FileSpec::hashed("a", MARK - 31, [0; 32])]);
        assert_eq!((at.central_start(), at.end().len()), (MARK, 98));
    }
}
