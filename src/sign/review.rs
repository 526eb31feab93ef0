//! Whether a release may be signed, and the signature.
//!
//! The release was judged by the one decision ([`Release::read`]) and shown
//! ([`super::review_lines`]). Only if nothing was found, everything was
//! compared and `EPOCH.SEQUENCE` was typed, are the very bytes signed that were
//! shown.

use std::fmt;
use std::path::PathBuf;

use super::files::{self, Access, Existing, FileError, below, shown};
use super::keyfile::{KeyfileError, SigningKey};
use super::release::{Release, outcome, write_problems};
use crate::seal::key::{KeyId, PublicKey};
use crate::seal::layout::{SUMS, sums_signature};
use crate::seal::limits::MAX_SUMS_BYTES;
use crate::seal::names::Identifier;
use crate::seal::signers;
use crate::verify::finding::Kind;
use crate::verify::outcome::{Failure, Outcome};

/// Why a release is not signed.
#[derive(Debug)]
pub enum ReviewError {
    /// The decision's findings.
    Problems(Vec<Kind>),
    /// Its files were not compared.
    NotCompared,
    /// The signer's anchor has a newer document: the release's, the anchor's.
    OldTrust(u32, u32),
    /// Another product or publisher is given as the release before.
    OtherProduct(PathBuf),
    /// The key holds no `release` role.
    NotInRole(KeyId),
    /// What was typed is not this release.
    Cancelled,
    /// The key failed.
    Key(KeyfileError),
    /// The signature is not counted by the verifier's own rules.
    NotCounted,
    /// `SHA256SUMS` is another one than when it was shown.
    Exchanged,
    /// Writing failed.
    File(FileError),
}

impl fmt::Display for ReviewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(problems) => {
                write!(f, "the release must not be signed")?;
                write_problems(f, problems)
            }
            Self::NotCompared => write!(f, "the files of the release were not compared"),
            Self::OldTrust(release, anchor) => write!(
                f,
                "the release has trust document {release}, your anchor has {anchor} already"
            ),
            Self::OtherProduct(path) => {
                write!(f, "{} is a release of something else", shown(path))
            }
            Self::NotInRole(id) => write!(f, "key {id} may not sign releases"),
            Self::Cancelled => write!(f, "that is not its number: nothing was signed"),
            Self::Key(error) => write!(f, "{error}"),
            Self::NotCounted => write!(f, "the new signature would not count"),
            Self::Exchanged => write!(f, "{SUMS} was exchanged while it was shown"),
            Self::File(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ReviewError {}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            ReviewError::Key(error) => return error.into(),
            ReviewError::File(error) => return error.into(),
            ReviewError::Cancelled => {
                (Outcome::Cancelled, "Read what is shown, then give its number.")
            }
            ReviewError::NotInRole(_) => (
                Outcome::TrustSetUp,
                "Only keys under \"release\" in the newest trust document sign releases.",
            ),
            ReviewError::OtherProduct(_) => {
                (Outcome::Usage, "--previous wants the release before of the same product.")
            }
            ReviewError::Problems(problems) => (
                outcome(&problems),
                "Do not sign it; find out who changed it, and when. A signature that\n\
                 minisign itself made must be given to mediaseal attach first.",
            ),
            _ => (Outcome::Fail, "Do not sign it. Ask for a newly built release."),
        };
        Self::new(outcome, what, next)
    }
}

/// Whether the release may be signed, by the decision that was made of it.
pub fn judge(release: &Release) -> Result<(), ReviewError> {
    let problems: Vec<Kind> = release.problems().cloned().collect();
    if !problems.is_empty() {
        return Err(ReviewError::Problems(problems));
    }
    // Verifiers accept an older chain; a new release has no reason to bring one.
    if let Some((known, brought)) = release.trust_step().filter(|(known, brought)| known > brought)
    {
        return Err(ReviewError::OldTrust(brought, known));
    }
    release.compared.map(|_| ()).ok_or(ReviewError::NotCompared)
}

/// The holder's name, if `key` may sign releases of this chain.
pub fn may_sign(release: &Release, key: &PublicKey) -> Result<Identifier, ReviewError> {
    let role = &release.chain.newest().document.roles.release;
    // Id and point: under another id the signature would not be found.
    let holder = role.keys.iter().find(|holder| holder.public_key == *key);
    holder.map(|holder| holder.name.clone()).ok_or(ReviewError::NotInRole(key.id()))
}

/// True if the key's signature is there and counts.
pub fn is_signed_by(release: &Release, key: &PublicKey) -> bool {
    release.signers.counted.iter().any(|signed| signed.signer.key == *key)
}

/// Signs the bytes of `SHA256SUMS` that were read, if `typed` is this release,
/// and writes the signature into the folder; its path.
pub fn sign(release: &Release, key: &SigningKey, typed: &str) -> Result<PathBuf, ReviewError> {
    judge(release)?;
    may_sign(release, &key.public())?;
    if typed.trim() != release.manifest.position().to_string() {
        return Err(ReviewError::Cancelled);
    }
    let file =
        key.sign(&release.sums_bytes, &release.trusted_comment()).map_err(ReviewError::Key)?;
    let id = key.public().id();
    let count = signers::count(&release.chain, &release.sums_bytes, [(id, file.as_slice())]);
    if count.counted.len() != 1 {
        return Err(ReviewError::NotCounted);
    }
    let path = below(release.root(), &sums_signature(id));
    files::write(&path, &file, Access::Everyone, Existing::Refuse).map_err(ReviewError::File)?;
    // Somebody else may have exchanged the release while it was shown.
    match files::read(&release.root().join(SUMS), MAX_SUMS_BYTES) {
        Ok(bytes) if bytes == release.sums_bytes => Ok(path),
        _ => {
            let _ = std::fs::remove_file(&path);
            Err(ReviewError::Exchanged)
        }
    }
}

/// The line by which minisign itself makes the same signature, run in the
/// release folder, and the one that takes it over.
pub fn stock_commands(release: &Release, id: Option<KeyId>) -> [String; 2] {
    let id = id.map_or("<key-id>".to_string(), |id| id.to_string());
    let (file, comment) = (format!("{SUMS}.{id}.minisig"), release.trusted_comment());
    let folder = shown(release.root());
    [
        format!("minisign -Sm {SUMS} -x {file} -s <your key> -t \"{comment}\""),
        format!("mediaseal attach {folder} {folder}/{file}"),
    ]
}
