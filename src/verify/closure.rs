//! The set is closed: what stands in a source and is not part of the release.

use std::collections::{BTreeMap, BTreeSet};

use crate::seal::manifest::{FileEntry, Role};
use crate::seal::names::check_path;
use crate::source::{Entry, EntryKind, Listing, Remark};

use super::decide::Accepted;
use super::detail::Detail;
use super::finding::{Kind, Spot};
use super::level::Level;

/// Findings that one listing may give; the rest is counted. More than a person
/// reads, and a record of it stays small.
pub const MAX_NAMED: usize = 1_000;

/// Cuts a list of findings to [`MAX_NAMED`] and says how many there were.
pub fn bounded(mut findings: Vec<Kind>) -> Vec<Kind> {
    if findings.len() > MAX_NAMED {
        let count = (findings.len() - MAX_NAMED) as u64;
        findings.truncate(MAX_NAMED);
        findings.push(Kind::MoreDifferences { count });
    }
    findings
}

/// The sealed files that must be there: all of the release, or the payload
/// where a copy on an instrument is judged.
pub fn sealed_files(accepted: &Accepted, level: Level) -> impl Iterator<Item = &FileEntry> {
    let payload_alone = level == Level::InstalledCopy;
    let files = accepted.manifest.files.iter();
    files.filter(move |file| !payload_alone || file.role == Role::Payload)
}

/// What a release has, as paths.
pub struct Expected<'a> {
    /// Path to size, of every file.
    files: BTreeMap<&'a str, u64>,
    /// Every folder above a file.
    folders: BTreeSet<&'a str>,
    /// Files of the seal that have a finding of their own: they were not read.
    unread: &'a BTreeSet<String>,
}

