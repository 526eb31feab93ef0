//! Key files: made, read, refused, and never over others.

use super::*;
use crate::seal::key::KeyId;

fn password(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// The error of something whose value may not be printed.
fn error<T>(result: Result<T, KeyfileError>) -> KeyfileError {
    result.err().expect("must be refused")
}

/// A new key's file, changed at one byte under the base64.
fn changed(at: usize, byte: u8, folder: &Path) -> PathBuf {
    let paths =
        NewKey::generate(None).unwrap().write(&folder.join("c"), Existing::Replace).unwrap();
    let text = std::fs::read_to_string(&paths.secret).unwrap();
    let (comment, line) = text.trim_end().split_once('\n').unwrap();
    let mut packed = BASE64.decode(line.as_bytes()).unwrap();
    packed[at] = byte;
    std::fs::write(&paths.secret, format!("{comment}\n{}\n", BASE64.encode(&packed))).unwrap();
    paths.secret
}

#[test]
fn key_without_password_is_written_read_and_signs() {
    let folder = tempfile::tempdir().unwrap();
    let new = NewKey::generate(None).unwrap();
    let paths = new.write(&folder.path().join("alice.x"), Existing::Refuse).unwrap();
    assert_eq!(paths.secret, folder.path().join("alice.x.key"));
    let text = std::fs::read_to_string(&paths.public).unwrap();
    assert_eq!(PublicKey::parse_file(&text), Ok(new.public()));
    assert!(
        text.starts_with(&format!(
            "untrusted comment: minisign public key {}\n",
            new.public().id()
        ))
    );
    let key = KeyFile::read(&paths.secret).unwrap().unlock(None).unwrap();
    let file = key.sign(b"message", "mediaseal trust example 1").unwrap();
    let signature = Signature::parse(&file).unwrap();
    assert_eq!(signature.verify(&new.public(), b"message"), Ok(()));
    assert!(signature.verify(&new.public(), b"massage").is_err());
}

#[test]
fn key_with_password_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let new = NewKey::generate(Some(&password("mot de passe é"))).unwrap();
    let paths = new.write(&folder.path().join("bruno"), Existing::Refuse).unwrap();
    let read = || KeyFile::read(&paths.secret).unwrap();
    assert!(read().is_encrypted());
    assert!(matches!(error(read().unlock(None)), KeyfileError::PasswordNeeded(_)));
    let wrong = error(read().unlock(Some(&password("mot de passe"))));
    assert!(matches!(wrong, KeyfileError::WrongPassword(_)));
    let key = read().unlock(Some(&password("mot de passe é"))).unwrap();
    assert_eq!(key.public(), new.public());
}

#[test]
fn neither_file_of_a_key_is_replaced_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("alice");
    let paths = NewKey::generate(None).unwrap().write(&name, Existing::Refuse).unwrap();
    let before = std::fs::read(&paths.secret).unwrap();
    let second = NewKey::generate(None).unwrap();
    assert!(matches!(
        error(second.write(&name, Existing::Refuse)),
        KeyfileError::File(FileError::Store(_))
    ));
    std::fs::remove_file(&paths.secret).unwrap();
    assert!(second.write(&name, Existing::Refuse).is_err(), "the public file is still there");
    assert!(!paths.secret.exists());
    second.write(&name, Existing::Replace).unwrap();
    assert_ne!(std::fs::read(&paths.secret).unwrap(), before);
}

#[test]
fn key_id_that_begins_with_zero() {
    // One key in 16; 1,000 attempts miss all of them once in 10^28.
    let zero = |new: &NewKey| new.public().id().to_string().starts_with('0');
    let new = (0..1000).map(|_| NewKey::generate(None).unwrap()).find(zero).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let paths = new.write(&folder.path().join("zero"), Existing::Refuse).unwrap();
    let key = KeyFile::read(&paths.secret).unwrap().unlock(None).unwrap();
    let signature = Signature::parse(&key.sign(b"x", "c").unwrap()).unwrap();
    let printed = signature.key_id().to_string();
    assert_eq!(printed.len(), 16);
    assert_eq!(KeyId::parse(&printed), Some(new.public().id()));
}

#[test]
fn damaged_key_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // A byte of the public half: the key would sign what nobody can verify.
    let damaged = KeyFile::read(&changed(100, 7, folder.path())).unwrap().unlock(None);
    assert!(matches!(error(damaged), KeyfileError::Damaged(_)));
    for at in [0, 2, 4] {
        let refused = error(KeyFile::read(&changed(at, 9, folder.path())));
        assert!(matches!(refused, KeyfileError::Format(_)), "byte {at}");
    }
}

#[test]
fn key_file_that_would_take_hours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for at in [38 + 7, 46 + 7] {
        let path = changed(at, 1, folder.path());
        let text = std::fs::read_to_string(&path).unwrap();
        let (comment, line) = text.trim_end().split_once('\n').unwrap();
        let mut packed = BASE64.decode(line.as_bytes()).unwrap();
        packed[2..4].copy_from_slice(b"Sc");
        std::fs::write(&path, format!("{comment}\n{}\n", BASE64.encode(&packed))).unwrap();
        assert!(matches!(error(KeyFile::read(&path)), KeyfileError::TooCostly(_)));
    }
}

#[test]
fn other_files_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let new = NewKey::generate(None).unwrap();
    let paths = new.write(&folder.path().join("a"), Existing::Refuse).unwrap();
    assert!(matches!(error(KeyFile::read(&paths.public)), KeyfileError::PublicKey(_)));
    let path = folder.path().join("x");
    for text in ["", "x\n", "untrusted comment: x\nRWQ=\n", "untrusted comment: x\n\u{1}\n"] {
        std::fs::write(&path, text).unwrap();
        assert!(matches!(error(KeyFile::read(&path)), KeyfileError::Format(_)), "{text}");
    }
    std::fs::write(&path, [b'a'; 5000]).unwrap();
    assert!(matches!(error(KeyFile::read(&path)), KeyfileError::Format(_)));
    assert!(matches!(error(KeyFile::read(folder.path())), KeyfileError::File(_)));
}
