//! Integrity: every byte of the source against what the seal says.
//!
//! For an image, a device and a bundle, the renderer is the judge: what it
//! would write is compared with what is there, in one read. What a reader of
//! the file system says is a claim; it names what is foreign once the judge
//! has found a difference, and never makes or unmakes a PASS.

use std::io;

use crate::medium::release;
use crate::medium::{
    Beyond, BundleDifference, BundlePlan, BundleRegion, Difference, FileSpec, OsChange, Plan,
    Region, Tap,
};
use crate::seal::names::escape;
use crate::source::{Listing, Shape, Source};
use crate::text::Details;

use super::closure;
use super::decide::{Accepted, Progress, Taker};
use super::detail::Detail;
use super::finding::{Kind, Place, Spot};
use super::folder;
use super::level::Level;
use super::report::Compared;

/// Bytes of the largest disk that a partition table of ours can describe: 2^32
/// sectors. One that tells no size and goes on behind it is not read further.
const MAX_DISK_BYTES: u64 = 512 << 32;

/// What the comparison came to.
pub struct Outcome {
    /// Every difference.
    pub findings: Vec<Kind>,
    /// Evidence, only where everything was read and is as sealed.
    pub compared: Option<Compared>,
    /// The taker's own error.
    pub taker_error: Option<io::Error>,
}

impl Outcome {
    /// Nothing was compared, and why.
    pub fn failed(kind: Kind) -> Self {
        Self { findings: vec![kind], compared: None, taker_error: None }
    }
}

/// Compares everything.
pub fn compare(
    source: &mut dyn Source,
    listing: &Listing,
    accepted: &Accepted,
    level: Level,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Outcome {
    match source.shape() {
        // A medium follows from the whole of its seal: without a part of it
        // there is nothing to compare with, and what is different is not known.
        Shape::Bundle | Shape::Image | Shape::Device if !accepted.seal.unread.is_empty() => {
            let findings = closure::strangers(listing, accepted);
            Outcome { findings, compared: None, taker_error: None }
        }
        Shape::Folder => folder::compare(source, listing, accepted, level, taker, progress),
        Shape::Bundle => bundle(source, listing, accepted, level, taker, progress),
        Shape::Image | Shape::Device => volume(source, listing, accepted, level, taker, progress),
    }
}

/// Hands the bytes of sealed files to a taker; the seal's own it has already.
struct Hand<'a> {
    files: &'a [FileSpec],
    taker: &'a mut dyn Taker,
}

impl Tap for Hand<'_> {
    fn file_bytes(&mut self, index: usize, bytes: &[u8]) -> io::Result<()> {
        match self.files.get(index) {
            Some(file) => self.taker.file_bytes(&file.path, bytes),
            None => Ok(()),
        }
    }
}

fn all_files(accepted: &Accepted) -> Vec<FileSpec> {
    release::files(&accepted.manifest, &accepted.sums, accepted.seal.specs())
}

