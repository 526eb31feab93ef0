use std::collections::BTreeSet;

use super::super::state::StateError;
use super::*;
use crate::store::lock::LockError;

/// One of every kind, with values that need escaping where texts come from a
/// medium. A kind that is forgotten here is missed by `every_entry_is_used`.
pub fn samples() -> Vec<Kind> {
    let text = || "a\u{1b}[2J\u{202e}b".to_string();
    let said = || Detail::said(text());
    let name = || Identifier::parse("alice").unwrap();
    let position = Position::parse("1.7").unwrap();
    let number = Number::ONE;
    let date = Timestamp::parse("2026-11-23T10:00:00Z").unwrap();
    let bytes = || vec![0, 255];
    let reason = SignatureError::Content;
    vec![
        Kind::NothingToCompare,
        Kind::NoSums,
        Kind::EmptySums,
        Kind::SumsRefused { detail: said() },
        Kind::NoManifest,
        Kind::ManifestRefused { detail: said() },
        Kind::ManifestChanged,
        Kind::SumsAndManifestDiffer { path: text() },
        Kind::OtherPublisherInManifest { found: name(), expected: name() },
        Kind::SealFileTooLong { path: text(), limit: 1024 },
        Kind::NotRendered { detail: said() },
        Kind::FileChanged { path: text(), sectors: Some((4096, 43007)) },
        Kind::FileMissing { path: text() },
        Kind::FileSize { path: text(), expected: 1, found: 2 },
        Kind::NotAFile { path: text() },
        Kind::LevelTooLow { required: "whole-medium", reached: "volume" },
        Kind::UnexpectedFile { path: text(), size: 45, sectors: None },
        Kind::UnexpectedFolder { path: text() },
        Kind::NotAPlainFile { path: text() },
        Kind::NameNotAllowed { path: text() },
        Kind::DoubleName { path: text() },
        Kind::HiddenAttribute { path: text() },
        Kind::UnexpectedStream { path: text(), size: 9 },
        Kind::StructureChanged {
            region: Place::Folder(text()),
            start: 1_048_576,
            length: 2,
            expected: bytes(),
            found: bytes(),
        },
        Kind::DeletedEntry { folder: text(), name: text(), sector: 2080, byte: 64 },
        Kind::FreeSpaceUsed { first: 1, last: 2, start: 512, found: bytes() },
        Kind::SlackUsed { path: text(), start: 512, found: bytes() },
        Kind::AfterTheEnd { start: 512, found: bytes() },
        Kind::TooShort { expected: 2, found: 1 },
        Kind::BundleChanged {
            region: Place::LocalHeader(text()),
            start: 5,
            length: 1,
            expected: bytes(),
            found: bytes(),
        },
        Kind::MoreDifferences { count: 1234 },
        Kind::ReaderRemark { detail: said() },
        Kind::ListingGivenUp { detail: said() },
        Kind::NoSignature,
        Kind::TooFewSigners { counted: 1, needed: 2 },
        Kind::SignatureRefused { path: text(), reason },
        Kind::SignatureOfOtherRelease { path: text(), comment: text() },
        Kind::NoLongerCounts { name: name() },
        Kind::SignatureMissing { name: name() },
        Kind::NoTrustDocument,
        Kind::Fork { version: 2 },
        Kind::OtherPublisher { found: name(), expected: name() },
        Kind::TrustDocumentRefused { version: 2, detail: said() },
        Kind::TrustSignatureRefused { path: text(), reason },
        Kind::Withdrawn,
        Kind::TrustGap { version: 2 },
        Kind::KeyInBothRoles { name: name() },
        Kind::OlderTrustOnMedium { known: 3, brought: 2 },
        Kind::NewerTrustOnMedium { known: 2, brought: 3 },
        Kind::Unpinned { reason: Unpinned::NoAnchor },
        Kind::StateLost { detail: said() },
        Kind::StateNewer,
        Kind::StateOfOtherPublisher { found: name(), expected: name() },
        Kind::AnchorDiffers { version: 2, detail: said() },
        Kind::StateUnsafe { path: text(), detail: said() },
        Kind::BelowFloor { position, floor: position },
        Kind::OlderThanStored { position, stored: position },
        Kind::Conflict { position },
        Kind::OtherEpoch { found: number, expected: number },
        Kind::OtherProduct { found: name(), expected: name() },
        Kind::OlderAccepted { position, stored: position },
        Kind::Rerun,
        Kind::RollbackNotChecked,
        Kind::ClockBeforeIssued { clock: date, issued: date },
        Kind::AdviceDue { date },
        Kind::ReadError { place: Spot::Path(text()), detail: said() },
        Kind::NotKept { detail: said() },
        Kind::SourceError { detail: said() },
        Kind::OsChanges,
        Kind::OsChange { detail: said() },
        Kind::OsDiskSignature,
        Kind::OwnDriveFolder { path: text() },
        Kind::ForeignDriveFolder { path: text() },
        Kind::ZoneIdentifier { path: text() },
        Kind::NotAdministrator { detail: said() },
        Kind::WrongInstrument { found: text(), wanted: "MiSeq".to_string() },
        Kind::WrongSoftware {
            software: "LRM".to_string(),
            found: text(),
            wanted: "1.3 - 3.1".to_string(),
        },
        Kind::RunInProgress { detail: said() },
        Kind::RestartPending { detail: said() },
        Kind::OtherInstaller { detail: said() },
        Kind::TooLittleSpace { path: text(), free: 1, needed: 2 },
        Kind::Unanswered { question: "mode".to_string(), option: "--mode" },
        Kind::NoPackage,
        Kind::SoftwareAtLastRun { software: "LRM".to_string(), version: text(), folder: text() },
        Kind::UnfinishedRun { folder: text() },
        Kind::RestartPendingAccepted { detail: said() },
        Kind::FactUnread { fact: said(), detail: said() },
        Kind::PolicyActive { detail: said() },
        Kind::PolicyForbids { path: text() },
        Kind::UnusualFolder { path: text() },
        Kind::DemoPublisher,
        Kind::WriteProtected,
        Kind::NotWriteProtected,
        Kind::ProtectionUnknown,
    ]
}

