//! Every fault of this room says what to do, in every language, and no two say the
//! same; that what happened has its words is in `words_tests`.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use super::Doing;
use super::error::{ReadError, StoreError, advice_for};
use super::lock::LockError;
use super::log::LogError;
use super::private::PrivacyFault;
use super::slots::{SlotsError, SlotsRead};
use crate::text::{Language, Words};

/// What happened and what to do, in each language.
type Said = [(String, String); 2];

fn path() -> PathBuf {
    PathBuf::from("a\u{1b}[2J\u{202e}b")
}

fn error() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

/// Every fault; the same occasion says the same in two of them.
fn every_fault() -> Vec<Said> {
    macro_rules! said {
        ($($fault:expr),* $(,)?) => {
            vec![$({
                let fault = $fault;
                assert_eq!(fault.to_string(), fault.words(Language::English));
                Language::ALL.map(|language| {
                    (fault.words(language), fault.advice(language).to_string())
                })
            }),*]
        };
    }
    let missing = [("file", "floors.0".to_string())];
    let torn = SlotsRead::Torn { what: Words::with(|table| table.slot_faults.missing, &missing) };
    said![
        StoreError::Io { doing: Doing::Write, path: path(), error: error() },
        StoreError::Exists(path()),
        StoreError::OtherKind(path()),
        StoreError::NoName(path()),
        StoreError::LongName(path()),
        StoreError::TooDeep(path()),
        StoreError::Vanished(path()),
        LockError::Busy(path()),
        LockError::Io { path: path(), error: error() },
        LogError::Io { doing: Doing::Flush, path: path(), error: error() },
        LogError::Broken { path: path(), line: 7 },
        LogError::TooLong(path()),
        LogError::Entry,
        LogError::Unusable(path()),
        SlotsError::Read(ReadError::TooLong { path: path(), limit: 9 }),
        SlotsError::Read(ReadError::Io { path: path(), error: error() }),
        SlotsError::State(torn),
        SlotsError::State(SlotsRead::Newer { format: 2 }),
        SlotsError::State(SlotsRead::Missing),
        SlotsError::Changed { expected: 1, found: 2 },
        SlotsError::TooLong(9),
        SlotsError::Write(StoreError::Exists(path().join("of slots"))),
        PrivacyFault::Missing(path()),
        PrivacyFault::Link(path()),
        PrivacyFault::NotAFolder(path()),
        PrivacyFault::Owner { path: path(), owner: 1 },
        PrivacyFault::Writable { path: path(), bits: 0o777 },
        PrivacyFault::OtherOwner { path: path(), owner: "S-1-5-7".to_string() },
        PrivacyFault::WritableBy { path: path(), who: "S-1-1-0".to_string() },
        PrivacyFault::WritableBy { path: path(), who: String::new() },
        PrivacyFault::Io { path: path(), error: error() },
        PrivacyFault::Unsupported,
    ]
}

#[test]
fn every_fault_says_what_happened_and_what_to_do_in_every_language() {
    let all = every_fault();
    let different: BTreeSet<&Said> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (32, 32), "two faults in the same words");
    for [english, french] in &all {
        for text in [&english.0, &english.1, &french.0, &french.1] {
            let filled = text.replace("\\u{1b}", "").replace("\\u{202e}", "");
            assert!(!text.is_empty() && !filled.contains('{'), "{text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}', '\n']), "{text:?}");
        }
        assert!(english.0 != french.0 && english.1 != french.1, "{english:?}");
    }
}

#[test]
fn a_file_that_was_not_read_is_named_with_its_limit() {
    let fault = ReadError::TooLong { path: PathBuf::from("floors.1"), limit: 1_024 };
    for language in Language::ALL {
        let words = fault.words(language);
        assert!(words.contains("floors.1") && words.contains(&language.number(1_024)), "{words}");
    }
    assert_eq!(fault.to_string(), fault.words(Language::English));
}

#[test]
fn what_to_do_about_an_error_of_the_system_depends_on_the_error() {
    use io::ErrorKind::{
        NotFound, Other, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        Unsupported,
    };
    let advice =
        |kind: io::ErrorKind| Language::ALL.map(|language| advice_for(&kind.into(), language));
    let kinds = [StorageFull, ReadOnlyFilesystem, PermissionDenied, NotFound, Unsupported, Other];
    let different: BTreeSet<[&str; 2]> = kinds.into_iter().map(advice).collect();
    assert_eq!(different.len(), kinds.len());
    assert_eq!(advice(QuotaExceeded), advice(StorageFull));
}

#[test]
fn a_rule_of_an_unknown_kind_names_nobody() {
    let words = |who: &str, language| {
        PrivacyFault::WritableBy { path: path(), who: who.to_string() }.words(language)
    };
    for language in Language::ALL {
        let nobody = words("S-1-1-0", language).replace("S-1-1-0", "");
        assert_ne!(words("", language), nobody);
    }
}
