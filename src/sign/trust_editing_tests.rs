//! Trust documents: made, signed, exported, and what is refused.

use super::*;
use crate::sign::keyfile::{KeyFile, NewKey, public_file};
use tempfile::TempDir;

/// A key without a password, its holder called `name`.
fn holder(folder: &Path, name: &str) -> (SigningKey, Holder) {
    let paths =
        NewKey::generate(None).unwrap().write(&folder.join(name), Existing::Refuse).unwrap();
    let key = KeyFile::read(&paths.secret).unwrap().unlock(None).unwrap();
    (key, read_holder(&paths.public).unwrap())
}

/// A folder with a new document 1, and its two root keys, both needed.
fn new_trust() -> (TempDir, PathBuf, [SigningKey; 2]) {
    let temp = tempfile::tempdir().unwrap();
    let [(a, a_holder), (b, b_holder), (_, c)] =
        ["a", "b", "c"].map(|name| holder(temp.path(), name));
    let root = Role { threshold: 2, keys: vec![a_holder, b_holder] };
    let release = Role { threshold: 1, keys: vec![c] };
    let document = first_document(Identifier::parse("p").unwrap(), root, release);
    let folder = temp.path().join("trust");
    create(&folder, &document).unwrap();
    (temp, folder, [a, b])
}

#[test]
fn holder_is_called_like_the_file_or_as_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = NewKey::generate(None).unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, public_file(&key.public())).unwrap();
        path
    };
    assert_eq!(read_holder(&write("Alice.pub")).unwrap().name.as_str(), "alice");
    let odd = write("Alice Smith.pub");
    assert!(matches!(read_holder(&odd), Err(TrustEditError::HolderName(_))));
    let mut named = std::ffi::OsString::from("alice-2=");
    named.push(&odd);
    let holder = read_holder(Path::new(&named)).unwrap();
    assert_eq!((holder.name.as_str(), holder.public_key), ("alice-2", key.public()));
    let equals = write("x=y.pub");
    assert!(matches!(read_holder(&equals), Err(TrustEditError::HolderName(_))));
    fs::write(&odd, "RWQ\n").unwrap();
    let refused = read_holder(Path::new(&named));
    assert!(matches!(refused, Err(TrustEditError::PublicKey(_, KeyError::Format))));
}

#[test]
fn first_document_goes_to_a_new_or_empty_folder_only() {
    let (temp, folder, _) = new_trust();
    let document = TrustDocument::parse(&fs::read(folder.join("1.json")).unwrap()).unwrap();
    assert!(matches!(create(&folder, &document), Err(TrustEditError::NotEmpty(_))));
    let empty = temp.path().join("empty");
    fs::create_dir(&empty).unwrap();
    // What a power cut left of a first document.
    fs::write(empty.join(".mediaseal-tmp-00005bc83469474000000005"), b"half").unwrap();
    let code = create(&empty, &document).unwrap();
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 1);
    assert_eq!(code, Digest::of(&fs::read(empty.join("1.json")).unwrap()));
    let mut wrong = document;
    wrong.roles.root.threshold = 3;
    let other = temp.path().join("other");
    assert!(matches!(create(&other, &wrong), Err(TrustEditError::Document(_))));
    assert!(!other.exists(), "nothing is left behind");
}

#[test]
fn chain_is_exported_once_enough_root_keys_signed() {
    let (_temp, folder, [a, b]) = new_trust();
    let read = || TrustFolder::read(&folder).unwrap();
    assert!(matches!(export(&read()), Err(TrustEditError::NotSigned(1, _))));
    sign(&read(), &a, "1").unwrap();
    let error = export(&read()).unwrap_err();
    assert!(error.to_string().ends_with("1 of 2 root keys of document 1: a; not yet: b"));
    sign(&read(), &b, " 1\n").unwrap();
    let export = export(&read()).unwrap();
    let chain = anchor::parse(&export.anchor).unwrap();
    assert_eq!((export.version, export.code), (1, chain.newest().code));
    assert_eq!(chain.newest().signed.signatures.len(), 2);
}

#[test]
fn number_must_be_typed() {
    let (_temp, folder, [a, _]) = new_trust();
    for typed in ["", "2", "y", "yes", "01", "1.0", "1 1"] {
        let trust = TrustFolder::read(&folder).unwrap();
        assert!(matches!(sign(&trust, &a, typed), Err(TrustEditError::Cancelled)), "{typed}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing was written");
}

#[test]
fn key_that_is_no_root_key_does_not_sign() {
    let (temp, folder, _) = new_trust();
    let (stranger, _) = holder(temp.path(), "stranger");
    let trust = TrustFolder::read(&folder).unwrap();
    assert!(matches!(sign(&trust, &stranger, "1"), Err(TrustEditError::NotRoot(_, 1))));
}

#[test]
fn document_exchanged_while_it_was_shown_is_not_signed() {
    let (_temp, folder, [a, _]) = new_trust();
    let shown = TrustFolder::read(&folder).unwrap();
    let path = folder.join("1.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"threshold\": 2", "\"threshold\": 1", 1)).unwrap();
    assert!(sign(&shown, &a, "1").is_err());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no signature stays");
}