#[test]
fn numbers_are_unique_and_every_entry_is_used() {
    let samples = samples();
    let numbers: BTreeSet<String> = samples.iter().map(Kind::code).collect();
    assert_eq!(numbers.len(), samples.len(), "a number stands twice");
    for language in Language::ALL {
        let table = language.table();
        let used: BTreeSet<&str> =
            samples.iter().map(|kind| (kind.facts(language).entry)(table).what).collect();
        for (name, entry) in table.findings.all() {
            assert!(used.contains(entry.what), "{language:?}: {name} is not used");
        }
        assert_eq!(used.len(), table.findings.all().len());
    }
}

#[test]
fn every_place_is_filled_and_nothing_acts_on_a_terminal() {
    for language in Language::ALL {
        for kind in samples() {
            for text in [kind.what(language), kind.next(language)] {
                let places = text.replace("\\u{1b}", "").replace("\\u{202e}", "");
                assert!(!places.contains('{'), "{text}");
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\n']), "{text:?}");
            }
            assert!(!kind.what(language).is_empty());
            let note = kind.severity() == Severity::Note;
            let follows = ["M-237", "M-602", "M-702"].contains(&kind.code().as_str());
            assert!(note || follows || !kind.next(language).is_empty(), "{kind:?}");
        }
    }
}

#[test]
fn places_of_both_languages_are_the_same() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
            .map(String::from)
            .collect()
    };
    let [english, french] = Language::ALL.map(Language::table);
    let mut compared = 0;
    macro_rules! same_places {
        ($($group:ident),*) => {$(
            for ((name, en), (_, fr)) in english.$group.all().iter().zip(french.$group.all()) {
                assert_eq!(places(en), places(fr), "{name}");
                compared += 1;
            }
        )*};
    }
    macro_rules! same_places_of_both {
        ($($group:ident),*) => {$(
            for ((name, en), (_, fr)) in english.$group.all().iter().zip(french.$group.all()) {
                assert_eq!(places(en.what), places(fr.what), "{name}");
                // What to do may name less in one language than in the other.
                assert!(places(fr.next).is_subset(&(&places(en.next) | &places(en.what))), "{name}");
                compared += 1;
            }
        )*};
    }
    same_places!(
        labels,
        learning,
        regions,
        oddities,
        remarks,
        seal_faults,
        details,
        doings,
        claims,
        differences
    );
    same_places_of_both!(findings, failures, learn_failures, copy_failures);
    same_places_of_both!(source_faults, folder_faults, store_faults);
    same_places_of_both!(destination_faults, staging_faults);
    assert!(compared > 300, "{compared}");
}

#[test]
fn a_deleted_entry_of_the_root_has_a_folder_too() {
    let deleted = |folder: &str| {
        let (folder, name) = (folder.to_string(), "?ONE.TXT".to_string());
        Kind::DeletedEntry { folder, name, sector: 2080, byte: 64 }.what(Language::English)
    };
    assert!(deleted("").starts_with("Deleted entry in the folder /: \"?ONE.TXT\""));
    assert!(deleted("SEAL/trust").starts_with("Deleted entry in the folder /SEAL/trust: "));
}

#[test]
fn what_could_not_be_read_is_named() {
    for language in Language::ALL {
        let places = [
            (Spot::Path("GUIDE/EN.HTM".to_string()), "GUIDE/EN.HTM".to_string()),
            (Spot::Sector(71_234), language.number(71_234)),
            (Spot::Byte(81_234), language.number(81_234)),
        ];
        for (place, wanted) in places {
            let what = Kind::ReadError { place, detail: Detail::said("why") }.what(language);
            assert!(what.contains(&wanted), "{what}");
        }
    }
}

#[test]
fn a_state_that_was_not_written_says_why() {
    let changed = || StateError::Changed(Detail::said("a fork"));
    for language in Language::ALL {
        let busy = || LockError::Busy("C".into());
        assert_eq!(StateError::Lock(busy()).words(language), busy().words(language));
        assert!(changed().words(language).contains("a fork"));
    }
    assert_eq!(changed().to_string(), changed().words(Language::English));
}
