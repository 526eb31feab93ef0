//! Drafts of trust documents: what each edit does, and what is refused.

use super::*;
use crate::seal::signature::trust_comment;
use crate::seal::testing::{TestKey, first_document, role};
use std::fs;
use tempfile::TempDir;

/// A folder with document 1: root key 1, release keys 3 and 4, both needed.
fn folder(signed: bool) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    let [root, a, b] = [1, 3, 4].map(TestKey::new);
    let bytes = first_document(role(1, &[&root]), role(2, &[&a, &b])).print().unwrap();
    fs::write(temp.path().join("1.json"), bytes).unwrap();
    if signed {
        sign(&temp, 1, 1);
    }
    temp
}

/// Signs document `version` with test key `seed`.
fn sign(temp: &TempDir, version: u32, seed: u8) {
    let key = TestKey::new(seed);
    let path = temp.path().join(format!("{version}.json"));
    let bytes = fs::read(&path).unwrap();
    let publisher = TrustDocument::parse(&bytes).unwrap().publisher;
    let file = key.sign(&bytes, &trust_comment(&publisher, version));
    let name = format!("{version}.json.{}.minisig", key.holder().public_key.id());
    fs::write(temp.path().join(name), file).unwrap();
}

fn read(temp: &TempDir, version: u32) -> TrustDocument {
    TrustDocument::parse(&fs::read(temp.path().join(format!("{version}.json"))).unwrap()).unwrap()
}

