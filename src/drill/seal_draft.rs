//! A release that may be changed in every way: read from a good folder, spoiled
//! in memory, written to a new one.
//!
//! Files under `SEAL/` are held, all others stay where they are until they are
//! copied, so that a payload of gigabytes costs no memory. Nothing here checks
//! what it writes: that is the point of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{DrillError, Keys, files_of, unsuitable};
use crate::seal::digest::Digest;
use crate::seal::layout::{MANIFEST, SUMS, SealName, seal_name, sums_signature, trust_document};
use crate::seal::layout::{SEAL_FOLDER, trust_signature};
use crate::seal::limits::MAX_MANIFEST_BYTES;
use crate::seal::manifest::Manifest;
use crate::seal::signature::{release_comment, trust_comment};
use crate::seal::sums::Sums;
use crate::seal::trust::TrustDocument;
use crate::sign::files;
use crate::sign::keyfile::SigningKey;
use crate::store::Existing;
use crate::store::folder::Access;
use crate::store::tree::AtomicFolder;

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
enum Held {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// A release between good and bad.
#[derive(Clone, Debug)]
pub struct Draft {
    files: BTreeMap<String, Held>,
}

impl Draft {
    /// Reads the release folder `good`.
    pub fn read(good: &Path) -> Result<Self, DrillError> {
        let mut files = BTreeMap::new();
        for (name, path) in files_of(good)? {
            let held = match name.split('/').next() == Some(SEAL_FOLDER) {
                true => Held::Bytes(files::read(&path, MAX_MANIFEST_BYTES)?),
                false => Held::File(path),
            };
            files.insert(name, held);
        }
        Ok(Self { files })
    }

    /// A folder with nothing in it.
    pub fn clear(&mut self) {
        self.files.clear();
    }

    /// Names of all files.
    pub fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// The bytes of a file of the seal.
    pub fn bytes(&self, path: &str) -> Result<&[u8], DrillError> {
        match self.files.get(path) {
            Some(Held::Bytes(bytes)) => Ok(bytes),
            _ => Err(unsuitable(format!("{path} is not there"))),
        }
    }

    /// Puts a file there, or replaces it.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Held::Bytes(bytes.into()));
    }

    /// Takes a file of another draft.
    pub fn take(&mut self, path: &str, other: &Self) -> Result<(), DrillError> {
        let held = other.files.get(path).ok_or_else(|| unsuitable(format!("no {path}")))?;
        self.files.insert(path.to_string(), held.clone());
        Ok(())
    }

    /// Removes a file, which must be there.
    pub fn remove(&mut self, path: &str) -> Result<Vec<u8>, DrillError> {
        match self.files.remove(path) {
            Some(Held::Bytes(bytes)) => Ok(bytes),
            Some(Held::File(_)) => Ok(Vec::new()),
            None => Err(unsuitable(format!("{path} is not there"))),
        }
    }

    /// Changes the bytes of a file of the seal; they must come out other than
    /// before.
    pub fn change(
        &mut self,
        path: &str,
        change: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<(), DrillError> {
        let before = self.bytes(path)?;
        let after = change(before);
        if after == before {
            return Err(unsuitable(format!("{path} has nothing to change")));
        }
        self.put(path, after);
        Ok(())
    }

    /// The manifest.
    pub fn manifest(&self) -> Result<Manifest, DrillError> {
        Manifest::parse(self.bytes(MANIFEST)?).map_err(unsuitable)
    }

    /// The newest trust document.
    pub fn newest(&self) -> Result<TrustDocument, DrillError> {
        let numbers = self.names();
        let newest = numbers.iter().filter_map(|name| match seal_name(name) {
            Some(SealName::TrustDocument(version)) => Some(version),
            _ => None,
        });
        let newest = newest.max().ok_or_else(|| unsuitable("no trust document"))?;
        TrustDocument::parse(self.bytes(&trust_document(newest))?).map_err(unsuitable)
    }

    /// Removes the signatures over `SHA256SUMS`.
    pub fn unsign(&mut self) {
        self.files.retain(|name, _| !matches!(seal_name(name), Some(SealName::SumsSignature(_))));
    }

    /// The comment of a signature over this release.
    pub fn comment(&self) -> Result<String, DrillError> {
        let manifest = self.manifest()?;
        let position = manifest.position();
        Ok(release_comment(&manifest.publisher, &manifest.product, &manifest.version, position))
    }

    /// Signs `SHA256SUMS` as it is, with any comment.
    pub fn sign(&mut self, key: &SigningKey, comment: &str) -> Result<(), DrillError> {
        let file = key.sign(self.bytes(SUMS)?, comment)?;
        self.put(sums_signature(key.public().id()), file);
        Ok(())
    }

    /// Signs again with both release keys, whatever the manifest says now;
    /// `comment` is the one of the good release unless something else is meant.
    pub fn sign_again(&mut self, keys: &Keys<'_>, comment: &str) -> Result<(), DrillError> {
        self.unsign();
        keys.release.iter().try_for_each(|key| self.sign(key, comment))
    }

    /// Puts `bytes` in the manifest's place and its hash into `SHA256SUMS`,
    /// and signs.
    pub fn seal_manifest(
        &mut self,
        bytes: Vec<u8>,
        keys: &Keys<'_>,
        comment: &str,
    ) -> Result<(), DrillError> {
        if bytes == self.bytes(MANIFEST)? {
            return Err(unsuitable("the manifest has nothing to change"));
        }
        let sums = Sums::parse(self.bytes(SUMS)?).map_err(unsuitable)?;
        let mut lines = sums.lines().to_vec();
        for line in lines.iter_mut().filter(|line| line.0 == MANIFEST) {
            line.1 = Digest::of(&bytes);
        }
        self.put(MANIFEST, bytes);
        self.put(SUMS, Sums::new(lines).map_err(unsuitable)?.print());
        self.sign_again(keys, comment)
    }

    /// Puts a trust document there, with signatures by `signers` over exactly
    /// these bytes that name it as `version`.
    pub fn put_trust(
        &mut self,
        version: u32,
        bytes: &[u8],
        signers: &[&SigningKey],
    ) -> Result<(), DrillError> {
        let publisher = self.newest()?.publisher;
        let comment = trust_comment(&publisher, version);
        for key in signers {
            let file = key.sign(bytes, &comment)?;
            self.put(trust_signature(version, key.public().id()), file);
        }
        self.put(trust_document(version), bytes);
        Ok(())
    }

    /// Writes the folder `out`, which must not be there; whole or not at all.
    pub fn write(&self, out: &Path) -> Result<(), DrillError> {
        let folder = AtomicFolder::create_at(out, Access::Everyone, Existing::Refuse)?;
        for (name, held) in &self.files {
            match held {
                Held::Bytes(bytes) => folder.write_file(name, bytes)?,
                Held::File(path) => {
                    let mut from = File::open(path).map_err(DrillError::io(path, "open"))?;
                    let mut to = folder.create_file(name)?;
                    io::copy(&mut from, &mut to).map_err(DrillError::io(path, "copy"))?;
                }
            }
        }
        Ok(folder.commit()?)
    }
}
