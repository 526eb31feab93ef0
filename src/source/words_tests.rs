//! Every remark and every fault has its words in every language: no place left
//! empty, nothing that acts on a terminal, no two languages with the same words.

use std::io;

use super::*;
use crate::text::Language;
use crate::text::testing::{hostile, judge};

fn remarks() -> Vec<Remark> {
    let path = hostile;
    let limits = [
        Limit::Entries(3),
        Limit::Remarks(4),
        Limit::TooDeep { path: path() },
        Limit::FolderTooFull { path: path() },
        Limit::Directory { bytes: 5, entries: 6 },
        Limit::Circles,
        Limit::Place(Oddity::EndsInsideFat),
    ];
    let attributes = Attributes { read_only: true, hidden: true, system: true };
    let what = Oddity::Packed;
    let (sector, byte, start) = (7, 8, 9);
    let mut remarks = vec![
        Remark::NoDirectory { what: Oddity::NoEndRecord },
        Remark::NoVolume { length: None, sizes: vec![1, 2] },
        Remark::NoVolume { length: Some(1_000), sizes: vec![1, 2] },
        Remark::NotText { path: path() },
        Remark::DoubleName { path: path(), other: path() },
        Remark::TrimmedName { path: path() },
        Remark::MarkedEntry { path: path(), attributes },
        Remark::DeletedEntry { folder: path(), name: path(), sector, byte },
        Remark::OddEntry { folder: path(), sector, byte, what },
        Remark::Labels { root: Some(path()), boot: path() },
        Remark::Labels { root: None, boot: path() },
        Remark::Chain { path: path(), what },
        Remark::Sizes { sizes: vec![1, 2] },
        Remark::TwoReaders { path: path() },
        Remark::ZipEntry { path: path(), what },
        Remark::ZipRecord { start, what },
        Remark::OtherFileSystem { path: path() },
        Remark::Stream { path: path(), name: path(), size: 10 },
        Remark::Unread { path: path(), detail: crate::text::Words::of(|_| path()) },
    ];
    remarks.extend(limits.map(|limit| Remark::GivenUp { limit }));
    remarks
}

fn faults() -> Vec<SourceError> {
    let place = hostile;
    let doing = [Doing::Opening, Doing::Reading, Doing::LookingAt, Doing::AskingSize];
    let mut faults = vec![
        SourceError::NotFound { place: place() },
        SourceError::PermissionDenied { place: place(), device: true },
        SourceError::PermissionDenied { place: place(), device: false },
        SourceError::Busy { place: place() },
        SourceError::LinkToFolder { place: place() },
        SourceError::NotASource { place: place() },
        SourceError::Malformed { place: place(), what: Oddity::ClusterOutside },
        SourceError::TooLong { path: place(), limit: 1_024 },
        SourceError::LimitExceeded { place: place() },
    ];
    faults.extend(doing.map(|doing| {
        let source = io::Error::other(place());
        SourceError::Io { place: place(), doing, source }
    }));
    faults
}

#[test]
fn every_remark_has_words_in_every_language() {
    for remark in remarks() {
        assert_eq!(remark.to_string(), remark.words(Language::English));
        judge(|language| remark.words(language));
    }
}

#[test]
fn every_fault_has_words_and_advice_in_every_language() {
    for fault in faults() {
        assert_eq!(fault.to_string(), fault.words(Language::English));
        judge(|language| fault.words(language));
        judge(|language| fault.advice(language).to_string());
    }
}

#[test]
fn every_oddity_has_words_of_its_own() {
    for language in Language::ALL {
        let words = |oddity: &Oddity| oddity.words(language.table());
        let mut all: Vec<&str> = Oddity::ALL.iter().map(words).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Oddity::ALL.len());
        assert_eq!(all.len(), language.table().oddities.all().len());
    }
}
