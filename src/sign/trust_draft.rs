//! The next trust document: prepared from the newest, or the one that nobody
//! has signed yet, changed once more.
//!
//! One document is one file, written by one rename, so a power cut leaves the
//! old draft or the new one. A document that anybody signed is never edited: a
//! signature that is already on its way would be over other bytes than the
//! folder shows. What is written keeps every rule that a verifier will ask,
//! but for the signatures.

use std::fmt;
use std::path::{Path, PathBuf};

use super::files::{self, Access, Existing, FileError, shown};
use super::trust_folder::{TrustFolder, TrustFolderError};
use crate::seal::chain::{Chain, ChainError, SignedDocument, only_tightens};
use crate::seal::digest::Digest;
use crate::seal::names::{Identifier, Number};
use crate::seal::trust::{Holder, ProductRule, Role, TrustDocument, TrustError};
use crate::verify::outcome::{Failure, Outcome};

/// One of the two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleName {
    /// Signs trust documents.
    Root,
    /// Signs releases.
    Release,
}

impl RoleName {
    /// Both, as they stand in a document.
    pub const ALL: [Self; 2] = [Self::Root, Self::Release];

    /// The word in documents and options.
    pub fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Release => "release",
        }
    }

    fn of(self, document: &mut TrustDocument) -> &mut Role {
        match self {
            Self::Root => &mut document.roles.root,
            Self::Release => &mut document.roles.release,
        }
    }
}

/// One change of a trust document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A key more in a role.
    Add(RoleName, Holder),
    /// The holder of this name, or of the key with this id, leaves a role.
    Remove(RoleName, String),
    /// So many of the role must sign.
    Threshold(RoleName, u32),
    /// A release may not be used any more.
    Withdraw(Digest),
    /// Older releases of the product's epoch may not be used any more.
    Floor(Identifier, Number),
    /// The product starts anew: only releases of this epoch may be used.
    Epoch(Identifier, Option<Number>),
}

/// Why no document was prepared. Nothing was written.
#[derive(Debug)]
pub enum DraftError {
    /// Reading or writing failed.
    File(FileError),
    /// The folder is refused.
    Folder(TrustFolderError),
    /// Some signed the newest document, and not enough of them.
    Signed(u32, PathBuf),
    /// Nobody of that name or key id is in the role.
    Nobody(RoleName, String),
    /// The release is withdrawn already.
    Withdrawn(Digest),
    /// It is so already.
    Nothing,
    /// A floor or an epoch that would fall.
    Falls(Identifier, ProductRule),
    /// The document would break a rule.
    Document(TrustError),
    /// The document may not follow the one before it.
    Step(ChainError),
    /// The folder changed while it was looked at.
    Changed,
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Folder(error) => write!(f, "{error}"),
            Self::Signed(version, _) => {
                write!(f, "trust document {version} has signatures already, and not enough of them")
            }
            Self::Nobody(role, who) => write!(
                f,
                "nobody in role {} is called {}",
                role.word(),
                crate::seal::names::escape(who)
            ),
            Self::Withdrawn(code) => write!(f, "this release is withdrawn already:\n{code}"),
            Self::Nothing => write!(f, "it is so already"),
            Self::Falls(product, rule) => write!(
                f,
                "{product} has epoch {} and floor {}, which can only rise",
                rule.epoch, rule.floor
            ),
            Self::Document(error) => write!(f, "the document would be refused: {error}"),
            Self::Step(error) => write!(f, "the document would be refused: {error}"),
            Self::Changed => write!(f, "the folder changed while it was looked at"),
        }
    }
}

impl std::error::Error for DraftError {}

impl From<DraftError> for Failure {
    fn from(error: DraftError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            DraftError::File(error) => return error.into(),
            DraftError::Folder(error) => return error.into(),
            DraftError::Signed(version, root) => {
                let folder = shown(&root);
                let next = format!(
                    "Nothing was changed. Let the others sign it first (mediaseal trust\n\
                     status {folder}), then edit: that prepares document {}. If document\n\
                     {version} must never be used, tell everybody who signed it, delete\n\
                     {version}.json.*.minisig in {folder}, and edit again.",
                    version + 1
                );
                return Self::new(Outcome::Refused, what, next);
            }
            DraftError::Nobody(..) => {
                (Outcome::Usage, "Give a name or a key id as mediaseal trust show prints it.")
            }
            DraftError::Document(TrustError::Threshold(_)) => (
                Outcome::Usage,
                "Nothing was changed. Add a key first, or give another threshold with it:\n\
                 --root-threshold M, --release-threshold M.",
            ),
            DraftError::Falls(..) => (
                Outcome::Usage,
                "Nothing was changed. A product that must start anew gets a higher epoch:\n\
                 mediaseal trust epoch.",
            ),
            DraftError::Changed => (Outcome::Io, "Nothing was changed. Try again."),
            _ => (Outcome::Usage, "Nothing was changed."),
        };
        Self::new(outcome, what, next)
    }
}

