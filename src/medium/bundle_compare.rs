//! Compares a bundle with its plan: one sequential read.
//!
//! Purpose: explain every byte. A local header holds the CRC-32 of data that
//! has not been read yet, so it is kept, the data is hashed, and then the
//! header must be what we would have written; in the end directory and end
//! records likewise, and nothing may follow. No size, offset or name that the
//! bundle claims is ever followed.
//!
//! Invariants: reads forward only, at most [`MAX_AFTER_END`] bytes past the
//! planned end, in memory that does not depend on the bundle. Where a file's
//! data is wrong its right CRC is not known: then the header's own CRC is
//! taken, and the directory must repeat it. [`BundleComparison::is_exact`] only
//! after every byte was read and none differed.

use std::fmt;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::bundle::BundlePlan;
use super::bundle_format as format;
use super::compare::{Tap, TapError};
use super::difference::{MAX_DIFFERENCES, SAMPLE_BYTES};
use super::input::Input;
use super::tree::Content;
use crate::seal::names::escape;

/// Bytes read past the planned end to say how many there are; what is longer
/// (an endless source) is "at least" so many.
pub const MAX_AFTER_END: u64 = 16 << 20;

/// Ranges of one record closer than this are one: a field and its neighbour.
const RECORD_GAP: u64 = 8;

/// A part of the bundle, as a report names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleRegion {
    /// The header before a file.
    LocalHeader {
        /// The file's path.
        path: String,
    },
    /// A sealed file. Its hash alone is known, so the whole file is named.
    FileData {
        /// Its path.
        path: String,
    },
    /// A file of the seal, whose bytes are known.
    SealFile {
        /// Its path.
        path: String,
    },
    /// The entry of a file in the central directory.
    CentralDirectory {
        /// The file's path.
        path: String,
    },
    /// The records after the central directory.
    End,
    /// Bytes after the end.
    AfterEnd,
    /// The bundle ends before it should: from its end to the planned one.
    Missing,
}

impl fmt::Display for BundleRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LocalHeader { path } => write!(f, "header of {}", escape(path)),
            Self::FileData { path } => write!(f, "file {}", escape(path)),
            Self::SealFile { path } => write!(f, "seal file {}", escape(path)),
            Self::CentralDirectory { path } => write!(f, "directory entry of {}", escape(path)),
            Self::End => write!(f, "end record"),
            Self::AfterEnd => write!(f, "after the end"),
            Self::Missing => write!(f, "missing part of the bundle"),
        }
    }
}

/// A range of bytes that is not as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleDifference {
    /// What lies there.
    pub region: BundleRegion,
    /// First differing byte. Of a sealed file: its first byte.
    pub start: u64,
    /// Bytes to the last differing one. Of a sealed file: its size.
    pub length: u64,
    /// The planned bytes from `start` on, at most 16; none for a sealed file
    /// and where nothing was planned.
    pub expected: Vec<u8>,
    /// The bytes found from `start` on, at most 16; none where none were.
    pub found: Vec<u8>,
}

/// What came of a comparison.
#[derive(Debug)]
#[must_use]
pub struct BundleComparison {
    /// Ranges that differ, by offset; at most [`MAX_DIFFERENCES`].
    pub differences: Vec<BundleDifference>,
    /// Ranges that differ beyond the list's limit.
    pub unlisted: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Where reading failed, in bytes from the start, and why. What lies
    /// behind it was not looked at.
    pub read_error: Option<(u64, io::Error)>,
}

impl BundleComparison {
    /// True where every byte was read and none differs.
    pub fn is_exact(&self) -> bool {
        self.differences.is_empty() && self.unlisted == 0 && self.read_error.is_none()
    }
}

