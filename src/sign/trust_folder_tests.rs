//! Folders of trust documents: every entry explained or named.

use super::*;
use crate::seal::names::{Identifier, Number};
use crate::seal::testing::{TestKey, chain, first_document, next_document, role, signed};
use crate::seal::trust::{ProductRule, TrustDocument};
use std::fs;
use tempfile::TempDir;

/// Root holders 1 and 2, both needed; release signer 3.
fn keys() -> [TestKey; 3] {
    [1, 2, 3].map(TestKey::new)
}

fn document(keys: &[TestKey; 3]) -> TrustDocument {
    let [a, b, c] = keys;
    first_document(role(2, &[a, b]), role(1, &[c]))
}

/// Writes documents 1.. with their signatures to a new folder.
fn write(documents: &[SignedDocument]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (index, signed) in documents.iter().enumerate() {
        let name = format!("{}.json", index + 1);
        fs::write(folder.path().join(&name), &signed.bytes).unwrap();
        for file in &signed.signatures {
            let id = Signature::parse(file).unwrap().key_id();
            fs::write(folder.path().join(format!("{name}.{id}.minisig")), file).unwrap();
        }
    }
    folder
}

/// Documents 1 and 2, signed by the root keys whose numbers are given.
fn two(first: &[u8], second: &[u8], change: impl FnOnce(&mut TrustDocument)) -> TempDir {
    let keys = keys();
    let by = |seeds: &[u8]| seeds.iter().map(|seed| TestKey::new(*seed)).collect::<Vec<_>>();
    let (first, second) = (by(first), by(second));
    let one = document(&keys);
    let full: Vec<&TestKey> = keys[..2].iter().collect();
    let two = next_document(&chain(&one, &full), change);
    write(&[
        signed(&one, &first.iter().collect::<Vec<_>>()),
        signed(&two, &second.iter().collect::<Vec<_>>()),
    ])
}

#[test]
fn fully_signed_folder_proves_its_chain() {
    let folder = two(&[1, 2], &[1, 2], |_| {});
    let trust = TrustFolder::read(folder.path()).unwrap();
    assert!(trust.is_fully_signed());
    assert_eq!(trust.proved().unwrap(), *trust.chain());
    assert_eq!(trust.before().unwrap().document.version, 1);
    assert_eq!(trust.newest_counts().len(), 2, "asked are the roles of 1 and of 2");
}

#[test]
fn newest_document_may_lack_signatures_an_older_one_may_not() {
    let partly = two(&[1, 2], &[2], |_| {});
    let trust = TrustFolder::read(partly.path()).unwrap();
    assert!(!trust.is_fully_signed());
    assert!(trust.is_signed_by(&TestKey::new(2).public));
    assert!(!trust.is_signed_by(&TestKey::new(1).public));
    assert_eq!(trust.newest_counts()[0].missing[0].as_str(), "key-1");
    assert!(matches!(
        trust.proved(),
        Err(TrustFolderError::Document(2, ChainError::Threshold { of: 1, counted: 1, needed: 2 }))
    ));
    let old = two(&[1], &[1, 2], |_| {});
    assert!(matches!(
        TrustFolder::read(old.path()),
        Err(TrustFolderError::Document(1, ChainError::Threshold { of: 1, counted: 1, needed: 2 }))
    ));
}

#[test]
fn document_needs_the_root_keys_before_it_and_its_own() {
    let [a, b, c] = keys();
    let d = TestKey::new(4);
    let one = document(&[TestKey::new(1), TestKey::new(2), TestKey::new(3)]);
    let two = next_document(&chain(&one, &[&a, &b]), |document| {
        document.roles.root = role(1, &[&d]);
    });
    let first = signed(&one, &[&a, &b]);
    for (signers, enough) in
        [(vec![&a, &b, &d], true), (vec![&a, &b], false), (vec![&d], false), (vec![&a, &d], false)]
    {
        let folder = write(&[first.clone(), signed(&two, &signers)]);
        let trust = TrustFolder::read(folder.path()).unwrap();
        assert_eq!(trust.is_fully_signed(), enough);
        assert_eq!(trust.proved().is_ok(), enough, "the count and the chain's own agree");
        for key in [&a, &b, &d] {
            assert!(trust.root_holder(&key.public).is_some());
        }
        assert!(trust.root_holder(&c.public).is_none(), "a release key is no root key");
    }
}

#[test]
fn what_a_power_cut_left_of_a_file_of_ours_is_explained() {
    let trust = two(&[1, 2], &[1, 2], |_| {});
    let whole = TrustFolder::read(trust.path()).unwrap().proved().unwrap();
    let left = trust.path().join(".mediaseal-tmp-00005bc83469474000000005");
    fs::write(left, b"half a document").unwrap();
    assert_eq!(TrustFolder::read(trust.path()).unwrap().proved().unwrap(), whole);
    fs::write(trust.path().join(".mediaseal-tmp-mine"), b"x").unwrap();
    assert!(TrustFolder::read(trust.path()).is_err());
}