/// What became of the edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The draft's file.
    pub path: PathBuf,
    /// Its number.
    pub version: u32,
    /// True if it was there before, signed by nobody.
    pub changed: bool,
}

/// Applies `edits`, all or none, to the folder of trust documents `root`.
pub fn apply(root: &Path, edits: &[Edit]) -> Result<Prepared, DraftError> {
    let folder = TrustFolder::read(root).map_err(DraftError::Folder)?;
    let newest = folder.chain().newest();
    let mut document = newest.document.clone();
    let changed = !folder.newest_has_signatures();
    if !changed {
        if !folder.is_fully_signed() {
            return Err(DraftError::Signed(document.version, root.to_path_buf()));
        }
        document.version += 1;
        document.previous = Some(newest.code);
    }
    let before = document.clone();
    edits.iter().try_for_each(|edit| edited(&mut document, edit))?;
    if document == before {
        return Err(DraftError::Nothing);
    }
    let bytes = document.print().map_err(DraftError::Document)?;
    if let Some(link) = folder.chain().link(document.version - 1) {
        only_tightens(&link.document, &document).map_err(DraftError::Step)?;
    }
    // Every rule between documents, as a reader of the folder will ask them: an
    // id that another key of the history has, the most documents there may be.
    let mut documents: Vec<SignedDocument> =
        folder.chain().links().iter().map(|link| link.signed.clone()).collect();
    documents.truncate(document.version as usize - 1);
    documents.push(SignedDocument { bytes: bytes.clone(), signatures: Vec::new() });
    Chain::anchored(documents, Digest::of(&bytes)).map_err(DraftError::Step)?;
    let path = root.join(format!("{}.json", document.version));
    // A new document takes nobody's place; a draft takes its own.
    let existing = if changed { Existing::Replace } else { Existing::Refuse };
    // Somebody may have signed since: that document must not be replaced.
    let again = TrustFolder::read(root).map_err(DraftError::Folder)?;
    let same = again.chain().newest() == newest
        && again.newest_has_signatures() == folder.newest_has_signatures();
    if !same {
        return Err(DraftError::Changed);
    }
    files::write(&path, &bytes, Access::Everyone, existing).map_err(DraftError::File)?;
    Ok(Prepared { path, version: document.version, changed })
}

fn edited(document: &mut TrustDocument, edit: &Edit) -> Result<(), DraftError> {
    match edit {
        Edit::Add(role, holder) => role.of(document).keys.push(holder.clone()),
        Edit::Remove(role, who) => {
            let keys = &mut role.of(document).keys;
            let count = keys.len();
            let is = |holder: &Holder| {
                let id = holder.public_key.id().to_string();
                holder.name.as_str() == who || id.eq_ignore_ascii_case(who)
            };
            keys.retain(|holder| !is(holder));
            if keys.len() == count {
                return Err(DraftError::Nobody(*role, who.clone()));
            }
        }
        Edit::Threshold(role, threshold) => role.of(document).threshold = *threshold,
        Edit::Withdraw(code) => match document.withdrawn.binary_search(code) {
            Ok(_) => return Err(DraftError::Withdrawn(*code)),
            Err(at) => document.withdrawn.insert(at, *code),
        },
        Edit::Floor(product, floor) => {
            let rule = rule_of(document, product);
            if *floor < rule.floor {
                return Err(DraftError::Falls(product.clone(), rule));
            }
            document.products.insert(product.clone(), ProductRule { floor: *floor, ..rule });
        }
        Edit::Epoch(product, epoch) => {
            let rule = rule_of(document, product);
            let next = Number::new(rule.epoch.value().saturating_add(1));
            let falls = || DraftError::Falls(product.clone(), rule);
            let epoch = epoch.or(next).filter(|epoch| *epoch > rule.epoch).ok_or_else(falls)?;
            // Sequences are counted anew.
            let rule = ProductRule { epoch, floor: Number::ONE };
            document.products.insert(product.clone(), rule);
        }
    }
    Ok(())
}

/// What holds for a product now; unnamed it has epoch 1 and no floor.
fn rule_of(document: &TrustDocument, product: &Identifier) -> ProductRule {
    let unnamed = ProductRule { epoch: Number::ONE, floor: Number::ONE };
    document.products.get(product).copied().unwrap_or(unnamed)
}

#[cfg(test)]
#[path = "trust_draft_tests.rs"]
mod tests;
