//! Editing trust: a first document, a root signature, an export.
//!
//! A signature is made over the bytes that were read and shown, is judged by
//! the chain's own rules before it is written, and the folder is read again
//! after. Only a chain that proves itself is exported.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{self, Access, Existing, FileError, shown};
use super::keyfile::{KeyfileError, SigningKey};
use super::lines::Lines;
use super::trust_changes::{describe, warnings};
use super::trust_folder::{RootCount, TrustFolder, TrustFolderError};
use crate::seal::anchor::{self, AnchorError};
use crate::seal::digest::Digest;
use crate::seal::key::{KeyError, KeyId, PublicKey};
use crate::seal::names::Identifier;
use crate::seal::signature::{SignatureError, trust_comment};
use crate::seal::trust::{FORMAT, Holder, Role, Roles, TrustDocument, TrustError};
use crate::store::SystemFolder;
use crate::store::temporary::{TEMPORARY, remove_leftovers};
use crate::verify::outcome::{Failure, Outcome};

/// Bytes of a public key file: two lines, of which one has 56 characters.
const MAX_PUBLIC_KEY_FILE_BYTES: usize = 4096;

/// Why trust could not be edited.
#[derive(Debug)]
pub enum TrustEditError {
    /// Reading or writing failed.
    File(FileError),
    /// The folder is refused.
    Folder(TrustFolderError),
    /// A public key file is refused.
    PublicKey(PathBuf, KeyError),
    /// A file's name is no name for a holder.
    HolderName(PathBuf),
    /// The document would break a rule.
    Document(TrustError),
    /// The folder for a first document is there and not empty.
    NotEmpty(PathBuf),
    /// The key is not in a root role that is asked.
    NotRoot(KeyId, u32),
    /// What was typed is not the document's number.
    Cancelled,
    /// The key failed.
    Key(KeyfileError),
    /// What was signed is refused by the chain's own rules.
    Refused(SignatureError),
    /// The newest document lacks signatures.
    NotSigned(u32, Vec<RootCount>),
    /// The chain cannot be printed.
    Anchor(AnchorError),
}

impl fmt::Display for TrustEditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Folder(error) => write!(f, "{error}"),
            Self::PublicKey(path, error) => write!(f, "{}: {error}", shown(path)),
            Self::HolderName(path) => {
                write!(f, "the name of {} is no name for a key's holder", shown(path))
            }
            Self::Document(error) => write!(f, "{error}"),
            Self::NotEmpty(path) => write!(f, "{} is not empty", shown(path)),
            Self::NotRoot(id, version) => {
                write!(f, "key {id} is not a root key for trust document {version}")
            }
            Self::Cancelled => write!(f, "that is not its number: nothing was signed"),
            Self::Key(error) => write!(f, "{error}"),
            Self::Refused(error) => write!(f, "the new signature is refused: {error}"),
            Self::NotSigned(version, counts) => {
                write!(f, "trust document {version} is not signed by enough root keys")?;
                counts
                    .iter()
                    .filter(|count| !count.is_enough())
                    .try_for_each(|count| write!(f, "\n{}", count_line(count)))
            }
            Self::Anchor(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for TrustEditError {}

impl From<TrustEditError> for Failure {
    fn from(error: TrustEditError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            TrustEditError::File(error) => return error.into(),
            TrustEditError::Folder(error) => return error.into(),
            TrustEditError::Key(error) => return error.into(),
            TrustEditError::PublicKey(..) => (Outcome::Usage, "Name the .pub file of a key."),
            TrustEditError::HolderName(_) => {
                (Outcome::Usage, "Give the name too, 1 to 32 of a-z, 0-9 and -: name=FILE.")
            }
            TrustEditError::Document(_) => (Outcome::Usage, "Nothing was written."),
            TrustEditError::NotEmpty(_) => (Outcome::Refused, "Name a new folder."),
            TrustEditError::NotRoot(..) => {
                (Outcome::TrustSetUp, "Use a key that the document names under root.")
            }
            TrustEditError::Cancelled => {
                (Outcome::Cancelled, "Read what is shown, then give its number.")
            }
            TrustEditError::Refused(_) => (Outcome::Fail, "Nothing was written."),
            TrustEditError::NotSigned(..) => {
                (Outcome::TrustSetUp, "Let them run: mediaseal trust sign DIR --key KEY.")
            }
            TrustEditError::Anchor(_) => (Outcome::Fail, "Nothing was written."),
        };
        Self::new(outcome, what, next)
    }
}

