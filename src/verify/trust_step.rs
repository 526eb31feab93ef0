//! The chain that a check rests on: what is held here, lengthened by what the
//! source proves.
//!
//! Where both have a version, the bytes must be equal: a difference is another
//! publisher or a fork. A document that does not follow ends the step; the
//! good prefix is kept, so that a withdrawal spreads even from a bad medium.

use crate::seal::chain::{Chain, ChainError, SignedDocument};
use crate::seal::layout::{trust_document, trust_signature};
use crate::seal::limits::MAX_TRUST_DOCUMENTS;
use crate::seal::signature::SignatureError;
use crate::seal::trust::TrustDocument;

use super::detail::Detail;
use super::finding::Kind;
use super::seal_files::{NamedSignature, SealFiles};

/// What the step came to.
pub struct TrustStep {
    /// The chain to count signatures with; `None` where nothing may be counted.
    pub chain: Option<Chain>,
    /// What was found on the way.
    pub findings: Vec<Kind>,
}

/// Merges the source's documents into `held`, or, where nothing is held, makes
/// the chain that the source claims for itself.
pub fn merge(held: Option<&Chain>, files: &SealFiles) -> TrustStep {
    let mut findings = Vec::new();
    let brought = files.trust_documents.keys().next_back().copied().unwrap_or(0);
    let unread = |version| files.unread.contains(&trust_document(version));
    if !files.trust_documents.contains_key(&1) {
        if !unread(1) {
            findings.push(Kind::NoTrustDocument);
        }
        // Without its documents a release is still judged by what is held.
        let chain = held.cloned();
        refuse_strays(chain.as_ref(), files, &mut findings);
        return TrustStep { chain, findings };
    }
    let mut chain = held.cloned();
    let known = chain.as_ref().map_or(0, Chain::length);
    for version in 1..=brought {
        let Some(bytes) = files.trust_documents.get(&version) else {
            if !unread(version) {
                findings.push(Kind::TrustGap { version });
            }
            break;
        };
        let beside = files.trust_signatures.get(&version).map_or(&[][..], Vec::as_slice);
        let step = match chain.as_mut() {
            Some(chain) if version <= chain.length() => {
                same_document(chain, version, bytes).map_err(Some)
            }
            Some(chain) => {
                chain.extend(signed(bytes, beside)).map_err(|error| refused(version, &error, files))
            }
            None => match Chain::self_signed(signed(bytes, beside)) {
                Ok(first) => {
                    chain = Some(first);
                    Ok(())
                }
                Err(error) => Err(refused(version, &error, files)),
            },
        };
        if let Err(kind) = step {
            let Some(kind) = kind else { break };
            let other_history = matches!(kind, Kind::Fork { .. } | Kind::OtherPublisher { .. });
            findings.push(kind);
            if other_history {
                // Nobody known here speaks for this source: count nothing.
                return TrustStep { chain: None, findings };
            }
            break;
        }
    }
    if let Some(chain) = chain.as_mut() {
        for (version, beside) in &files.trust_signatures {
            let bytes: Vec<Vec<u8>> = beside.iter().map(|file| file.bytes.clone()).collect();
            chain.add_signatures(*version, &bytes);
        }
    }
    refuse_strays(chain.as_ref(), files, &mut findings);
    if known > 0 && findings.is_empty() && files.unread.is_empty() {
        if brought > known {
            findings.push(Kind::NewerTrustOnMedium { known, brought });
        } else if brought < known {
            findings.push(Kind::OlderTrustOnMedium { known, brought });
        }
    }
    TrustStep { chain, findings }
}

/// Why a document does not follow; `None` where a signature that could not be
/// read may be the one that it lacks.
fn refused(version: u32, error: &ChainError, files: &SealFiles) -> Option<Kind> {
    match error {
        ChainError::Threshold { .. } if files.lacks_a_trust_signature(version) => None,
        error => {
            let detail = Detail::of(|language| error.words(language));
            Some(Kind::TrustDocumentRefused { version, detail })
        }
    }
}

fn signed(bytes: &[u8], beside: &[NamedSignature]) -> SignedDocument {
    SignedDocument {
        bytes: bytes.to_vec(),
        signatures: beside.iter().map(|file| file.bytes.clone()).collect(),
    }
}

/// A document that is held must be the same bytes.
fn same_document(chain: &Chain, version: u32, bytes: &[u8]) -> Result<(), Kind> {
    if chain.link(version).is_some_and(|link| link.signed.bytes == bytes) {
        return Ok(());
    }
    let expected = chain.publisher().clone();
    match TrustDocument::parse(bytes) {
        Ok(document) if document.publisher != expected => {
            Err(Kind::OtherPublisher { found: document.publisher, expected })
        }
        _ => Err(Kind::Fork { version }),
    }
}

/// Every signature file beside a document must be explained, even where the
/// document itself needs none.
fn refuse_strays(chain: Option<&Chain>, files: &SealFiles, findings: &mut Vec<Kind>) {
    for (version, beside) in &files.trust_signatures {
        let accepted = chain.is_some_and(|chain| *version <= chain.length());
        let there = files.trust_documents.contains_key(version);
        let unread = files.unread.contains(&trust_document(*version));
        if (there && !accepted) || unread {
            // The document has its own finding; its signatures prove nothing.
            continue;
        }
        for file in beside {
            let path = trust_signature(*version, file.key_id);
            let reason = match chain.filter(|_| there) {
                None => SignatureError::UnknownKey,
                Some(chain) => match chain.explains(*version, &file.bytes) {
                    Ok(key) if key.id() == file.key_id => continue,
                    Ok(_) => SignatureError::KeyId,
                    Err(reason) => reason,
                },
            };
            findings.push(Kind::TrustSignatureRefused { path, reason });
        }
    }
    debug_assert!(files.trust_documents.len() <= MAX_TRUST_DOCUMENTS);
}

#[cfg(test)]
#[path = "trust_step_tests.rs"]
mod tests;
