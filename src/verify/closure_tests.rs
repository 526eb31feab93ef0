//! What is no part of the release, name by name and remark by remark.

use super::super::testing::Release;
use super::*;
use crate::source::Attributes;

fn accepted() -> Accepted {
    let release = Release::new();
    release.check_folder(&release.folder()).decision.accepted.unwrap()
}

fn entry(path: &str, kind: EntryKind) -> Entry {
    Entry { path: path.to_string(), kind, sectors: None, attributes: None }
}

/// Every entry of a listing in which nothing is wrong.
fn good(accepted: &Accepted) -> Vec<Entry> {
    let seal = accepted.seal.entries();
    let expected = Expected::of(accepted, &seal, Level::FilesOnly);
    let file = |(path, size): (&&str, &u64)| entry(path, EntryKind::File { size: *size });
    let files = expected.files.iter().map(file);
    let folders = expected.folders.iter().map(|path| entry(path, EntryKind::Folder));
    files.chain(folders).collect()
}

fn judged(accepted: &Accepted, entries: Vec<Entry>) -> Vec<Kind> {
    let seal = accepted.seal.entries();
    let listing = Listing { entries, remarks: Vec::new() };
    Expected::of(accepted, &seal, Level::FilesOnly).judge(&listing)
}

#[test]
fn findings_up_to_the_limit_are_all_named_and_the_rest_is_counted() {
    let findings = |count| (0..count).map(|_| Kind::NoSums).collect::<Vec<_>>();
    let more = |kind: &Kind| match kind {
        Kind::MoreDifferences { count } => Some(*count),
        _ => None,
    };
    for (count, rest) in [(0, None), (MAX_NAMED - 1, None), (MAX_NAMED, None)] {
        let kept = bounded(findings(count));
        assert_eq!((kept.len(), kept.last().and_then(more)), (count, rest));
    }
    for rest in [1, 2, 500] {
        let kept = bounded(findings(MAX_NAMED + rest));
        assert_eq!(kept.len(), MAX_NAMED + 1);
        assert_eq!(kept.last().and_then(more), Some(rest as u64));
    }
}

#[test]
fn every_stranger_and_every_wrong_kind_by_its_own_finding() {
    let accepted = accepted();
    let good = good(&accepted);
    assert_eq!(judged(&accepted, good.clone()), []);
    let with = |more: Entry| judged(&accepted, [good.clone(), vec![more]].concat());
    let file = EntryKind::File { size: 7 };
    let path = |text: &str| text.to_string();
    assert_eq!(
        with(entry("A/B.TXT", file)),
        [Kind::UnexpectedFile { path: path("A/B.TXT"), size: 7, sectors: None }]
    );
    assert_eq!(with(entry("A", EntryKind::Folder)), [Kind::UnexpectedFolder { path: path("A") }]);
    for kind in [file, EntryKind::Folder] {
        assert_eq!(with(entry("CON.x", kind)), [Kind::NameNotAllowed { path: path("CON.x") }]);
    }
    for kind in [EntryKind::SymbolicLink, EntryKind::Special] {
        assert_eq!(with(entry("A", kind)), [Kind::NotAPlainFile { path: path("A") }]);
    }
    for at in 0..good.len() {
        let EntryKind::File { size } = good[at].kind else {
            continue;
        };
        let name = good[at].path.clone();
        let mut entries = good.clone();
        for found in [size + 1, size.wrapping_sub(1)] {
            entries[at].kind = EntryKind::File { size: found };
            let expected = Kind::FileSize { path: name.clone(), expected: size, found };
            assert_eq!(judged(&accepted, entries.clone()), [expected]);
        }
        entries[at].kind = EntryKind::Folder;
        assert_eq!(judged(&accepted, entries.clone()), [Kind::NotAFile { path: name.clone() }]);
        entries.remove(at);
        assert_eq!(judged(&accepted, entries), [Kind::FileMissing { path: name }]);
    }
}

#[test]
fn folder_of_the_release_that_is_something_else_is_named() {
    let accepted = accepted();
    let mut entries = good(&accepted);
    let at = entries.iter().position(|entry| entry.path == "PAYLOAD").unwrap();
    entries[at].kind = EntryKind::File { size: 0 };
    let path = "PAYLOAD".to_string();
    let stranger = Kind::UnexpectedFile { path, size: 0, sectors: None };
    assert_eq!(judged(&accepted, entries), [stranger]);
}

#[test]
fn remarks_become_findings_but_for_names_that_are_judged_anyway() {
    let path = || "A".to_string();
    let marked = |read_only, hidden, system| Remark::MarkedEntry {
        path: path(),
        attributes: Attributes { read_only, hidden, system },
    };
    let hidden = Kind::HiddenAttribute { path: path() };
    assert_eq!(remark(&marked(false, true, false)), hidden);
    assert_eq!(remark(&marked(false, false, true)), hidden);
    assert_eq!(remark(&marked(true, true, true)), hidden);
    // Read-only alone hides nothing; it is odd all the same.
    assert!(matches!(remark(&marked(true, false, false)), Kind::ReaderRemark { .. }));
    let listing = Listing {
        entries: Vec::new(),
        remarks: vec![
            Remark::NotText { path: path() },
            Remark::TrimmedName { path: path() },
            Remark::DoubleName { path: path(), other: "a".to_string() },
            Remark::Unread { path: path(), detail: crate::text::Words::of(|_| "no".to_string()) },
        ],
    };
    let names = Kind::NameNotAllowed { path: path() };
    assert_eq!(remark(&listing.remarks[0]), names);
    assert_eq!(remark(&listing.remarks[1]), names);
    let double = Kind::DoubleName { path: path() };
    let unread = Kind::ReadError { place: Spot::Path(path()), detail: Detail::said("no") };
    assert_eq!(remarks(&listing).collect::<Vec<_>>(), [double.clone(), unread.clone()]);

    // A medium that differs has both: what is foreign, and what is odd.
    let accepted = accepted();
    let entries = [good(&accepted), vec![entry("B", EntryKind::Folder)]].concat();
    let listing = Listing { entries, remarks: listing.remarks };
    let folder = Kind::UnexpectedFolder { path: "B".to_string() };
    assert_eq!(strangers(&listing, &accepted), [folder, double, unread]);
}
