//! Differences between a medium and its plan: found, joined, counted.
//!
//! A report names the first byte and the length of each range that differs.
//! An overwritten area agrees with zeros here and there by chance, so ranges
//! of one part that are close together are joined; the list has a limit and
//! what goes beyond it is counted, so a medium of garbage costs no memory.

use super::plan::Plan;
use super::region::Region;
use super::segment::{Field, Part};

/// Ranges that are listed; the rest is counted. More than a person reads, and
/// at most some hundred KiB.
pub const MAX_DIFFERENCES: usize = 1_000;

/// Bytes shown of each side.
pub const SAMPLE_BYTES: usize = 16;

/// Ranges of a structure closer than this are one: a directory entry.
const STRUCTURE_GAP: u64 = 32;

/// Ranges in what should be zero that are closer than this are one: a sector.
const ZEROS_GAP: u64 = 512;

/// A range of bytes that is not as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What lies there.
    pub region: Region,
    /// First differing byte, from LBA 0. Of a sealed file: its first byte.
    pub start: u64,
    /// Bytes to the last differing one. Of a sealed file: its whole sectors.
    pub length: u64,
    /// The planned bytes from `start` on, at most 16; none for a sealed file,
    /// where a hash is all that is known, and after the volume.
    pub expected: Vec<u8>,
    /// The bytes found from `start` on, at most 16; none where none were.
    pub found: Vec<u8>,
}

impl Difference {
    /// The sector of the first byte, from LBA 0.
    pub fn first_sector(&self) -> u64 {
        self.start / super::fat::SECTOR
    }

    /// The sector of the last byte, from LBA 0.
    pub fn last_sector(&self) -> u64 {
        (self.start + self.length.max(1) - 1) / super::fat::SECTOR
    }
}

/// Gathers differences in rising order of their offsets.
pub(super) struct Differences {
    listed: Vec<Difference>,
    unlisted: u64,
    /// The range that may still grow: what it lies in, and its end.
    open: Option<(Spot, u64)>,
}

impl Differences {
    pub fn new() -> Self {
        Self { listed: Vec::new(), unlisted: 0, open: None }
    }

    /// Differing ranges so far.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    pub fn into_parts(self) -> (Vec<Difference>, u64) {
        (self.listed, self.unlisted)
    }

    /// Adds a range as it is, without joining.
    pub fn push(&mut self, difference: Difference) {
        self.open = None;
        self.list(difference);
    }

    fn list(&mut self, difference: Difference) {
        if self.listed.len() < MAX_DIFFERENCES {
            self.listed.push(difference);
        } else {
            self.unlisted += 1;
        }
    }

    /// Compares two runs of one length that begin at byte `start` of the
    /// medium and `offset` of their segment; they are known to differ.
    /// `expected` is `None` where all zeros are planned.
    pub fn compare(&mut self, plan: &Plan, at: Place, expected: Option<&[u8]>, found: &[u8]) {
        const STEP: usize = 512;
        for (step, piece) in found.chunks(STEP).enumerate() {
            let from = step * STEP;
            match expected {
                None => {
                    // Only first and last matter: the gap is a whole sector.
                    let first = piece.iter().position(|byte| *byte != 0);
                    let last = piece.iter().rposition(|byte| *byte != 0);
                    if let (Some(first), Some(last)) = (first, last) {
                        let from = from + first;
                        self.range(plan, at, from, last - first + 1, None, found);
                    }
                }
                Some(expected) => {
                    let planned = expected.get(from..).unwrap_or_default();
                    if planned.starts_with(piece) {
                        continue;
                    }
                    for (index, (wanted, byte)) in planned.iter().zip(piece).enumerate() {
                        if wanted != byte {
                            self.range(plan, at, from + index, 1, Some(expected), found);
                        }
                    }
                }
            }
        }
    }

    /// Notes that `length` bytes from `from` differ.
    fn range(
        &mut self,
        plan: &Plan,
        at: Place,
        from: usize,
        length: usize,
        expected: Option<&[u8]>,
        found: &[u8],
    ) {
        let start = at.start + from as u64;
        let end = start + length as u64;
        let gap = if expected.is_some() { STRUCTURE_GAP } else { ZEROS_GAP };
        let spot = at.spot(from);
        if let Some((open_spot, open_end)) = &mut self.open
            && *open_spot == spot
            && start < *open_end + gap
        {
            *open_end = end;
            // Past the limit the range is counted and no longer grows.
            if self.unlisted == 0
                && let Some(last) = self.listed.last_mut()
            {
                last.length = end - last.start;
            }
            return;
        }
        let sample = |bytes: &[u8]| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest[..rest.len().min(SAMPLE_BYTES)].to_vec()
        };
        let found = sample(found);
        let expected = expected.map_or_else(|| vec![0; found.len()], sample);
        self.open = Some((spot, end));
        self.list(Difference {
            region: at.region(plan, from),
            start,
            length: length as u64,
            expected,
            found,
        });
    }
}

/// Where a run of bytes lies.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Offset from LBA 0.
    pub start: u64,
    /// Offset from the first byte of the segment.
    pub offset: u64,
    /// The segment's part; `None` after the volume.
    pub part: Option<Part>,
}

/// What a byte lies in, cheaply comparable.
type Spot = Option<(Part, Field)>;

impl Place {
    fn spot(&self, from: usize) -> Spot {
        let part = self.part?;
        Some((part, Field::of(part, self.offset + from as u64)))
    }

    fn region(&self, plan: &Plan, from: usize) -> Region {
        match self.part {
            Some(part) => plan.region(part, self.offset + from as u64),
            None => Region::AfterVolume,
        }
    }
}
