//! What lies where a zip's directory points: local headers, data, and the bytes
//! between them.
//!
//! Purpose: the directory is one claim and a header before the data another; both
//! must say the same, and every byte before the directory must be of one entry.
//! What does not becomes a remark.
//!
//! Invariants: no header is looked for past the end; data is told for stored,
//! plain files alone, and only within the zip.
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.4.4.

use std::io;

use super::central::{Claim, End, Fields, Kind, MARK, bytes_at};
use super::listing::{Gatherer, Remark};
use super::oddity::Oddity;
use super::positioned::ReadAt;

/// Signature of a local header, and its bytes without the variable parts.
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
/// Flag bits: encrypted, sizes after the data, strong encryption.
const ENCRYPTED: u16 = 1 | 1 << 6;
const DESCRIPTOR: u16 = 1 << 3;

/// Looks at the local header of an entry, and finds its data.
pub(super) fn header(
    source: &dyn ReadAt,
    length: u64,
    end: &End,
    claim: &mut Claim,
    gatherer: &mut Gatherer,
) -> io::Result<()> {
    let path = claim.path.clone();
    let mut odd = |what| gatherer.remark(Remark::ZipEntry { path: path.clone(), what });
    if claim.flags & ENCRYPTED != 0 {
        odd(Oddity::Encrypted);
    }
    if claim.method != 0 {
        odd(Oddity::Packed);
    } else if claim.size != claim.packed {
        odd(Oddity::TwoSizes);
    }
    match claim.kind {
        Kind::Folder => odd(Oddity::EntryForFolder),
        Kind::Link => odd(Oddity::EntryForLink),
        Kind::Special => odd(Oddity::EntryForSpecial),
        Kind::File => {}
    }
    if claim.flags & DESCRIPTOR != 0 {
        odd(Oddity::SizesAfterData);
    }
    let start = claim.start.saturating_add(end.shift);
    // Past the end nothing is asked of the system: it refuses offsets that no
    // file has, and that would be taken for a disk that cannot be read.
    if start >= length {
        odd(Oddity::NoHeader);
        return Ok(());
    }
    let header = bytes_at(source, start, LOCAL_BYTES + claim.raw_name.len())?;
    if !header.starts_with(&LOCAL_HEADER) {
        odd(Oddity::NoHeader);
        return Ok(());
    }
    let fields = Fields(&header);
    let (name, extra) = (u64::from(fields.u16(26)), u64::from(fields.u16(28)));
    let data = start + LOCAL_BYTES as u64 + name + extra;
    let narrow = |value: u64| value.min(MARK);
    let sizes = (fields.u32(18), fields.u32(22));
    let sizes_agree = sizes == (narrow(claim.packed), narrow(claim.size))
        || (claim.flags & DESCRIPTOR != 0 && sizes == (0, 0));
    let agrees = header.get(LOCAL_BYTES..) == Some(&claim.raw_name)
        && name == claim.raw_name.len() as u64
        && (fields.u16(6), fields.u16(8)) == (claim.flags, claim.method)
        && (claim.flags & DESCRIPTOR != 0 || fields.u32(14) as u32 == claim.crc32)
        && sizes_agree;
    if !agrees {
        odd(Oddity::HeaderDisagrees);
    }
    if data.checked_add(claim.packed).is_none_or(|end| end > length) {
        odd(Oddity::DataOutside);
        return Ok(());
    }
    let readable = claim.method == 0
        && claim.flags & ENCRYPTED == 0
        && claim.size == claim.packed
        && claim.kind == Kind::File;
    if readable {
        claim.data = Some(data);
    }
    Ok(())
}

/// Remarks bytes that no entry covers, and those that two do.
pub(super) fn coverage(claims: &[Claim], end: &End, gatherer: &mut Gatherer) {
    let mut ranges: Vec<(u64, u64, &str)> = claims
        .iter()
        .filter_map(|claim| {
            let start = claim.start.checked_add(end.shift)?;
            Some((start, claim.data?.checked_add(claim.packed)?, claim.path.as_str()))
        })
        .collect();
    // Entries that could not be read have remarks already.
    let complete = ranges.len() == claims.len();
    ranges.sort_unstable();
    let mut covered = 0;
    for (start, stop, path) in ranges {
        if start > covered && complete {
            let what = Oddity::OfNoEntry;
            gatherer.remark(Remark::ZipRecord { start: covered, what });
        } else if start < covered {
            let what = Oddity::DataOfAnother;
            gatherer.remark(Remark::ZipEntry { path: path.to_string(), what });
        }
        covered = covered.max(stop);
    }
    if covered < end.start && complete {
        let what = Oddity::OfNoEntry;
        gatherer.remark(Remark::ZipRecord { start: covered, what });
    }
}
