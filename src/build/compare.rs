//! A release that exists, beside the same one made again.
//!
//! For the second signer: the payload fetched by oneself, the recipe that was
//! agreed on, and not one byte of the first signer's computer. Signatures and
//! later trust documents are not part of the comparison: they may be added to
//! a release at any time, and `sign` and `check` judge them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use walkdir::WalkDir;

use super::assemble::Assembly;
use super::error::BuildError;
use super::intake::{Progress, digest};
use super::settings::{ReferenceRule, Settings};
use crate::seal::digest::Digest;
use crate::seal::layout::{MANIFEST, SealName, seal_name};
use crate::seal::limits::{MAX_FILES, MAX_MANIFEST_BYTES, MAX_SIGNATURE_FILES};
use crate::seal::manifest::Manifest;
use crate::seal::names::escape;

/// Entries of a release folder that are looked at: every file in a folder of
/// its own, and a full seal.
const MAX_ENTRIES: usize = 2 * MAX_FILES + 2 * MAX_SIGNATURE_FILES;

/// One difference between the release that exists and the one made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The existing release lacks this file.
    Missing(String),
    /// The existing release has this, and the new one has not.
    Extra(String),
    /// A link, or something else that is neither file nor folder.
    NotAFile(String),
    /// Both have it, with other bytes.
    Changed {
        /// The path.
        path: String,
        /// Digest in the existing release.
        existing: Digest,
        /// Digest of what was made again.
        fresh: Digest,
    },
    /// A field of the manifest that differs.
    Field(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "missing: {path}"),
            Self::Extra(path) => write!(f, "not made again: {}", escape(path)),
            Self::NotAFile(path) => write!(f, "neither file nor folder: {}", escape(path)),
            Self::Changed { path, existing, fresh } => {
                write!(f, "changed: {path}\n  there      {existing}\n  made again {fresh}")
            }
            Self::Field(name) => write!(f, "manifest field: {name}"),
        }
    }
}

/// The settings under which the release in `folder` was built, so that it can
/// be made again. The reference rule is the caller's: a second signer asks for
/// himself.
pub fn settings_of(folder: &Path, reference: ReferenceRule) -> Result<Settings, BuildError> {
    let path = folder.join(MANIFEST);
    let metadata = path.symlink_metadata().map_err(BuildError::io(&path, "read"))?;
    if !metadata.is_file() || metadata.len() > MAX_MANIFEST_BYTES as u64 {
        return Err(BuildError::NotARelease(folder.into()));
    }
    let bytes = std::fs::read(&path).map_err(BuildError::io(&path, "read"))?;
    let manifest = Manifest::parse(&bytes).map_err(BuildError::Manifest)?;
    Ok(Settings {
        sequence: manifest.sequence,
        floor: Some(manifest.floor),
        issued: manifest.issued,
        reference,
    })
}

/// Every difference between the release in `folder` and `fresh`, by path; none
/// means that both are the same release.
pub fn compare_release(
    folder: &Path,
    fresh: &Assembly,
    progress: &mut Progress<'_>,
) -> Result<Vec<Difference>, BuildError> {
    let made = fresh.made.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes)));
    let taken = fresh.taken.iter().map(|file| (file.path.clone(), file.sha256));
    let mut expected: BTreeMap<String, Digest> = made.chain(taken).collect();
    let mut differences = Vec::new();
    let walk = WalkDir::new(folder).min_depth(1).follow_links(false).sort_by_file_name();
    for (index, entry) in walk.into_iter().enumerate() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            BuildError::Io { path, doing: "list", error: error.into() }
        })?;
        if index >= MAX_ENTRIES {
            return Err(BuildError::NotARelease(folder.into()));
        }
        let path = release_path(folder, entry.path());
        let kind = entry.file_type();
        if kind.is_dir() {
            let inside = format!("{path}/");
            let explained = fresh.made.iter().map(|(path, _)| path);
            let mut explained = explained.chain(fresh.taken.iter().map(|file| &file.path));
            if !explained.any(|path| path.starts_with(&inside)) {
                differences.push(Difference::Extra(inside));
            }
        } else if !kind.is_file() {
            expected.remove(&path);
            differences.push(Difference::NotAFile(path));
        } else if let Some(fresh) = expected.remove(&path) {
            let (_, existing) = digest(entry.path(), progress)?;
            // One file with other bytes at a time; signatures are judged elsewhere.
            if existing != fresh && !is_signature(&path) {
                differences.push(Difference::Changed { path, existing, fresh });
            }
        } else if !may_be_added(&path) {
            differences.push(Difference::Extra(path));
        }
    }
    let missing = expected.into_keys().filter(|path| !may_be_added(path));
    differences.extend(missing.map(Difference::Missing));
    differences.extend(fields(folder, &fresh.manifest)?);
    Ok(differences)
}

fn is_signature(path: &str) -> bool {
    matches!(seal_name(path), Some(SealName::SumsSignature(_) | SealName::TrustSignature(..)))
}

/// Signatures, and trust documents of a longer chain.
fn may_be_added(path: &str) -> bool {
    is_signature(path) || matches!(seal_name(path), Some(SealName::TrustDocument(_)))
}

/// `path` below `folder` as it would stand on a medium.
fn release_path(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).iter();
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Top-level fields of the manifest that differ; none where the existing one
/// cannot be read, since its bytes differ then.
fn fields(folder: &Path, fresh: &Manifest) -> Result<Vec<Difference>, BuildError> {
    let path = folder.join(MANIFEST);
    let readable = path
        .symlink_metadata()
        .is_ok_and(|file| file.is_file() && file.len() <= MAX_MANIFEST_BYTES as u64);
    if !readable {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(&path).map_err(BuildError::io(&path, "read"))?;
    let Ok(existing) = Manifest::parse(&bytes) else { return Ok(Vec::new()) };
    let (Ok(existing), Ok(fresh)) = (serde_json::to_value(&existing), serde_json::to_value(fresh))
    else {
        return Ok(Vec::new());
    };
    let Some(fresh) = fresh.as_object() else { return Ok(Vec::new()) };
    let differing = fresh.iter().filter(|(name, value)| existing.get(name.as_str()) != Some(value));
    Ok(differing.map(|(name, _)| Difference::Field(name.clone())).collect())
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