fn names(temp: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(temp.path()).unwrap();
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn product() -> Identifier {
    Identifier::parse("patch").unwrap()
}

fn number(value: u32) -> Number {
    Number::new(value).unwrap()
}

#[test]
fn unsigned_document_is_changed_and_a_signed_one_is_followed() {
    let temp = folder(false);
    let code = Digest::of(b"a release");
    let prepared = apply(temp.path(), &[Edit::Withdraw(code)]).unwrap();
    assert_eq!((prepared.version, prepared.changed), (1, true));
    assert_eq!(read(&temp, 1).withdrawn, [code]);
    sign(&temp, 1, 1);
    let first = fs::read(temp.path().join("1.json")).unwrap();
    let prepared = apply(temp.path(), &[Edit::Floor(product(), number(5))]).unwrap();
    assert_eq!((prepared.version, prepared.changed), (2, false));
    let second = read(&temp, 2);
    assert_eq!(second.previous, Some(Digest::of(&first)));
    assert_eq!(second.withdrawn, [code], "what was withdrawn stays");
    assert_eq!(fs::read(temp.path().join("1.json")).unwrap(), first, "document 1 is untouched");
    // A draft takes more edits, until somebody signs it.
    let prepared = apply(temp.path(), &[Edit::Floor(product(), number(6))]).unwrap();
    assert_eq!((prepared.version, prepared.changed), (2, true));
    assert_eq!(read(&temp, 2).products[&product()].floor, number(6));
    assert_eq!(names(&temp).len(), 3, "two documents, one signature");
}

#[test]
fn partly_signed_document_is_refused() {
    let temp = folder(true);
    let second = Edit::Add(RoleName::Root, TestKey::new(2).holder());
    apply(temp.path(), &[second, Edit::Threshold(RoleName::Root, 2)]).unwrap();
    sign(&temp, 2, 1);
    let before = fs::read(temp.path().join("2.json")).unwrap();
    let edit = Edit::Withdraw(Digest::of(b"a release"));
    let error = apply(temp.path(), std::slice::from_ref(&edit)).unwrap_err();
    assert!(matches!(error, DraftError::Signed(2, _)), "{error}");
    let failure = Failure::from(error);
    assert_eq!(failure.outcome, Outcome::Refused);
    assert!(failure.next.contains("prepares document 3"), "{}", failure.next);
    assert_eq!(fs::read(temp.path().join("2.json")).unwrap(), before);
    sign(&temp, 2, 2);
    assert_eq!(apply(temp.path(), &[edit]).unwrap().version, 3);
}

#[test]
fn keys_come_and_go() {
    let temp = folder(true);
    let (old, new) = (TestKey::new(3).holder(), TestKey::new(5).holder());
    let edits = [
        Edit::Remove(RoleName::Release, old.public_key.id().to_string().to_lowercase()),
        Edit::Add(RoleName::Release, new.clone()),
    ];
    apply(temp.path(), &edits).unwrap();
    let release = read(&temp, 2).roles.release;
    assert!(release.has(&new.public_key) && !release.has(&old.public_key));
    let nobody = Edit::Remove(RoleName::Root, "zoe".to_string());
    assert!(matches!(apply(temp.path(), &[nobody]), Err(DraftError::Nobody(..))));
    // Below the threshold: nothing of the two edits is written.
    let before = read(&temp, 2);
    let too_few =
        [Edit::Withdraw(Digest::of(b"x")), Edit::Remove(RoleName::Release, new.name.to_string())];
    let refused = apply(temp.path(), &too_few);
    assert!(matches!(refused, Err(DraftError::Document(TrustError::Threshold("release")))));
    assert_eq!(read(&temp, 2), before);
    // A key whose id another key of the history has.
    let twin = crate::seal::key::PublicKey::new(
        old.public_key.id(),
        TestKey::new(9).holder().public_key.point(),
    );
    let twin = Holder { name: Identifier::parse("twin").unwrap(), public_key: twin.unwrap() };
    let refused = apply(temp.path(), &[Edit::Add(RoleName::Release, twin)]);
    assert!(matches!(refused, Err(DraftError::Step(ChainError::Keys(_)))), "{refused:?}");
    assert_eq!(read(&temp, 2), before);
}

#[test]
fn floors_and_epochs_only_rise() {
    let temp = folder(true);
    let floor = |value| Edit::Floor(product(), number(value));
    let epoch = |value: Option<u32>| Edit::Epoch(product(), value.map(number));
    let rule = |temp: &TempDir, version| {
        let rule = read(temp, version).products[&product()];
        (rule.epoch.value(), rule.floor.value())
    };
    apply(temp.path(), &[floor(7)]).unwrap();
    assert_eq!(rule(&temp, 2), (1, 7));
    assert!(matches!(apply(temp.path(), &[floor(6)]), Err(DraftError::Falls(..))));
    assert!(matches!(apply(temp.path(), &[floor(7)]), Err(DraftError::Nothing)));
    sign(&temp, 2, 1);
    assert!(matches!(apply(temp.path(), &[floor(6)]), Err(DraftError::Falls(..))));
    apply(temp.path(), &[epoch(None)]).unwrap();
    assert_eq!(rule(&temp, 3), (2, 1), "a new epoch counts anew");
    for lower in [1, 2] {
        assert!(matches!(apply(temp.path(), &[epoch(Some(lower))]), Err(DraftError::Falls(..))));
    }
    apply(temp.path(), &[epoch(Some(9)), floor(4)]).unwrap();
    assert_eq!(rule(&temp, 3), (9, 4));
    sign(&temp, 3, 1);
    let last = Number::new(crate::seal::limits::MAX_NUMBER).unwrap();
    apply(temp.path(), &[Edit::Epoch(product(), Some(last))]).unwrap();
    sign(&temp, 4, 1);
    assert!(matches!(apply(temp.path(), &[epoch(None)]), Err(DraftError::Falls(..))));
}

#[test]
fn withdrawn_codes_stay_sorted_and_single() {
    let temp = folder(true);
    let codes: Vec<Digest> = (0..5_u8).map(|n| Digest::of(&[n])).collect();
    let edits: Vec<Edit> = codes.iter().map(|code| Edit::Withdraw(*code)).collect();
    apply(temp.path(), &edits).unwrap();
    let mut sorted = codes.clone();
    sorted.sort();
    assert_eq!(read(&temp, 2).withdrawn, sorted);
    let again = apply(temp.path(), &[Edit::Withdraw(codes[3])]);
    assert!(matches!(again, Err(DraftError::Withdrawn(code)) if code == codes[3]));
}

#[test]
fn there_are_at_most_64_documents() {
    let temp = folder(true);
    // Written as they would be: what reads them all again each time is the same.
    for version in 2..=62 {
        let mut next = read(&temp, version - 1);
        next.version = version;
        let before = fs::read(temp.path().join(format!("{}.json", version - 1))).unwrap();
        next.previous = Some(Digest::of(&before));
        fs::write(temp.path().join(format!("{version}.json")), next.print().unwrap()).unwrap();
        sign(&temp, version, 1);
    }
    for version in [63, 64] {
        apply(temp.path(), &[Edit::Withdraw(Digest::of(&[version]))]).unwrap();
        sign(&temp, u32::from(version), 1);
    }
    let refused = apply(temp.path(), &[Edit::Withdraw(Digest::of(b"one more"))]);
    assert!(matches!(refused, Err(DraftError::Document(TrustError::Version(65)))), "{refused:?}");
    assert_eq!(TrustFolder::read(temp.path()).unwrap().chain().length(), 64);
}