/// Reads `FILE.pub`, or `name=FILE.pub`; without a name the holder is called
/// like the file, in lower case.
pub fn read_holder(argument: &Path) -> Result<Holder, TrustEditError> {
    let named = argument.to_str().and_then(|text| {
        let (name, path) = text.split_once('=')?;
        Some((Identifier::parse(name).ok()?, PathBuf::from(path)))
    });
    let (name, path) = match named {
        Some(named) => named,
        None => {
            let stem = argument.file_stem().unwrap_or_default().to_string_lossy();
            let name = Identifier::parse(&stem.to_ascii_lowercase());
            let wrong = |_| TrustEditError::HolderName(argument.to_path_buf());
            (name.map_err(wrong)?, argument.to_path_buf())
        }
    };
    let bytes = files::read(&path, MAX_PUBLIC_KEY_FILE_BYTES).map_err(TrustEditError::File)?;
    let text = String::from_utf8_lossy(&bytes);
    let public_key =
        PublicKey::parse_file(&text).map_err(|error| TrustEditError::PublicKey(path, error))?;
    Ok(Holder { name, public_key })
}

/// Trust document 1 of a new chain; not signed, not checked.
pub fn first_document(publisher: Identifier, root: Role, release: Role) -> TrustDocument {
    TrustDocument {
        format: FORMAT,
        publisher,
        version: 1,
        previous: None,
        roles: Roles { root, release },
        products: BTreeMap::new(),
        withdrawn: Vec::new(),
    }
}

/// Writes a first document to the new or empty folder `root`; its code.
pub fn create(root: &Path, document: &TrustDocument) -> Result<Digest, TrustEditError> {
    let bytes = document.print().map_err(TrustEditError::Document)?;
    let made = make_folder(root)?;
    let written = files::write(&root.join("1.json"), &bytes, Access::Everyone, Existing::Refuse);
    if written.is_err() && made {
        // Empty, and nobody asked for an empty folder.
        let _ = fs::remove_dir(root);
    }
    written.map_err(TrustEditError::File)?;
    Ok(Digest::of(&bytes))
}

/// Makes `root`; false where it was there and empty.
fn make_folder(root: &Path) -> Result<bool, TrustEditError> {
    let failed = |doing| move |error| TrustEditError::File(FileError::io(root, doing)(error));
    match fs::create_dir(root) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            // What a power cut left of a first document is no content.
            if let Ok(folder) = SystemFolder::open(root) {
                remove_leftovers(&folder, TEMPORARY);
            }
            match fs::read_dir(root).map_err(failed("list"))?.next() {
                None => Ok(false),
                Some(_) => Err(TrustEditError::NotEmpty(root.to_path_buf())),
            }
        }
        Err(error) => Err(failed("create")(error)),
    }
}

/// What a root holder sees before signing the newest document.
pub fn review(folder: &TrustFolder) -> Lines {
    let newest = folder.chain().newest();
    let document = &newest.document;
    let before = folder.before().map(|link| &link.document);
    let mut lines = Lines::new();
    lines.fact("Publisher", document.publisher.as_str());
    lines.fact("Document", &format!("trust document {}", document.version));
    describe(&mut lines, before, document);
    for warning in warnings(document) {
        lines.fact("WARNING", &warning);
    }
    for count in folder.newest_counts() {
        lines.fact("Signed by", &count_line(&count));
    }
    let label = format!("publisher code of trust document {}:", document.version);
    lines.fact("Code", &label);
    lines.code("", &newest.code);
    lines
}

