//! Compares a medium or an image with its plan: one sequential read.
//!
//! Purpose: explain every byte. Structures are compared with what the plan
//! renders, sealed files are hashed, all else must be zero; nothing is masked,
//! nothing is looked up on the medium itself, so no chain, loop or size that
//! the medium claims is ever followed.
//!
//! Invariants: reads forward only and never past the bound that the caller's
//! [`Beyond`] sets, in memory that does not depend on the medium; a comparison
//! [`is_exact`](Comparison::is_exact) only after every byte was read and none
//! differed.

use std::fmt;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::difference::{Difference, Differences, Place, SAMPLE_BYTES};
use super::fat::SECTOR;
use super::input::Input;
use super::os_changes::{Changes, OsChanges};
use super::plan::Plan;
use super::region::Region;
use super::segment::{Fill, Part, Segment, Structure};
use super::sink::{PIECE, ZEROS};
use super::tree::Content;

/// What must follow the volume's last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing: an image file ends there. Up to 256 KiB are read to see.
    MustEnd,
    /// Zeros up to the device's end: a whole medium.
    MustBeZero {
        /// Bytes of the whole device; never more are read.
        device_bytes: u64,
    },
    /// Zeros up to where reading ends: a whole medium that does not tell its
    /// size. Where nothing more comes is its end; an error is none.
    MustBeZeroToItsEnd {
        /// No device is larger: one that goes on is not a disk.
        most_bytes: u64,
    },
    /// Anything; it is not read: the volume alone.
    Ignore,
}

/// Sees the bytes of every file while they pass, in order.
pub trait Tap {
    /// The next bytes of file `index` (in [`Plan::files`]). They are not yet
    /// proved: the comparison's end decides. Not called for empty files.
    fn file_bytes(&mut self, index: usize, bytes: &[u8]) -> io::Result<()>;
}

/// Lets all bytes pass.
pub struct NoTap;

impl Tap for NoTap {
    fn file_bytes(&mut self, _index: usize, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// The tap refused bytes, so the comparison was given up.
#[derive(Debug)]
pub struct TapError {
    /// Path of the file whose bytes were refused.
    pub path: String,
    /// The tap's reason.
    pub source: io::Error,
}

impl fmt::Display for TapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = crate::seal::names::escape(&self.path);
        write!(f, "keeping the bytes of {path}: {}", self.source)
    }
}

impl std::error::Error for TapError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// What came of a comparison.
#[derive(Debug)]
#[must_use]
pub struct Comparison {
    /// Ranges that differ, by offset.
    pub differences: Vec<Difference>,
    /// Ranges that differ beyond the list's limit.
    pub unlisted: u64,
    /// Bytes read from the medium.
    pub bytes_read: u64,
    /// Where reading failed, in bytes from LBA 0, and why. What lies behind it
    /// was not looked at.
    pub read_error: Option<(u64, io::Error)>,
    /// Present where something differs and all of it is what an operating
    /// system does to a key that was mounted writable.
    pub os_changes: Option<OsChanges>,
}

impl Comparison {
    /// True where every byte was read and none differs.
    pub fn is_exact(&self) -> bool {
        self.differences.is_empty() && self.unlisted == 0 && self.read_error.is_none()
    }
}

impl Plan {
    /// Compares the bytes of `reader`, from LBA 0, with this plan. `progress`
    /// is told the bytes read so far.
    pub fn compare(
        &self,
        reader: &mut dyn Read,
        beyond: Beyond,
        tap: &mut dyn Tap,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Comparison, TapError> {
        let bound = match beyond {
            Beyond::MustEnd => self.bytes().saturating_add(PIECE as u64),
            Beyond::MustBeZero { device_bytes } => device_bytes,
            Beyond::MustBeZeroToItsEnd { most_bytes } => most_bytes,
            Beyond::Ignore => self.bytes(),
        };
        let mut pass = Pass {
            plan: self,
            input: Input::new(reader, bound, progress),
            tap,
            differences: Differences::new(),
            changes: Changes::default(),
        };
        if pass.volume()? {
            pass.after_volume(beyond);
        } else if pass.input.error.is_none() {
            pass.missing(self.bytes(), Region::Missing);
        }
        let Pass { input, differences, changes, .. } = pass;
        let os_changes = match (&input.error, differences.is_empty()) {
            (None, false) => changes.classify(self),
            _ => None,
        };
        let (differences, unlisted) = differences.into_parts();
        Ok(Comparison {
            differences,
            unlisted,
            bytes_read: input.read,
            read_error: input.error.map(|error| (input.read, error)),
            os_changes,
        })
    }
}

/// One pass over a medium.
struct Pass<'a> {
    plan: &'a Plan,
    input: Input<'a>,
    tap: &'a mut dyn Tap,
    differences: Differences,
    changes: Changes,
}