#[test]
fn every_entry_is_explained_or_named() {
    for (name, folder) in [
        ("notes.txt", false),
        ("1.json.bak", false),
        ("01.json", false),
        ("old", true),
        ("1.json.00.minisig", false),
    ] {
        let trust = two(&[1, 2], &[1, 2], |_| {});
        let path = trust.path().join(name);
        match folder {
            true => fs::create_dir(path).unwrap(),
            false => fs::write(path, b"x").unwrap(),
        }
        let error = TrustFolder::read(trust.path()).unwrap_err();
        assert!(matches!(&error, TrustFolderError::Unexplained(found) if found == name));
    }
}

#[test]
fn signature_that_is_not_valid_is_named() {
    let path = |folder: &TempDir, id: &str| folder.path().join(format!("2.json.{id}.minisig"));
    let (id, other) = ("0202020202020202", "0101010101010101");
    let refuse = |change: &dyn Fn(&TempDir)| {
        let folder = two(&[1, 2], &[2], |_| {});
        change(&folder);
        match TrustFolder::read(folder.path()).unwrap_err() {
            TrustFolderError::Signature(name, error) => (name, error),
            error => panic!("{error}"),
        }
    };
    let (name, error) = refuse(&|f| fs::write(path(f, id), b"").unwrap());
    assert_eq!((name.as_str(), error), ("2.json.0202020202020202.minisig", SignatureError::Empty));
    let (name, error) = refuse(&|f| fs::write(path(f, id), [b'x'; 5000]).unwrap());
    assert!(name.contains(id) && error == SignatureError::Format);
    let (name, error) = refuse(&|f| fs::rename(path(f, id), path(f, other)).unwrap());
    assert!(name.contains(other) && error == SignatureError::KeyId);
    let (name, error) = refuse(&|f| {
        let of_one = f.path().join(format!("1.json.{other}.minisig"));
        fs::copy(of_one, path(f, other)).unwrap();
    });
    assert!(name.contains(other) && error == SignatureError::Content);
    // The release key is in the chain and is no root key.
    let (name, error) = refuse(&|f| {
        let bytes = fs::read(f.path().join("2.json")).unwrap();
        let file = TestKey::new(3).sign(&bytes, "mediaseal trust example-support 2");
        fs::write(path(f, "0303030303030303"), file).unwrap();
    });
    assert!(name.contains("0303030303030303") && error == SignatureError::UnknownKey);
}

#[test]
fn gap_orphan_and_empty_folder_are_named() {
    let folder = two(&[1, 2], &[1, 2], |_| {});
    fs::rename(folder.path().join("2.json"), folder.path().join("3.json")).unwrap();
    assert!(matches!(TrustFolder::read(folder.path()), Err(TrustFolderError::Missing(2))));
    let folder = two(&[1, 2], &[1, 2], |_| {});
    fs::remove_file(folder.path().join("2.json")).unwrap();
    assert!(matches!(TrustFolder::read(folder.path()), Err(TrustFolderError::Missing(2))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(TrustFolder::read(empty.path()), Err(TrustFolderError::Empty(_))));
    let error = TrustFolder::read(&empty.path().join("none")).unwrap_err();
    assert!(matches!(error, TrustFolderError::Source(_)));
}

#[cfg(unix)]
#[test]
fn link_is_refused() {
    let folder = two(&[1, 2], &[1, 2], |_| {});
    let (from, to) = (folder.path().join("2.json"), folder.path().join("../2.json"));
    fs::remove_file(&from).unwrap();
    std::os::unix::fs::symlink(to, &from).unwrap();
    let error = TrustFolder::read(folder.path()).err();
    assert!(
        matches!(&error, Some(TrustFolderError::NotAFile(name, EntryKind::SymbolicLink)) if name == "2.json"),
        "{error:?}"
    );
}

#[test]
fn document_that_loosens_is_refused_before_anyone_signs_it() {
    let keys = keys();
    let mut one = document(&keys);
    let product = Identifier::parse("patch").unwrap();
    let rule = |floor| ProductRule { epoch: Number::ONE, floor: Number::new(floor).unwrap() };
    one.products.insert(product.clone(), rule(5));
    let [a, b, _] = &keys;
    let two = next_document(&chain(&one, &[a, b]), |document| {
        document.products.insert(product, rule(4));
    });
    let folder = write(&[signed(&one, &[a, b]), signed(&two, &[])]);
    assert!(matches!(
        TrustFolder::read(folder.path()),
        Err(TrustFolderError::Document(2, ChainError::Lowered(_)))
    ));
}