impl BundlePlan {
    /// Compares the bytes of `reader`, from the first, with this plan.
    /// `progress` is told the bytes read so far.
    pub fn compare(
        &self,
        reader: &mut dyn Read,
        tap: &mut dyn Tap,
        progress: &mut dyn FnMut(u64),
    ) -> Result<BundleComparison, TapError> {
        let bound = self.bytes().saturating_add(MAX_AFTER_END);
        let mut pass = Pass {
            plan: self,
            input: Input::new(reader, bound, progress),
            at: 0,
            tap,
            differences: Vec::new(),
            unlisted: 0,
        };
        let mut crc32 = Vec::with_capacity(self.files().len());
        let mut complete = true;
        for index in 0..self.files().len() {
            match pass.file(index)? {
                Some(crc) => crc32.push(crc),
                None => {
                    complete = false;
                    break;
                }
            }
        }
        complete = complete && pass.directory(&crc32);
        if complete {
            pass.after_end();
        } else if pass.input.error.is_none() {
            let (start, region) = (pass.at, BundleRegion::Missing);
            let length = self.bytes().saturating_sub(start);
            pass.push(region, start, length, &[], &[]);
        }
        pass.differences.sort_by_key(|difference| difference.start);
        Ok(BundleComparison {
            differences: pass.differences,
            unlisted: pass.unlisted,
            bytes_read: pass.input.read,
            read_error: pass.input.error.map(|error| (pass.input.read, error)),
        })
    }
}

/// What a file's data came to.
#[derive(Clone, Copy)]
enum Data {
    /// As planned, with this CRC.
    Right(u32),
    /// Not as planned; its right CRC is not known.
    Wrong,
    /// The bundle ended or failed within it.
    Ended,
}

/// One pass over a bundle.
struct Pass<'a> {
    plan: &'a BundlePlan,
    input: Input<'a>,
    /// Bytes taken from the input.
    at: u64,
    tap: &'a mut dyn Tap,
    differences: Vec<BundleDifference>,
    unlisted: u64,
}

