//! A drive that fails while it is read says nothing of what was signed: what
//! could not be read is neither missing nor other than signed.

use std::cell::Cell;
use std::io::{self, Read};

use super::super::finding::Unpinned;
use super::super::level::Level;
use super::super::outcome::Outcome;
use super::super::report::Verdict;
use super::tests::release;
use super::*;
use crate::seal::layout::trust_document;
use crate::source::folder::FolderSource;
use crate::source::{Doing, Entry, EntryKind, Raw, SourceError};

/// A folder on a drive that cannot read one of its files, or its list of them.
struct Failing {
    folder: FolderSource,
    path: String,
    /// Lists that were given, and how many of them are whole.
    looks: Cell<usize>,
    good_looks: usize,
}

impl Source for Failing {
    fn shape(&self) -> Shape {
        self.folder.shape()
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let mut listing = self.folder.listing()?;
        let is_folder = |entry: &Entry| entry.kind == EntryKind::Folder && entry.path == self.path;
        let looks = self.looks.get();
        self.looks.set(looks + 1);
        if looks >= self.good_looks
            && (self.path.is_empty() || listing.entries.iter().any(is_folder))
        {
            // Nothing below it is seen.
            let below = match self.path.as_str() {
                "" => String::new(),
                path => format!("{path}/"),
            };
            listing.entries.retain(|entry| !entry.path.starts_with(&below));
            let detail = crate::text::Words::of(|_| "input/output error".to_string());
            listing.remarks.push(Remark::Unread { path: self.path.clone(), detail });
        }
        Ok(listing)
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        match path == self.path {
            false => self.folder.open_file(path),
            true => {
                let source = io::Error::other("input/output error");
                Err(SourceError::Io { place: path.to_string(), doing: Doing::Reading, source })
            }
        }
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        self.folder.raw()
    }
}

/// The check of a release that 2 of 2 signed on a drive that cannot read `path`.
fn checked(path: &str, held: impl FnOnce(Chain) -> Held) -> Report {
    checked_late(path, 0, held)
}

/// The same, where the drive begins to fail after `good_looks` lists.
fn checked_late(path: &str, good_looks: usize, held: impl FnOnce(Chain) -> Held) -> Report {
    let (folder, chain) = release(2);
    let request = Request {
        name: "release".to_string(),
        device: None,
        expected: FileSet::Release,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        held: held(chain),
        history: &|_| History::NotChecked,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock: None,
    };
    let folder = FolderSource::open(folder.path()).unwrap();
    let mut source = Failing { folder, path: path.to_string(), looks: Cell::new(0), good_looks };
    check(&mut source, &request, &mut TakeNothing, &mut |_, _| ()).report
}

fn paths_of(kind: impl Fn(&Entry) -> bool) -> Vec<String> {
    let (folder, _) = release(2);
    let listing = FolderSource::open(folder.path()).unwrap().listing().unwrap();
    listing.entries.iter().filter(|entry| kind(entry)).map(|entry| entry.path.clone()).collect()
}

fn seal_paths() -> Vec<String> {
    paths_of(Entry::is_file)
}

#[test]
fn whatever_cannot_be_read_is_the_only_reason_and_never_fail() {
    assert_eq!(checked("nothing", Held::Chain).verdict(), Verdict::Pass(Level::FilesOnly));
    let mut paths = seal_paths();
    assert!(paths.len() >= 8, "{paths:?}");
    paths.push(String::new());
    for path in paths {
        let report = checked(&path, Held::Chain);
        let above: Vec<String> = (report.findings.iter())
            .filter(|kind| kind.severity() > Severity::Note)
            .map(Kind::code)
            .collect();
        assert_eq!(above, ["M-601"], "{path}");
        assert_eq!(report.verdict(), Verdict::CannotTell(Outcome::Io), "{path}");
    }
}

#[test]
fn what_is_below_a_folder_that_cannot_be_looked_into_is_not_missing() {
    let folders = paths_of(|entry| entry.kind == EntryKind::Folder);
    assert!(folders.len() >= 3 && folders.iter().any(|path| path == "SEAL/trust"), "{folders:?}");
    for path in folders {
        // Seen neither time, and seen the first time alone.
        for good_looks in [0, 1] {
            let report = checked_late(&path, good_looks, Held::Chain);
            let above: Vec<String> = (report.findings.iter())
                .filter(|kind| kind.severity() > Severity::Note)
                .map(Kind::code)
                .collect();
            assert_eq!(above, ["M-601"], "{path} {good_looks}");
            assert_eq!(report.verdict(), Verdict::CannotTell(Outcome::Io), "{path}");
        }
    }
}

#[test]
fn too_few_signatures_that_can_be_read_are_not_called_enough() {
    let path = seal_paths().into_iter().find(|path| path.ends_with(".minisig")).unwrap();
    let report = checked(&path, Held::Chain);
    let page = super::super::text::render(&report, crate::text::Language::English);
    assert!(page.contains("  Signers     CANNOT TELL  1 of 2 needed"), "{page}");
    let ending = super::super::json::Ending::of(&report);
    let json = super::super::json::render(&report, &ending, crate::text::Language::English);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["signers"]["status"], "CANNOT TELL");
}

#[test]
fn a_chain_that_cannot_be_read_does_not_hide_that_nobody_is_trusted() {
    let unpinned = |_| Held::Unpinned(Unpinned::NoAnchor);
    for path in [trust_document(1), SUMS.to_string()] {
        let report = checked(&path, unpinned);
        assert_eq!(report.verdict(), Verdict::CannotTell(Outcome::TrustSetUp), "{path}");
    }
}
