//! Whether a release may be signed, and the signature.
//!
//! The release was read again ([`Release::check`]) and shown
//! ([`super::review_lines`]); here it is held against its trust document and,
//! where the signer has one, against an anchor of their own. Only then, and only if `EPOCH.SEQUENCE` was typed,
//! are the very bytes signed that were shown.

use std::fmt;
use std::path::PathBuf;

use super::files::{self, Access, Existing, FileError, shown};
use super::keyfile::{KeyfileError, SigningKey};
use super::release::{Problem, Release};
use crate::seal::chain::Chain;
use crate::seal::key::{KeyId, PublicKey};
use crate::seal::layout::{SUMS, sums_signature};
use crate::seal::limits::MAX_SUMS_BYTES;
use crate::seal::names::{Identifier, Number};
use crate::seal::signers;
use crate::verify::outcome::{Failure, Outcome};

/// Problems that an error lists; more are counted.
const SHOWN_PROBLEMS: usize = 20;

/// Why a release is not signed.
#[derive(Debug)]
pub enum ReviewError {
    /// The folder is not what its seal says.
    Problems(Vec<Problem>),
    /// The release names another publisher than its chain.
    Publisher(Identifier, Identifier),
    /// The epoch is not the one in the newest trust document.
    Epoch(Number, Number),
    /// Below the floor of the trust document.
    Floor(Number),
    /// Withdrawn by the trust document.
    Withdrawn,
    /// Its chain and the signer's anchor do not agree on this document.
    Fork(u32),
    /// The signer's anchor has a newer document.
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
                write!(f, "the release is not what its seal says")?;
                for problem in problems.iter().take(SHOWN_PROBLEMS) {
                    write!(f, "\n{problem}")?;
                }
                match problems.len().saturating_sub(SHOWN_PROBLEMS) {
                    0 => Ok(()),
                    more => write!(f, "\nand {more} more"),
                }
            }
            Self::Publisher(release, chain) => {
                write!(f, "the release is of {release}, its trust documents of {chain}")
            }
            Self::Epoch(release, trust) => {
                write!(f, "the release has epoch {release}, its trust document says {trust}")
            }
            Self::Floor(floor) => write!(f, "the trust document allows no sequence below {floor}"),
            Self::Withdrawn => write!(f, "the trust document withdraws this very release"),
            Self::Fork(version) => {
                write!(f, "trust document {version} is not the one in your anchor")
            }
            Self::OldTrust(release, anchor) => write!(
                f,
                "the release has trust document {release}, your anchor has {anchor} already"
            ),
            Self::OtherProduct(path) => {
                write!(f, "{} is a release of something else", shown(path))
            }
            Self::NotInRole(id) => write!(f, "key {id} may not sign releases"),
            Self::Cancelled => write!(f, "cancelled, nothing was signed"),
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
            ReviewError::Cancelled => (Outcome::Cancelled, ""),
            ReviewError::NotInRole(_) => (
                Outcome::TrustSetUp,
                "Only keys under \"release\" in the newest trust document sign releases.",
            ),
            ReviewError::OtherProduct(_) => {
                (Outcome::Usage, "--previous wants the release before of the same product.")
            }
            ReviewError::Fork(_) => {
                (Outcome::Fail, "Do not sign it. Ask who built it where its trust comes from.")
            }
            ReviewError::Problems(_) => (
                Outcome::Fail,
                "Do not sign it; find out who changed it, and when. A signature that\n\
                 minisign itself made must be given to mediaseal attach first.",
            ),
            _ => (Outcome::Fail, "Do not sign it. Ask for a newly built release."),
        };
        Self::new(outcome, what, next)
    }
}

/// Holds a release that was read against its trust document and `anchor`.
pub fn judge(
    release: &Release,
    problems: Vec<Problem>,
    anchor: Option<&Chain>,
) -> Result<(), ReviewError> {
    if !problems.is_empty() {
        return Err(ReviewError::Problems(problems));
    }
    let (manifest, chain) = (&release.manifest, &release.chain);
    if let Some(held) = anchor {
        agree(chain, held)?;
    }
    if manifest.publisher != *chain.publisher() {
        let (own, other) = (manifest.publisher.clone(), chain.publisher().clone());
        return Err(ReviewError::Publisher(own, other));
    }
    let epoch = chain.epoch(&manifest.product);
    if manifest.epoch != epoch {
        return Err(ReviewError::Epoch(manifest.epoch, epoch));
    }
    let floor = chain.floor(&manifest.product);
    if manifest.sequence < floor {
        return Err(ReviewError::Floor(floor));
    }
    match chain.withdraws(&release.code()) {
        true => Err(ReviewError::Withdrawn),
        false => Ok(()),
    }
}

/// The release's chain must hold every document that the signer holds.
fn agree(chain: &Chain, held: &Chain) -> Result<(), ReviewError> {
    let both = chain.links().iter().zip(held.links());
    for (own, other) in both {
        if own.code != other.code {
            return Err(ReviewError::Fork(own.document.version));
        }
    }
    match held.length() > chain.length() {
        true => Err(ReviewError::OldTrust(chain.length(), held.length())),
        false => Ok(()),
    }
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
    let path = release.root().join(sums_signature(id));
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