impl Pass<'_> {
    /// Compares the volume. False where the medium ended or failed before.
    fn volume(&mut self) -> Result<bool, TapError> {
        for segment in self.plan.segments() {
            let complete = match (segment.fill, segment.part) {
                (Fill::Hashed, Part::File(index)) => self.hashed(&segment, index)?,
                (Fill::Known, Part::File(index)) => self.known(&segment, index)?,
                (Fill::Structure, part) => self.structure(&segment, self.plan.structure(part)),
                _ => self.zeros(&segment),
            };
            if !complete {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A file whose hash is known.
    fn hashed(&mut self, segment: &Segment, index: usize) -> Result<bool, TapError> {
        let spec = &self.plan.files()[index];
        let mut hash = Sha256::new();
        let mut left = segment.length;
        while left > 0 {
            let bytes = self.input.next(left);
            if bytes.is_empty() {
                return Ok(false);
            }
            hash.update(bytes);
            self.tap
                .file_bytes(index, bytes)
                .map_err(|source| TapError { path: spec.path.clone(), source })?;
            left -= bytes.len() as u64;
        }
        let found: [u8; 32] = hash.finalize().into();
        if !matches!(spec.content, Content::Hashed(expected) if expected == found) {
            self.changes.disqualify();
            self.differences.push(Difference {
                region: self.plan.region(segment.part, 0),
                start: segment.start,
                length: segment.length.next_multiple_of(SECTOR),
                expected: Vec::new(),
                found: Vec::new(),
            });
        }
        Ok(true)
    }

    /// A file whose bytes are known.
    fn known(&mut self, segment: &Segment, index: usize) -> Result<bool, TapError> {
        let mut rest = self.plan.known_bytes(index);
        let mut left = segment.length;
        while left > 0 {
            let found = self.input.next(left);
            if found.is_empty() {
                return Ok(false);
            }
            self.tap.file_bytes(index, found).map_err(|source| TapError {
                path: self.plan.files()[index].path.clone(),
                source,
            })?;
            let (expected, after) = rest.split_at_checked(found.len()).unwrap_or((rest, &[]));
            if expected != found {
                self.changes.disqualify();
                let at = place(segment, segment.length - left);
                self.differences.compare(self.plan, at, Some(expected), found);
            }
            rest = after;
            left -= found.len() as u64;
        }
        Ok(true)
    }

    /// A structure of the file system.
    fn structure(&mut self, segment: &Segment, mut structure: Structure<'_>) -> bool {
        let mut left = segment.length;
        while left > 0 {
            let found = self.input.next(left);
            if found.is_empty() {
                return false;
            }
            let expected = structure.next(found.len());
            if expected != found {
                let at = place(segment, segment.length - left);
                self.differences.compare(self.plan, at, Some(expected), found);
                self.changes.note(segment.part, at.start, Some(expected), found);
            }
            left -= found.len() as u64;
        }
        true
    }

    /// What must be zero within the volume.
    fn zeros(&mut self, segment: &Segment) -> bool {
        let mut left = segment.length;
        while left > 0 {
            let found = self.input.next(left);
            if found.is_empty() {
                return false;
            }
            if !is_zero(found) {
                let at = place(segment, segment.length - left);
                self.differences.compare(self.plan, at, None, found);
                self.changes.note(segment.part, at.start, None, found);
            }
            left -= found.len() as u64;
        }
        true
    }

    /// What follows the volume.
    fn after_volume(&mut self, beyond: Beyond) {
        let start = self.plan.bytes();
        match beyond {
            Beyond::Ignore => {}
            Beyond::MustEnd => {
                let (mut sample, mut start) = (Vec::new(), start);
                loop {
                    let found = self.input.next(u64::MAX);
                    if found.is_empty() {
                        break;
                    }
                    let wanted = SAMPLE_BYTES - sample.len();
                    sample.extend(found.iter().take(wanted));
                    start += found.len() as u64;
                }
                if !sample.is_empty() {
                    self.changes.disqualify();
                    self.differences.push(Difference {
                        region: Region::AfterVolume,
                        start: self.plan.bytes(),
                        length: start - self.plan.bytes(),
                        expected: Vec::new(),
                        found: sample,
                    });
                }
            }
            Beyond::MustBeZero { device_bytes } => {
                let end = self.zeros_to_the_end(start);
                if end < device_bytes && self.input.error.is_none() {
                    self.missing(device_bytes, Region::MissingAfterVolume);
                }
            }
            Beyond::MustBeZeroToItsEnd { most_bytes } => {
                if self.zeros_to_the_end(start) >= most_bytes {
                    self.input.error = Some(io::Error::other("it does not end"));
                }
            }
        }
    }

    /// What must be zero from `start` on; returns where it ended.
    fn zeros_to_the_end(&mut self, mut start: u64) -> u64 {
        loop {
            let found = self.input.next(u64::MAX);
            if found.is_empty() {
                return start;
            }
            if !is_zero(found) {
                self.changes.disqualify();
                let at = Place { start, offset: 0, part: None };
                self.differences.compare(self.plan, at, None, found);
            }
            start += found.len() as u64;
        }
    }

    /// The medium ended before `end`.
    fn missing(&mut self, end: u64, region: Region) {
        self.changes.disqualify();
        let start = self.input.read;
        self.differences.push(Difference {
            region,
            start,
            length: end.saturating_sub(start),
            expected: Vec::new(),
            found: Vec::new(),
        });
    }
}

/// Where byte `offset` of a segment lies.
fn place(segment: &Segment, offset: u64) -> Place {
    Place { start: segment.start + offset, offset, part: Some(segment.part) }
}

/// True where all bytes are zero. Compares with a run of zeros that stays in
/// the first-level cache: the library's comparison uses the widest registers.
fn is_zero(bytes: &[u8]) -> bool {
    bytes.chunks(ZEROS.len()).all(|piece| piece == &ZEROS[..piece.len()])
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