impl<'a> Expected<'a> {
    /// The files that `level` is about and those of the seal as found.
    pub fn of(accepted: &'a Accepted, seal: &'a [(String, &'a [u8])], level: Level) -> Self {
        let seal = seal.iter().map(|(path, bytes)| (path.as_str(), bytes.len() as u64));
        let sealed = sealed_files(accepted, level).map(|file| (file.path.as_str(), file.size));
        let files: BTreeMap<&str, u64> = seal.chain(sealed).collect();
        let unread = &accepted.seal.unread;
        let mut folders = BTreeSet::new();
        let mut last = None;
        for path in files.keys().copied().chain(unread.iter().map(String::as_str)) {
            let folder = path.rfind('/').map(|end| &path[..end]);
            // Files come folder by folder: what was entered for the last one
            // is there.
            if folder != last {
                folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
                last = folder;
            }
        }
        Self { files, folders, unread }
    }

    /// Every entry that is not of the release, and every file that is not
    /// there as one of its size.
    pub fn judge(&self, listing: &Listing) -> Vec<Kind> {
        let mut findings: Vec<Kind> =
            listing.entries.iter().filter_map(|entry| self.stranger(entry)).collect();
        // A reader remarks on doubles itself.
        let seen: BTreeMap<&str, &Entry> =
            listing.entries.iter().map(|entry| (entry.path.as_str(), entry)).collect();
        for (path, size) in &self.files {
            match seen.get(path).map(|entry| &entry.kind) {
                None if listing.hides(path) => {}
                None => findings.push(Kind::FileMissing { path: path.to_string() }),
                Some(EntryKind::File { size: found }) if found != size => {
                    let (expected, found) = (*size, *found);
                    findings.push(Kind::FileSize { path: path.to_string(), expected, found });
                }
                Some(EntryKind::File { .. }) => {}
                Some(_) => findings.push(Kind::NotAFile { path: path.to_string() }),
            }
        }
        findings
    }

    fn stranger(&self, entry: &Entry) -> Option<Kind> {
        // A wrong kind in the place of a file is named by that file.
        if self.files.contains_key(entry.path.as_str()) || self.unread.contains(&entry.path) {
            return None;
        }
        let path = entry.path.clone();
        match &entry.kind {
            EntryKind::Folder if self.folders.contains(path.as_str()) => None,
            EntryKind::File { .. } | EntryKind::Folder if check_path(&path).is_err() => {
                Some(Kind::NameNotAllowed { path })
            }
            EntryKind::File { size } => {
                Some(Kind::UnexpectedFile { path, size: *size, sectors: entry.sectors })
            }
            EntryKind::Folder => Some(Kind::UnexpectedFolder { path }),
            _ => Some(Kind::NotAPlainFile { path }),
        }
    }
}

/// Names what is foreign in a listing, with the reader's own remarks. For a
/// medium that the renderer has already found different.
pub fn strangers(listing: &Listing, accepted: &Accepted) -> Vec<Kind> {
    let seal = accepted.seal.entries();
    let mut findings = Expected::of(accepted, &seal, Level::Volume).judge(listing);
    findings.extend(remarks(listing));
    bounded(findings)
}

/// The reader's remarks beside [`Expected::judge`], which says bad names itself.
pub fn remarks(listing: &Listing) -> impl Iterator<Item = Kind> {
    let said = |r: &&Remark| matches!(r, Remark::NotText { .. } | Remark::TrimmedName { .. });
    listing.remarks.iter().filter(move |r| !said(r)).map(remark)
}

/// The stream in which Windows notes where a file came from, and how long one
/// may be before it could carry something else.
const ZONE_IDENTIFIER: &str = ":Zone.Identifier:$DATA";
const MAX_ZONE_BYTES: u64 = 4096;

/// A stream beside a file's contents: no release has one.
fn stream(path: &str, name: &str, size: u64) -> Kind {
    if name.eq_ignore_ascii_case(ZONE_IDENTIFIER) && size <= MAX_ZONE_BYTES {
        return Kind::ZoneIdentifier { path: path.to_string() };
    }
    let name = name.strip_suffix(":$DATA").unwrap_or(name);
    Kind::UnexpectedStream { path: format!("{path}{name}"), size }
}

/// A reader's remark as a finding.
pub fn remark(remark: &Remark) -> Kind {
    match remark {
        Remark::GivenUp { limit } => {
            Kind::ListingGivenUp { detail: Detail::of(|language| limit.words(language)) }
        }
        Remark::DeletedEntry { folder, name, sector, byte } => Kind::DeletedEntry {
            folder: folder.clone(),
            name: name.clone(),
            sector: *sector,
            byte: *byte,
        },
        Remark::MarkedEntry { path, attributes } if attributes.hidden || attributes.system => {
            Kind::HiddenAttribute { path: path.clone() }
        }
        Remark::NotText { path } | Remark::TrimmedName { path } => {
            Kind::NameNotAllowed { path: path.clone() }
        }
        Remark::Unread { path, detail } => {
            Kind::ReadError { place: Spot::Path(path.clone()), detail: Detail::all(detail) }
        }
        Remark::Stream { path, name, size } => stream(path, name, *size),
        Remark::DoubleName { path, .. } => Kind::DoubleName { path: path.clone() },
        other => Kind::ReaderRemark { detail: Detail::of(|language| other.words(language)) },
    }
}

#[cfg(test)]
#[path = "closure_tests.rs"]
mod judgement_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::finding::Severity;

    #[test]
    fn streams_are_strangers_and_the_note_of_origin_is_a_note() {
        let judged = |name: &str, size| {
            let (path, name) = ("PAYLOAD/patch.msi".to_string(), name.to_string());
            remark(&Remark::Stream { path, name, size })
        };
        let note = judged(":Zone.Identifier:$DATA", 4096);
        assert_eq!(note.severity(), Severity::Note);
        for (name, size) in [
            (":Zone.Identifier:$DATA", 4097),
            (":Zone.Identifier:$EA", 1),
            (":payload.exe:$DATA", 1),
            (":payload.exe:$DATA", 0),
        ] {
            assert_eq!(judged(name, size).severity(), Severity::Fail, "{name} {size}");
        }
        let Kind::UnexpectedStream { path, size } = judged(":evil.exe:$DATA", 7) else {
            panic!("no stream");
        };
        assert_eq!((path.as_str(), size), ("PAYLOAD/patch.msi:evil.exe", 7));
    }
}
