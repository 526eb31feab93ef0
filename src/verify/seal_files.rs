//! The files under `SEAL/` as a source has them: bounded, sorted by meaning,
//! not yet believed.

use std::collections::{BTreeMap, BTreeSet};

use crate::medium::FileSpec;
use crate::seal::key::KeyId;
use crate::seal::layout::{
    MANIFEST, SUMS, SealName, seal_name, sums_signature, trust_document, trust_signature,
};
use crate::seal::limits::{
    MAX_MANIFEST_BYTES, MAX_SIGNATURE_BYTES, MAX_SIGNATURE_FILES, MAX_SUMS_BYTES, MAX_TRUST_BYTES,
};
use crate::source::SourceError;
use crate::text::fill;

use super::detail::Detail;
use super::finding::{Kind, Spot};

/// A signature file: the key id of its name, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSignature {
    /// From the file's name.
    pub key_id: KeyId,
    /// As received.
    pub bytes: Vec<u8>,
}

/// Everything under `SEAL/` that a seal may have.
#[derive(Clone, Debug, Default)]
pub struct SealFiles {
    /// `SEAL/SHA256SUMS`
    pub sums: Option<Vec<u8>>,
    /// `SEAL/manifest.json`
    pub manifest: Option<Vec<u8>>,
    /// Signatures beside `SHA256SUMS`, in the order of their names.
    pub signatures: Vec<NamedSignature>,
    /// `SEAL/trust/N.json` by N.
    pub trust_documents: BTreeMap<u32, Vec<u8>>,
    /// Signatures beside each trust document.
    pub trust_signatures: BTreeMap<u32, Vec<NamedSignature>>,
    /// Paths of files that are there and that the system could not read. What
    /// they hold is not known, so nothing may be called missing for their sake.
    pub unread: BTreeSet<String>,
}

/// How reading one file of the seal went wrong.
pub enum ReadFault {
    /// Longer than the limit.
    TooLong,
    /// Input or output; what the system says.
    Io(Detail),
    /// The source contradicts itself: the file counts as absent.
    Malformed(Detail),
}

impl From<SourceError> for ReadFault {
    fn from(error: SourceError) -> Self {
        let detail = Detail::of(|language| error.words(language));
        match error {
            SourceError::TooLong { .. } => Self::TooLong,
            SourceError::Io { .. }
            | SourceError::PermissionDenied { .. }
            | SourceError::Busy { .. } => Self::Io(detail),
            _ => Self::Malformed(detail),
        }
    }
}

/// Reads the file at a path, at most so many bytes.
pub type ReadBounded<'a> = dyn FnMut(&str, usize) -> Result<Vec<u8>, ReadFault> + 'a;