impl Pass<'_> {
    /// Header and data of file `index`; the CRC that the directory must have.
    /// `None` where the bundle ended or failed before.
    fn file(&mut self, index: usize) -> Result<Option<u32>, TapError> {
        let plan = self.plan;
        let spec = &plan.files()[index];
        let start = self.at;
        let length = format::local_header_length(&spec.path, spec.size);
        let header = self.record(length);
        let data = match header.len() as u64 == length {
            true => self.data(index)?,
            false => Data::Ended,
        };
        let mut claimed = [0; 4];
        let found = header.iter().skip(format::LOCAL_CRC);
        claimed.iter_mut().zip(found).for_each(|(byte, found)| *byte = *found);
        let crc32 = match data {
            Data::Right(crc32) => crc32,
            Data::Wrong | Data::Ended => u32::from_le_bytes(claimed),
        };
        let expected = format::local_header(&plan.entry(index, crc32));
        let region = || BundleRegion::LocalHeader { path: spec.path.clone() };
        self.compare(region, start, &expected, &header);
        Ok((!matches!(data, Data::Ended)).then_some(crc32))
    }

    /// The data of file `index`.
    fn data(&mut self, index: usize) -> Result<Data, TapError> {
        let plan = self.plan;
        let spec = &plan.files()[index];
        let start = self.at;
        let mut known = plan.known(index);
        let mut hash = Sha256::new();
        let mut crc32 = crc32fast::Hasher::new();
        let mut left = spec.size;
        while left > 0 {
            let at = self.at;
            let bytes = self.input.next(left);
            if bytes.is_empty() {
                return Ok(Data::Ended);
            }
            self.at += bytes.len() as u64;
            left -= bytes.len() as u64;
            self.tap
                .file_bytes(index, bytes)
                .map_err(|source| TapError { path: spec.path.clone(), source })?;
            match &mut known {
                None => {
                    hash.update(bytes);
                    crc32.update(bytes);
                }
                Some(rest) => {
                    let (expected, after) =
                        rest.split_at_checked(bytes.len()).unwrap_or((rest, &[]));
                    *rest = after;
                    if expected != bytes {
                        let found = bytes.to_vec();
                        let region = || BundleRegion::SealFile { path: spec.path.clone() };
                        self.compare(region, at, expected, &found);
                    }
                }
            }
        }
        match &spec.content {
            Content::Known(bytes) => Ok(Data::Right(crc32fast::hash(bytes))),
            Content::Hashed(expected) => {
                let found: [u8; 32] = hash.finalize().into();
                if found == *expected {
                    return Ok(Data::Right(crc32.finalize()));
                }
                let region = BundleRegion::FileData { path: spec.path.clone() };
                self.push(region, start, spec.size, &[], &[]);
                Ok(Data::Wrong)
            }
        }
    }

    /// The next `length` bytes, fewer at the end.
    fn record(&mut self, length: u64) -> Vec<u8> {
        let mut record = Vec::new();
        while (record.len() as u64) < length {
            let bytes = self.input.next(length - record.len() as u64);
            if bytes.is_empty() {
                break;
            }
            record.extend_from_slice(bytes);
        }
        self.at += record.len() as u64;
        record
    }

    /// Central directory and end records. False where the bundle ended or
    /// failed before.
    fn directory(&mut self, crc32: &[u32]) -> bool {
        let plan = self.plan;
        for (index, crc32) in crc32.iter().enumerate() {
            let start = self.at;
            let expected = format::central_entry(&plan.entry(index, *crc32));
            let found = self.record(expected.len() as u64);
            let path = || plan.files()[index].path.clone();
            let region = || BundleRegion::CentralDirectory { path: path() };
            self.compare(region, start, &expected, &found);
            if found.len() < expected.len() {
                return false;
            }
        }
        let start = self.at;
        let expected = plan.end();
        let found = self.record(expected.len() as u64);
        self.compare(|| BundleRegion::End, start, &expected, &found);
        found.len() == expected.len()
    }

    /// What follows the end.
    fn after_end(&mut self) {
        let start = self.at;
        let mut sample = Vec::new();
        loop {
            let bytes = self.input.next(u64::MAX);
            if bytes.is_empty() {
                break;
            }
            let wanted = SAMPLE_BYTES - sample.len();
            sample.extend(bytes.iter().take(wanted));
            self.at += bytes.len() as u64;
        }
        let length = self.at - start;
        if length > 0 {
            self.push(BundleRegion::AfterEnd, start, length, &[], &sample);
        }
    }

    /// Compares what was found of a record, from byte `start` on.
    fn compare(
        &mut self,
        region: impl Fn() -> BundleRegion,
        start: u64,
        expected: &[u8],
        found: &[u8],
    ) {
        if expected.starts_with(found) {
            return;
        }
        let mut open: Option<(usize, usize)> = None;
        for (at, (wanted, byte)) in expected.iter().zip(found).enumerate() {
            if wanted == byte {
                continue;
            }
            match &mut open {
                Some((_, end)) if ((at - *end) as u64) < RECORD_GAP => *end = at + 1,
                _ => {
                    if let Some(range) = open.replace((at, at + 1)) {
                        self.push_range(region(), start, range, expected, found);
                    }
                }
            }
        }
        if let Some(range) = open {
            self.push_range(region(), start, range, expected, found);
        }
    }

    fn push_range(
        &mut self,
        region: BundleRegion,
        start: u64,
        (from, to): (usize, usize),
        expected: &[u8],
        found: &[u8],
    ) {
        let sample = |bytes: &[u8]| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest[..rest.len().min(SAMPLE_BYTES)].to_vec()
        };
        let length = (to - from) as u64;
        self.push(region, start + from as u64, length, &sample(expected), &sample(found));
    }

    fn push(
        &mut self,
        region: BundleRegion,
        start: u64,
        length: u64,
        expected: &[u8],
        found: &[u8],
    ) {
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(BundleDifference {
                region,
                start,
                length,
                expected: expected.to_vec(),
                found: found.to_vec(),
            });
        } else {
            self.unlisted += 1;
        }
    }
}

#[cfg(test)]
#[path = "bundle_compare_tests.rs"]
mod tests;
