//! Every reason to write or read nothing has its words in every language.

use std::io;
use std::path::PathBuf;

use super::folder::Access;
use super::lock::LockError;
use super::log::LogError;
use super::private::PrivacyFault;
use super::slots::{MAX_BODY_BYTES, Slots, SlotsError, SlotsRead};
use super::{Doing, ReadError, StoreError};
use crate::store::faulty::FaultyDisk;
use crate::store::folder::Folder as _;
use crate::text::own::Own;
use crate::text::testing::{hostile, judge};
use crate::text::{Language, Words};

fn path() -> PathBuf {
    PathBuf::from(hostile())
}

fn error() -> io::Error {
    io::Error::other(hostile())
}

macro_rules! judged {
    ($($fault:expr),* $(,)?) => {
        [$({
            let fault = $fault;
            assert_eq!(fault.to_string(), fault.words(Language::English));
            judge(|language| fault.words(language))
        }),*]
    };
}

#[test]
fn every_reason_has_words_in_every_language() {
    let store = judged![
        StoreError::Io { doing: Doing::Create, path: path(), error: error() },
        StoreError::Exists(path()),
        StoreError::OtherKind(path()),
        StoreError::NoName(path()),
        StoreError::LongName(path()),
        StoreError::TooDeep(path()),
        StoreError::Vanished(path()),
        ReadError::Io { path: path(), error: error() },
        ReadError::TooLong { path: path(), limit: 1_024 },
        LockError::Busy(path()),
        LockError::Io { path: path(), error: error() },
        LogError::Io { doing: Doing::Cut, path: path(), error: error() },
        LogError::Broken { path: path(), line: 3 },
        LogError::TooLong(path()),
        LogError::Entry,
        LogError::Unusable(path()),
    ];
    let torn = Words::with(|table| table.slot_faults.missing, &[("file", "x.0".to_string())]);
    let slots = judged![
        SlotsError::Read(ReadError::TooLong { path: path(), limit: 1_024 }),
        SlotsError::State(SlotsRead::Torn { what: torn }),
        SlotsError::State(SlotsRead::Newer { format: 9 }),
        SlotsError::State(SlotsRead::Missing),
        SlotsError::Changed { expected: 1, found: 2 },
        SlotsError::TooLong(1_024),
        SlotsError::Write(StoreError::Vanished(path())),
    ];
    let folders = judged![
        PrivacyFault::Missing(path()),
        PrivacyFault::Link(path()),
        PrivacyFault::NotAFolder(path()),
        PrivacyFault::Owner { path: path(), owner: 1_000 },
        PrivacyFault::Writable { path: path(), bits: 0o777 },
        PrivacyFault::OtherOwner { path: path(), owner: "S-1-5-21".to_string() },
        PrivacyFault::WritableBy { path: path(), who: "S-1-1-0".to_string() },
        PrivacyFault::WritableBy { path: path(), who: String::new() },
        PrivacyFault::Io { path: path(), error: error() },
        PrivacyFault::Unsupported,
    ];
    assert_eq!((store.len(), slots.len(), folders.len()), (16, 7, 10));
    let systems = store.iter().chain(&folders).filter(|words| words.contains("le système dit"));
    assert_eq!(systems.count(), 5, "the system's own words are named as such");
}

#[test]
fn what_one_of_us_refused_is_not_said_to_be_the_systems_word() {
    for own in Own::ALL {
        let error = || io::Error::from(*own);
        let words = judge(|language| Doing::Open.failed(&path(), &error(), language));
        assert!(words.ends_with(own.words(Language::French)), "{words}");
    }
}

#[test]
fn every_torn_state_has_words_in_every_language() {
    let disk = FaultyDisk::new();
    let root = disk.root();
    let slots = Slots::new("trust", Access::Owner);
    let line = |text: &str| format!("{text}\n").into_bytes();
    let mut said = std::collections::BTreeSet::new();
    let contents = [
        Vec::new(),
        line("mediaseal-slots 1 1 0"),
        line("mediaseal-slot 1 x 0"),
        line("mediaseal-slot 1 1 0 0"),
        vec![b'x'; MAX_BODY_BYTES + 1_024],
    ];
    for bytes in contents {
        let _ = root.remove_file("trust.0".as_ref());
        let existing = super::Existing::Replace;
        super::atomic::write_atomic(&root, "trust.0".as_ref(), &bytes, Access::Owner, existing)
            .unwrap();
        let Ok(SlotsRead::Torn { what }) = slots.read(&root) else { panic!("{}", bytes.len()) };
        said.insert(judge(|language| what.in_language(language).to_string()));
    }
    assert_eq!(said.len(), 5, "{said:?}");
}