/// Such as `1 of 2 root keys of document 3: alice; not yet: bruno`.
pub fn count_line(count: &RootCount) -> String {
    let join = |names: &[Identifier]| match names.is_empty() {
        true => "nobody".to_string(),
        false => names.iter().map(Identifier::as_str).collect::<Vec<_>>().join(", "),
    };
    let have = format!("{} of {} root keys", count.signed.len(), count.needed);
    let have = format!("{have} of document {}: {}", count.of, join(&count.signed));
    match count.is_enough() {
        true => have,
        false => format!("{have}; not yet: {}", join(&count.missing)),
    }
}

/// The holder's name, if `key` may sign the newest document.
pub fn may_sign(folder: &TrustFolder, key: &PublicKey) -> Result<Identifier, TrustEditError> {
    match folder.root_holder(key) {
        Some(holder) => Ok(holder.name.clone()),
        None => Err(TrustEditError::NotRoot(key.id(), folder.chain().length())),
    }
}

/// Signs the newest document of `folder` if `typed` is its number, and reads
/// the folder again. Returns the path of the signature.
pub fn sign(
    folder: &TrustFolder,
    key: &SigningKey,
    typed: &str,
) -> Result<PathBuf, TrustEditError> {
    let version = folder.chain().length();
    may_sign(folder, &key.public())?;
    if typed.trim() != version.to_string() {
        return Err(TrustEditError::Cancelled);
    }
    let newest = folder.chain().newest();
    let comment = trust_comment(&newest.document.publisher, version);
    let file = key.sign(&newest.signed.bytes, &comment).map_err(TrustEditError::Key)?;
    folder.chain().explains(version, &file).map_err(TrustEditError::Refused)?;
    let path = folder.signature_path(version, key.public().id());
    files::write(&path, &file, Access::Everyone, Existing::Refuse).map_err(TrustEditError::File)?;
    let again = TrustFolder::read(folder.root());
    // Somebody else may have exchanged the document while it was shown.
    match again {
        Ok(again) if again.chain().newest().code == newest.code => Ok(path),
        other => {
            // The signature is over the other document and must not stay.
            let _ = fs::remove_file(&path);
            other.map_err(TrustEditError::Folder)?;
            Err(TrustEditError::Refused(SignatureError::Content))
        }
    }
}

/// A chain as one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The anchor's bytes.
    pub anchor: Vec<u8>,
    /// The newest document's number.
    pub version: u32,
    /// The publisher code of that document.
    pub code: Digest,
}

/// The anchor of a folder whose every document is fully signed.
pub fn export(folder: &TrustFolder) -> Result<Export, TrustEditError> {
    if !folder.is_fully_signed() {
        let version = folder.chain().length();
        return Err(TrustEditError::NotSigned(version, folder.newest_counts()));
    }
    let chain = folder.proved().map_err(TrustEditError::Folder)?;
    let anchor = anchor::print(&chain).map_err(TrustEditError::Anchor)?;
    // What a verifier will read is what was meant.
    let read = anchor::parse(&anchor).map_err(TrustEditError::Anchor)?;
    let newest = read.newest();
    Ok(Export { anchor, version: newest.document.version, code: newest.code })
}

/// The line by which minisign itself makes the same signature, and the one that
/// takes it over. `id` is the key's, where it is known.
pub fn stock_commands(folder: &TrustFolder, id: Option<KeyId>) -> [String; 2] {
    let version = folder.chain().length();
    let id = id.map_or("<key-id>".to_string(), |id| id.to_string());
    let comment = trust_comment(folder.chain().publisher(), version);
    let (file, root) = (format!("{version}.json"), shown(folder.root()));
    [
        format!("minisign -Sm {file} -x {file}.{id}.minisig -s <your key> -t \"{comment}\""),
        format!("mediaseal attach {root} {root}/{file}.{id}.minisig"),
    ]
}

#[cfg(test)]
#[path = "trust_editing_tests.rs"]
mod tests;
