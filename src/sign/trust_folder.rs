//! A folder of trust documents: `N.json` and `N.json.<key-id>.minisig`.
//!
//! Every entry is explained or is an error that names it. The newest document
//! may lack signatures, that is what the folder is for; an older one may not.
//! What the documents prove is asked from [`Chain`] alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::files::{folder_source, shown, source_failure};
use crate::seal::chain::{Chain, ChainError, Link, SignedDocument, only_tightens, root_signers};
use crate::seal::digest::Digest;
use crate::seal::key::{KeyId, PublicKey};
use crate::seal::layout::{SealName, TRUST_FOLDER, seal_name};
use crate::seal::limits::{MAX_SIGNATURE_BYTES, MAX_SIGNATURE_FILES, MAX_TRUST_BYTES};
use crate::seal::names::{Identifier, escape};
use crate::seal::signature::{Signature, SignatureError};
use crate::seal::trust::Holder;
use crate::source::{EntryKind, Remark, Source, SourceError};
use crate::store::temporary::{TEMPORARY, is_temporary};
use crate::verify::outcome::{Failure, Outcome};

/// Why a folder of trust documents was refused.
#[derive(Debug)]
pub enum TrustFolderError {
    /// Reading failed.
    Source(SourceError),
    /// No `1.json`.
    Empty(PathBuf),
    /// An entry that belongs to no trust document.
    Unexplained(String),
    /// An entry that is neither file nor folder.
    NotAFile(String, EntryKind),
    /// More entries than such a folder can have.
    Endless(String),
    /// A document between others, or the document of a signature, is missing.
    Missing(u32),
    /// A document is refused.
    Document(u32, ChainError),
    /// A signature file is not a valid one of a root key.
    Signature(String, SignatureError),
}

impl fmt::Display for TrustFolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => write!(f, "{error}"),
            Self::Empty(path) => write!(f, "{} holds no trust document", shown(path)),
            Self::Unexplained(name) => {
                write!(f, "{} does not belong to a trust document", escape(name))
            }
            Self::NotAFile(name, EntryKind::SymbolicLink) => {
                write!(f, "{} is a symbolic link", escape(name))
            }
            Self::NotAFile(name, _) => write!(f, "{} is not a file", escape(name)),
            Self::Endless(detail) => write!(f, "not a folder of trust documents: {detail}"),
            Self::Missing(version) => write!(f, "trust document {version} is missing"),
            Self::Document(version, error) => write!(f, "trust document {version}: {error}"),
            Self::Signature(name, error) => write!(f, "{}: {error}", escape(name)),
        }
    }
}

impl std::error::Error for TrustFolderError {}

impl From<TrustFolderError> for Failure {
    fn from(error: TrustFolderError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            TrustFolderError::Source(error) => return source_failure(&error),
            TrustFolderError::Empty(_) => {
                (Outcome::Usage, "Make the first one with: mediaseal trust new.")
            }
            TrustFolderError::Unexplained(_) | TrustFolderError::NotAFile(..) => {
                (Outcome::Fail, "Find out where it comes from, then move it away.")
            }
            TrustFolderError::Document(_, ChainError::Threshold { .. }) => {
                (Outcome::TrustSetUp, "Collect the missing signatures first.")
            }
            TrustFolderError::Signature(..) => (
                Outcome::Fail,
                "If minisign made it, give it to mediaseal attach; else move it away.",
            ),
            _ => (Outcome::Fail, "Take the folder from the colleague who had it last."),
        };
        Self::new(outcome, what, next)
    }
}

/// What [`documents`] found.
struct Documents {
    /// The documents, 1 first, with the signature files that can be read.
    signed: Vec<SignedDocument>,
    /// Signature files that are no signatures, or not of the key in their name.
    refused: Vec<(String, SignatureError)>,
}