fn volume(
    source: &mut dyn Source,
    listing: &Listing,
    accepted: &Accepted,
    level: Level,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Outcome {
    let spec = release::volume(&accepted.manifest, &accepted.release_code);
    let plan = match Plan::new(&spec, all_files(accepted)) {
        Ok(plan) => plan,
        Err(error) => {
            return Outcome::failed(Kind::NotRendered {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    let shape = source.shape();
    let (mut reader, length) = match source.raw() {
        Ok(raw) => raw,
        Err(error) => {
            return Outcome::failed(Kind::SourceError {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    let beyond = match (level, length) {
        (Level::WholeMedium, Some(device_bytes)) => Beyond::MustBeZero { device_bytes },
        // Then its end is where nothing more comes; all before it was read.
        (Level::WholeMedium, None) => Beyond::MustBeZeroToItsEnd { most_bytes: MAX_DISK_BYTES },
        _ if shape == Shape::Device => Beyond::Ignore,
        _ => Beyond::MustEnd,
    };
    let all = match beyond {
        Beyond::MustBeZero { device_bytes } => device_bytes.max(plan.bytes()),
        _ => plan.bytes(),
    };
    let mut hand = Hand { files: plan.files(), taker };
    // A device that told no size may be longer than what was expected.
    let mut step = |done: u64| progress(done, all.max(done));
    let comparison = plan.compare(&mut reader, beyond, &mut hand, &mut step);
    drop(reader);
    let comparison = match comparison {
        Ok(comparison) => comparison,
        Err(error) => {
            return Outcome { findings: vec![], compared: None, taker_error: Some(error.source) };
        }
    };
    if comparison.is_exact() {
        let files = accepted.manifest.files.len();
        let compared = Compared::new(level, files, comparison.bytes_read);
        return Outcome { findings: vec![], compared, taker_error: None };
    }
    let mut findings = Vec::new();
    match &comparison.os_changes {
        Some(os) => {
            findings.push(Kind::OsChanges);
            findings.extend(os.changes.iter().map(os_change));
        }
        None => {
            findings.extend(closure::strangers(listing, accepted));
            findings.extend(comparison.differences.iter().map(|d| difference(&plan, d)));
            if comparison.unlisted > 0 {
                findings.push(Kind::MoreDifferences { count: comparison.unlisted });
            }
        }
    }
    if let Some((at, error)) = comparison.read_error {
        let place = Spot::Sector(at / 512);
        let detail = match length.is_none() && at >= MAX_DISK_BYTES {
            true => Detail::with(|details| details.size_unknown, &[]),
            false => Detail::failed(&error),
        };
        findings.push(Kind::ReadError { place, detail });
    }
    Outcome { findings, compared: None, taker_error: None }
}

fn difference(plan: &Plan, found: &Difference) -> Kind {
    let (start, length) = (found.start, found.length);
    let structure = |region: Place| Kind::StructureChanged {
        region,
        start,
        length,
        expected: found.expected.clone(),
        found: found.found.clone(),
    };
    match &found.region {
        Region::MbrBootCode | Region::BootCode => structure(Place::BootCode),
        Region::MbrDiskSignature => structure(Place::DiskSignature),
        Region::MbrPartitionTable => structure(Place::PartitionTable),
        Region::Gap => structure(Place::Gap),
        Region::BootSector => structure(Place::BootSector),
        Region::FsInfo => structure(Place::FsInfo),
        Region::BackupBootSector | Region::BackupFsInfo => structure(Place::BackupBootSector),
        Region::Reserved => structure(Place::Reserved),
        Region::Fat { copy: 1 } => structure(Place::FirstFat),
        Region::Fat { .. } => structure(Place::SecondFat),
        Region::Directory { path } => structure(Place::Folder(path.clone())),
        Region::SealFile { path } => structure(Place::SealFile(path.clone())),
        Region::FileData { path } => Kind::FileChanged {
            path: path.clone(),
            sectors: Some((found.first_sector(), found.last_sector())),
        },
        Region::FileSlack { path } => {
            Kind::SlackUsed { path: path.clone(), start, found: found.found.clone() }
        }
        Region::FreeClusters => Kind::FreeSpaceUsed {
            first: found.first_sector(),
            last: found.last_sector(),
            start,
            found: found.found.clone(),
        },
        Region::AfterVolume => Kind::AfterTheEnd { start, found: found.found.clone() },
        Region::Missing | Region::MissingAfterVolume => {
            Kind::TooShort { expected: (start + length).max(plan.bytes()), found: start }
        }
    }
}

fn os_change(change: &OsChange) -> Kind {
    match change {
        OsChange::DiskSignature { .. } => Kind::OsDiskSignature,
        OsChange::VolumeDirty => known(|details| details.volume_in_use, &[]),
        OsChange::FatFlags { found } => {
            known(|details| details.fat_flags, &[("found", format!("{found:08x}"))])
        }
        OsChange::FsInfoCounters { free_clusters, next_free } => known(
            |details| details.fs_info,
            &[("free", free_clusters.to_string()), ("next", next_free.to_string())],
        ),
        OsChange::AccessDates { entries } => {
            known(|details| details.access_dates, &[("entries", entries.to_string())])
        }
        OsChange::SystemVolumeInformation => {
            Kind::OsChange { detail: Detail::said("System Volume Information") }
        }
        OsChange::AddedFile { name, content } => {
            let hex: String = content.iter().map(|byte| format!("{byte:02x}")).collect();
            known(|details| details.added_file, &[("name", escape(name)), ("content", hex)])
        }
    }
}

/// A change that an operating system makes, with its values.
fn known(template: fn(&Details) -> &'static str, values: &[(&str, String)]) -> Kind {
    Kind::OsChange { detail: Detail::with(template, values) }
}

fn bundle(
    source: &mut dyn Source,
    listing: &Listing,
    accepted: &Accepted,
    level: Level,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Outcome {
    let issued = release::issued(&accepted.manifest);
    let plan = match BundlePlan::new(issued, all_files(accepted)) {
        Ok(plan) => plan,
        Err(error) => {
            return Outcome::failed(Kind::NotRendered {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    let (mut reader, _) = match source.raw() {
        Ok(raw) => raw,
        Err(error) => {
            return Outcome::failed(Kind::SourceError {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    let all = plan.bytes();
    let mut hand = Hand { files: plan.files(), taker };
    let comparison = plan.compare(&mut reader, &mut hand, &mut |done| progress(done, all));
    drop(reader);
    let comparison = match comparison {
        Ok(comparison) => comparison,
        Err(error) => {
            return Outcome { findings: vec![], compared: None, taker_error: Some(error.source) };
        }
    };
    if comparison.is_exact() {
        let files = accepted.manifest.files.len();
        let compared = Compared::new(level, files, comparison.bytes_read);
        return Outcome { findings: vec![], compared, taker_error: None };
    }
    let mut findings = closure::strangers(listing, accepted);
    findings.extend(comparison.differences.iter().map(|d| bundle_difference(&plan, d)));
    if comparison.unlisted > 0 {
        findings.push(Kind::MoreDifferences { count: comparison.unlisted });
    }
    if let Some((at, error)) = comparison.read_error {
        let place = Spot::Byte(at);
        findings.push(Kind::ReadError { place, detail: Detail::failed(&error) });
    }
    Outcome { findings, compared: None, taker_error: None }
}

fn bundle_difference(plan: &BundlePlan, found: &BundleDifference) -> Kind {
    let (start, length) = (found.start, found.length);
    let structure = |region: Place| Kind::BundleChanged {
        region,
        start,
        length,
        expected: found.expected.clone(),
        found: found.found.clone(),
    };
    match &found.region {
        BundleRegion::LocalHeader { path } => structure(Place::LocalHeader(path.clone())),
        BundleRegion::SealFile { path } => structure(Place::SealFile(path.clone())),
        BundleRegion::CentralDirectory { .. } => structure(Place::CentralDirectory),
        BundleRegion::End => structure(Place::EndRecord),
        BundleRegion::FileData { path } => Kind::FileChanged { path: path.clone(), sectors: None },
        BundleRegion::AfterEnd => Kind::AfterTheEnd { start, found: found.found.clone() },
        BundleRegion::Missing => Kind::TooShort { expected: plan.bytes(), found: start },
    }
}

#[cfg(test)]
#[path = "bytes_tests.rs"]
mod tests;