impl SealFiles {
    /// Reads what `paths` names under `SEAL/`. Names that no seal has are left
    /// to the closure; faults become findings and the file counts as absent.
    pub fn gather<'a>(
        paths: impl IntoIterator<Item = &'a str>,
        read: &mut ReadBounded<'_>,
    ) -> (Self, Vec<Kind>) {
        let mut named: Vec<(&str, SealName)> =
            paths.into_iter().filter_map(|path| Some((path, seal_name(path)?))).collect();
        named.sort_by_key(|(path, _)| *path);
        named.dedup_by_key(|(path, _)| *path);
        let mut files = Self::default();
        let mut findings = Vec::new();
        let mut signatures = 0;
        for (path, name) in named {
            let limit = match name {
                SealName::Sums => MAX_SUMS_BYTES,
                SealName::Manifest => MAX_MANIFEST_BYTES,
                SealName::TrustDocument(_) => MAX_TRUST_BYTES,
                SealName::SumsSignature(_) | SealName::TrustSignature(..) => MAX_SIGNATURE_BYTES,
            };
            if limit == MAX_SIGNATURE_BYTES {
                signatures += 1;
                if signatures > MAX_SIGNATURE_FILES {
                    let limit = [("limit", MAX_SIGNATURE_FILES.to_string())];
                    let detail = Detail::of(|language| {
                        fill(language.table().remarks.too_many_signatures, &limit)
                    });
                    findings.push(Kind::ListingGivenUp { detail });
                    break;
                }
            }
            match read(path, limit) {
                Ok(bytes) => files.put(name, bytes),
                Err(ReadFault::TooLong) => {
                    findings.push(Kind::SealFileTooLong { path: path.to_string(), limit });
                }
                Err(ReadFault::Io(detail)) => {
                    files.unread.insert(path.to_string());
                    let place = Spot::Path(path.to_string());
                    findings.push(Kind::ReadError { place, detail });
                }
                Err(ReadFault::Malformed(detail)) => {
                    let place = Spot::Path(path.to_string());
                    findings.push(Kind::ReadError { place, detail });
                }
            }
        }
        (files, findings)
    }

    fn put(&mut self, name: SealName, bytes: Vec<u8>) {
        match name {
            SealName::Sums => self.sums = Some(bytes),
            SealName::Manifest => self.manifest = Some(bytes),
            SealName::SumsSignature(key_id) => {
                self.signatures.push(NamedSignature { key_id, bytes });
            }
            SealName::TrustDocument(version) => {
                self.trust_documents.insert(version, bytes);
            }
            SealName::TrustSignature(version, key_id) => {
                let beside = self.trust_signatures.entry(version).or_default();
                beside.push(NamedSignature { key_id, bytes });
            }
        }
    }

    /// Notes what every seal has and what is not here only since the folder that
    /// it lies in could not be looked into.
    pub fn not_seen(&mut self, hidden: impl Fn(&str) -> bool) {
        let first = trust_document(1);
        let here = [
            (SUMS, self.sums.is_some()),
            (MANIFEST, self.manifest.is_some()),
            (first.as_str(), self.trust_documents.contains_key(&1)),
        ];
        let unseen = here.into_iter().filter(|(path, here)| !here && hidden(path));
        self.unread.extend(unseen.map(|(path, _)| path.to_string()));
    }

    /// True where a signature over `SHA256SUMS` could not be read.
    pub fn lacks_a_signature(&self) -> bool {
        let is = |path: &String| matches!(seal_name(path), Some(SealName::SumsSignature(_)));
        self.unread.iter().any(is)
    }

    /// True where a signature over trust document `version` could not be read.
    pub fn lacks_a_trust_signature(&self, version: u32) -> bool {
        let is = |path: &String| matches!(seal_name(path), Some(SealName::TrustSignature(of, _)) if of == version);
        self.unread.iter().any(is)
    }

    /// Every file with its path, as it stands on the medium.
    pub fn entries(&self) -> Vec<(String, &[u8])> {
        let mut entries: Vec<(String, &[u8])> = Vec::new();
        let fixed = [(SUMS, &self.sums), (MANIFEST, &self.manifest)];
        for (path, bytes) in fixed {
            entries.extend(bytes.as_deref().map(|bytes| (path.to_string(), bytes)));
        }
        for file in &self.signatures {
            entries.push((sums_signature(file.key_id), &file.bytes));
        }
        for (version, bytes) in &self.trust_documents {
            entries.push((trust_document(*version), bytes));
        }
        for (version, beside) in &self.trust_signatures {
            for file in beside {
                entries.push((trust_signature(*version, file.key_id), &file.bytes));
            }
        }
        entries
    }

    /// The same for the renderer: everything under `SEAL/` as found.
    pub fn specs(&self) -> Vec<FileSpec> {
        self.entries()
            .into_iter()
            .map(|(path, bytes)| FileSpec::known(path, bytes.to_vec()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_by_meaning_and_bounded() {
        let signature = "SEAL/SHA256SUMS.0000000000000001.minisig";
        let trust = "SEAL/trust/1.json.0000000000000002.minisig";
        let paths =
            ["README.TXT", SUMS, MANIFEST, signature, trust, "SEAL/trust/1.json", "SEAL/x", SUMS];
        let mut asked = Vec::new();
        let (files, findings) = SealFiles::gather(paths, &mut |path, limit| {
            asked.push(path.to_string());
            match path {
                MANIFEST => Err(ReadFault::TooLong),
                _ => Ok(vec![0; limit.min(3)]),
            }
        });
        assert_eq!(asked.len(), 5, "each once, strangers never");
        assert!(files.manifest.is_none());
        let too_long = Kind::SealFileTooLong { path: MANIFEST.into(), limit: MAX_MANIFEST_BYTES };
        assert_eq!(findings, [too_long]);
        let paths: Vec<String> = files.entries().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [SUMS, signature, "SEAL/trust/1.json", trust]);
    }

    #[test]
    fn faults_of_a_source_are_told_apart() {
        use crate::source::{Doing, Oddity};
        let place = || "SEAL".to_string();
        let too_long = SourceError::TooLong { path: place(), limit: 1 };
        assert!(matches!(too_long.into(), ReadFault::TooLong));
        let source = std::io::Error::other("gone");
        let failed = SourceError::Io { place: place(), doing: Doing::Reading, source };
        assert!(matches!(failed.into(), ReadFault::Io(_)));
        assert!(matches!(SourceError::Busy { place: place() }.into(), ReadFault::Io(_)));
        let odd = SourceError::Malformed { place: place(), what: Oddity::SecondLabel };
        assert!(matches!(odd.into(), ReadFault::Malformed(_)));
    }

    #[test]
    fn endless_signature_files_end() {
        let paths: Vec<String> =
            (0..2000u64).map(|n| format!("SEAL/SHA256SUMS.{n:016X}.minisig")).collect();
        let mut reads = 0;
        let (_, findings) = SealFiles::gather(paths.iter().map(String::as_str), &mut |_, _| {
            reads += 1;
            Ok(Vec::new())
        });
        assert_eq!(reads, MAX_SIGNATURE_FILES);
        assert!(matches!(findings[..], [Kind::ListingGivenUp { .. }]));
    }
}