/// The trust documents in the folder `root`, in which nothing else may be.
fn documents(root: &Path) -> Result<Documents, TrustFolderError> {
    let source = folder_source(root).map_err(TrustFolderError::Source)?;
    let source = source.ok_or_else(|| TrustFolderError::Empty(root.to_path_buf()))?;
    let listing = source.listing().map_err(TrustFolderError::Source)?;
    let given_up = listing.remarks.iter().find(|remark| matches!(remark, Remark::GivenUp { .. }));
    if let Some(remark) = given_up {
        return Err(TrustFolderError::Endless(remark.to_string()));
    }
    let mut bodies = BTreeMap::new();
    let mut refused = Vec::new();
    let mut read = 0;
    let mut signatures: BTreeMap<u32, Vec<(KeyId, Vec<u8>)>> = BTreeMap::new();
    for entry in &listing.entries {
        let name = &entry.path;
        // What a power cut left of a file of ours: the next one that is written
        // here removes it.
        if is_temporary(name.as_ref(), TEMPORARY) {
            continue;
        }
        match entry.kind {
            EntryKind::File { .. } => {}
            EntryKind::Folder => return Err(TrustFolderError::Unexplained(name.clone())),
            kind => return Err(TrustFolderError::NotAFile(name.clone(), kind)),
        }
        match seal_name(&format!("{TRUST_FOLDER}/{name}")) {
            Some(SealName::TrustDocument(version)) => {
                let bytes = source.read(name, MAX_TRUST_BYTES).map_err(TrustFolderError::Source)?;
                bodies.insert(version, bytes);
            }
            Some(SealName::TrustSignature(version, key)) => {
                read += 1;
                if read > MAX_SIGNATURE_FILES {
                    let detail = format!("more than {MAX_SIGNATURE_FILES} signature files");
                    return Err(TrustFolderError::Endless(detail));
                }
                let named = signatures.entry(version).or_default();
                match read_signature(&*source, name, key)? {
                    Ok(bytes) => named.push((key, bytes)),
                    Err(error) => refused.push((name.clone(), error)),
                }
            }
            _ => return Err(TrustFolderError::Unexplained(name.clone())),
        }
    }
    if bodies.is_empty() {
        return Err(TrustFolderError::Empty(root.to_path_buf()));
    }
    let mut signed = Vec::new();
    for (index, (version, bytes)) in bodies.into_iter().enumerate() {
        let expected = index as u32 + 1;
        if version != expected {
            return Err(TrustFolderError::Missing(expected));
        }
        let mut files = signatures.remove(&version).unwrap_or_default();
        files.sort_by_key(|file| file.0);
        let signatures = files.into_iter().map(|file| file.1).collect();
        signed.push(SignedDocument { bytes, signatures });
    }
    match signatures.keys().next() {
        Some(version) => Err(TrustFolderError::Missing(*version)),
        None => Ok(Documents { signed, refused }),
    }
}

/// A signature file, if it is one of the key in its name.
fn read_signature(
    source: &dyn Source,
    name: &str,
    key: KeyId,
) -> Result<Result<Vec<u8>, SignatureError>, TrustFolderError> {
    let bytes = match source.read(name, MAX_SIGNATURE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_too_long() => return Ok(Err(SignatureError::Format)),
        Err(error) => return Err(TrustFolderError::Source(error)),
    };
    Ok(Signature::parse(&bytes).and_then(|signature| match signature.key_id() == key {
        true => Ok(bytes),
        false => Err(SignatureError::KeyId),
    }))
}

/// Root signatures that the newest document has and needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCount {
    /// The version whose root role is counted.
    pub of: u32,
    /// Who validly signed.
    pub signed: Vec<Identifier>,
    /// Who did not.
    pub missing: Vec<Identifier>,
    /// The threshold.
    pub needed: u32,
}

impl RootCount {
    /// True if enough signed.
    pub fn is_enough(&self) -> bool {
        self.signed.len() as u64 >= u64::from(self.needed)
    }
}

/// A folder whose every entry is explained.
#[derive(Clone, Debug)]
pub struct TrustFolder {
    root: PathBuf,
    /// All documents, accepted by `previous` alone; proves nothing yet.
    chain: Chain,
    /// Signature files of each document as they lie there; the chain keeps the
    /// explained ones only.
    beside: Vec<Vec<Vec<u8>>>,
}

impl TrustFolder {
    /// Reads and explains everything in `root`.
    pub fn read(root: &Path) -> Result<Self, TrustFolderError> {
        let (folder, refused) = Self::read_loosely(root)?;
        if let Some((name, error)) = refused.into_iter().next() {
            return Err(TrustFolderError::Signature(name, error));
        }
        for link in folder.chain.links() {
            folder.check_link(link)?;
        }
        Ok(folder)
    }

    /// The same, but signature files are not judged; those that are not even
    /// signatures come back by name. For putting a good one in their place.
    pub(super) fn read_loosely(
        root: &Path,
    ) -> Result<(Self, Vec<(String, SignatureError)>), TrustFolderError> {
        let found = documents(root)?;
        let newest = found.signed.len() as u32;
        let code = found.signed.last().map(|signed| Digest::of(&signed.bytes));
        let code = code.ok_or(TrustFolderError::Missing(1))?;
        let beside = found.signed.iter().map(|signed| signed.signatures.clone()).collect();
        let chain = Chain::anchored(found.signed, code)
            .map_err(|error| TrustFolderError::Document(newest, error))?;
        Ok((Self { root: root.to_path_buf(), chain, beside }, found.refused))
    }

