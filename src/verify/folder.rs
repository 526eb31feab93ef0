//! The comparison at the level *files only*: a folder, a mounted drive, a
//! share. Every sealed file is hashed, every other name is a finding but for
//! what an operating system makes on a drive's root
//! ([`super::drive_folders`]); nothing is said of bytes outside files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use sha2::{Digest as _, Sha256};

use crate::seal::digest::Digest;
use crate::seal::manifest::FileEntry;
use crate::source::{Entry, Listing, Remark, Source};
use crate::text::Language;

use super::bytes::Outcome;
use super::closure::{Expected, bounded, remark, remarks, sealed_files};
use super::decide::{Accepted, Progress, Taker};
use super::detail::Detail;
use super::drive_folders::set_apart;
use super::finding::{Kind, Severity, Spot};
use super::level::Level;
use super::report::Compared;

/// Bytes of one read.
const PIECE: usize = 256 * 1024;

/// Hashes every sealed file in one read each, then looks again whether the
/// set of names is still the one that was judged.
pub fn compare(
    source: &mut dyn Source,
    listing: &Listing,
    accepted: &Accepted,
    level: Level,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Outcome {
    let seal = accepted.seal.entries();
    let expected = Expected::of(accepted, &seal, level);
    let (judged, mut findings) = set_apart(listing, source.mounted(), &accepted.release_code);
    findings.extend(expected.judge(&judged));
    findings.extend(remarks(&judged));
    let absent: BTreeSet<String> = findings.iter().filter_map(absent).collect();
    let sealed: Vec<&FileEntry> = sealed_files(accepted, level).collect();
    let all: u64 = sealed.iter().map(|file| file.size).sum();
    let mut hasher = Hasher { buffer: vec![0; PIECE], done: 0, all, taker, progress };
    let mut files = 0;
    for file in sealed.iter().copied() {
        if absent.contains(file.path.as_str()) || judged.hides(&file.path) {
            continue;
        }
        match hasher.file(source, file) {
            Ok(digest) if Some(digest) == accepted.sums.digest(&file.path) => files += 1,
            Ok(_) => {
                findings.push(Kind::FileChanged { path: file.path.clone(), sectors: None });
            }
            Err(Stop::Kind(kind)) => findings.push(kind),
            Err(Stop::Taker(error)) => {
                return Outcome { findings, compared: None, taker_error: Some(error) };
            }
        }
    }
    let bytes = hasher.done;
    match source.listing() {
        Ok(again) if same_set(listing, &again, &findings) => {
            // What cannot be looked into any more was not seen a second time.
            let news = again.remarks.iter().filter(|remark| !listing.remarks.contains(remark));
            findings.extend(news.map(remark));
        }
        Ok(_) => {
            let changed = |language: Language| language.table().details.changed_while_read;
            let detail = Detail::of(|language| changed(language).to_string());
            findings.push(Kind::ReaderRemark { detail });
        }
        Err(error) => findings
            .push(Kind::SourceError { detail: Detail::of(|language| error.words(language)) }),
    }
    let clean = findings.iter().all(|kind| kind.severity() == Severity::Note);
    let findings = bounded(findings);
    let whole = clean && files == sealed.len();
    let compared = whole.then(|| Compared::new(level, files, bytes)).flatten();
    Outcome { findings, compared, taker_error: None }
}

/// True where the second look shows the set that was judged. Of a drive that
/// could not be read to its end, perhaps since it was pulled out, the system
/// shows only what it remembers: what is no longer seen there is unread, which
/// is said already, and not changed. Something new is a change in every case.
fn same_set(judged: &Listing, again: &Listing, findings: &[Kind]) -> bool {
    let unread = findings.iter().any(|kind| matches!(kind, Kind::ReadError { .. }))
        || again.remarks.iter().any(|remark| matches!(remark, Remark::Unread { .. }));
    let known: BTreeMap<&str, &Entry> =
        judged.entries.iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let is_known = |entry: &Entry| known.get(entry.path.as_str()) == Some(&entry);
    judged == again || (unread && again.entries.iter().all(is_known))
}

/// The path of a file that is not there as one of its size.
fn absent(kind: &Kind) -> Option<String> {
    match kind {
        Kind::FileMissing { path } | Kind::NotAFile { path } | Kind::FileSize { path, .. } => {
            Some(path.clone())
        }
        _ => None,
    }
}

enum Stop {
    Kind(Kind),
    Taker(std::io::Error),
}

struct Hasher<'a, 'b> {
    buffer: Vec<u8>,
    done: u64,
    all: u64,
    taker: &'a mut dyn Taker,
    progress: Progress<'b>,
}

impl Hasher<'_, '_> {
    /// Digest of a file of exactly the sealed size.
    fn file(&mut self, source: &mut dyn Source, file: &FileEntry) -> Result<Digest, Stop> {
        let unread =
            |detail| Stop::Kind(Kind::ReadError { place: Spot::Path(file.path.clone()), detail });
        let mut reader = source
            .open_file(&file.path)
            .map_err(|error| unread(Detail::of(|language| error.words(language))))?;
        let mut hash = Sha256::new();
        let mut size = 0;
        loop {
            let read = match reader.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unread(Detail::failed(&error))),
            };
            size += read as u64;
            if size > file.size {
                // It grew while it was read: no more of it is wanted.
                break;
            }
            hash.update(&self.buffer[..read]);
            self.taker.file_bytes(&file.path, &self.buffer[..read]).map_err(Stop::Taker)?;
            self.done += read as u64;
            (self.progress)(self.done, self.all);
        }
        if size != file.size {
            let (path, expected) = (file.path.clone(), file.size);
            return Err(Stop::Kind(Kind::FileSize { path, expected, found: size }));
        }
        Ok(Digest(hash.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::EntryKind;

    fn listing(files: &[(&str, u64)]) -> Listing {
        let entry = |(path, size): &(&str, u64)| Entry {
            path: path.to_string(),
            kind: EntryKind::File { size: *size },
            sectors: None,
            attributes: None,
        };
        Listing { entries: files.iter().map(entry).collect(), remarks: Vec::new() }
    }

    #[test]
    fn what_a_failing_drive_no_longer_shows_is_unread_and_not_changed() {
        let judged = listing(&[("a", 1), ("b", 2)]);
        let error =
            Kind::ReadError { place: Spot::Path("b".to_string()), detail: Detail::said("gone") };
        let mut less = listing(&[("a", 1)]);
        less.remarks.push(Remark::Unread {
            path: "x".to_string(),
            detail: crate::text::Words::of(|_| "gone".to_string()),
        });
        assert!(same_set(&judged, &judged, &[]));
        assert!(same_set(&judged, &less, std::slice::from_ref(&error)));
        assert!(same_set(&judged, &less, &[]), "the second look says so itself");
        // Without an error it is a change; so is anything that was not there.
        less.remarks.clear();
        assert!(!same_set(&judged, &less, &[]));
        let other = Kind::FileMissing { path: "b".to_string() };
        assert!(!same_set(&judged, &less, &[other]));
        for more in [listing(&[("a", 1), ("c", 3)]), listing(&[("a", 2)])] {
            assert!(!same_set(&judged, &more, std::slice::from_ref(&error)));
        }
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod reading_tests;