    fn check_link(&self, link: &Link) -> Result<(), TrustFolderError> {
        let version = link.document.version;
        let wrong = |error| TrustFolderError::Document(version, error);
        if let Some(before) = self.chain.link(version - 1) {
            only_tightens(&before.document, &link.document).map_err(wrong)?;
        }
        let beside = self.beside.get(version as usize - 1);
        for file in beside.into_iter().flatten() {
            self.chain.explains(version, file).map_err(|error| {
                // Only files that can be read were kept.
                let id = Signature::parse(file).map(|signature| format!("{}.", signature.key_id()));
                let id = id.unwrap_or_default();
                TrustFolderError::Signature(format!("{version}.json.{id}minisig"), error)
            })?;
        }
        let short = self.counts(version).into_iter().find(|count| !count.is_enough());
        match short {
            Some(RootCount { of, signed, needed, .. }) if version < self.chain.length() => {
                let counted = signed.len() as u32;
                Err(wrong(ChainError::Threshold { of, counted, needed }))
            }
            _ => Ok(()),
        }
    }

    /// Root signatures over document `version`: of the role before, of its own.
    fn counts(&self, version: u32) -> Vec<RootCount> {
        let Some(link) = self.chain.link(version) else { return Vec::new() };
        let before = version.checked_sub(1).and_then(|before| self.chain.link(before));
        let asked = before.into_iter().chain([link]);
        let names = |holders: Vec<&Holder>| holders.into_iter().map(|h| h.name.clone()).collect();
        let count = |asked: &Link| {
            let role = &asked.document.roles.root;
            let signed = root_signers(link, role);
            let missing = role.keys.iter().filter(|holder| !signed.contains(holder)).collect();
            RootCount {
                of: asked.document.version,
                signed: names(signed),
                missing: names(missing),
                needed: role.threshold,
            }
        };
        asked.map(count).collect()
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All documents; accepted by `previous` alone, which proves nothing.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The document before the newest one.
    pub fn before(&self) -> Option<&Link> {
        self.chain.link(self.chain.length() - 1)
    }

    /// Root signatures over the newest document, by each role that is asked.
    pub fn newest_counts(&self) -> Vec<RootCount> {
        self.counts(self.chain.length())
    }

    /// True if there is a signature file beside the newest document.
    pub fn newest_has_signatures(&self) -> bool {
        self.beside.last().is_some_and(|files| !files.is_empty())
    }

    /// True if the newest document may be exported.
    pub fn is_fully_signed(&self) -> bool {
        self.newest_counts().iter().all(RootCount::is_enough)
    }

    /// The holder of `key` among those whose root signature counts for the
    /// newest document.
    pub fn root_holder(&self, key: &PublicKey) -> Option<&Holder> {
        let links = [Some(self.chain.newest()), self.before()];
        let mut holders = links.into_iter().flatten().flat_map(|l| &l.document.roles.root.keys);
        holders.find(|holder| holder.public_key == *key)
    }

    /// True if `key` validly signed the newest document.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let version = self.chain.length();
        let files = &self.chain.newest().signed.signatures;
        files.iter().any(|file| self.chain.explains(version, file).as_ref() == Ok(key))
    }

    /// Where the signature of `key` over document `version` stands.
    pub fn signature_path(&self, version: u32, key: KeyId) -> PathBuf {
        self.root.join(format!("{version}.json.{key}.minisig"))
    }

    /// The whole chain as the documents prove it by themselves: 1 by its own
    /// root keys, each later one by those before it and its own.
    pub fn proved(&self) -> Result<Chain, TrustFolderError> {
        let mut documents = self.chain.links().iter().map(|link| link.signed.clone());
        let first = documents.next().ok_or(TrustFolderError::Missing(1))?;
        let wrong = |version| move |error| TrustFolderError::Document(version, error);
        let mut chain = Chain::self_signed(first).map_err(wrong(1))?;
        for signed in documents {
            chain.extend(signed).map_err(wrong(chain.length() + 1))?;
        }
        Ok(chain)
    }
}

#[cfg(test)]
#[path = "trust_folder_tests.rs"]
mod tests;
