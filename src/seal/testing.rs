//! Keys and documents for unit tests; nothing of it is in a program.

use std::collections::BTreeMap;

use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::{Signer as _, SigningKey};

use super::chain::{Chain, SignedDocument};
use super::digest::Digest;
use super::key::{KeyId, PublicKey};
use super::names::Identifier;
use super::signature::{Signature, trust_comment};
use super::trust::{FORMAT, Holder, Role, Roles, TrustDocument};

/// A signing key that follows from one byte.
pub(crate) struct TestKey {
    secret: SigningKey,
    pub(crate) public: PublicKey,
    pub(crate) name: Identifier,
}

impl TestKey {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let public = PublicKey::new(KeyId([seed; 8]), secret.verifying_key().to_bytes()).unwrap();
        Self { secret, public, name: Identifier::parse(&format!("key-{seed}")).unwrap() }
    }

    /// The same key under another id.
    pub(crate) fn with_id(mut self, id: [u8; 8]) -> Self {
        self.public = PublicKey::new(KeyId(id), self.public.point()).unwrap();
        self
    }

    pub(crate) fn sign(&self, message: &[u8], comment: &str) -> Vec<u8> {
        let signature = self.secret.sign(&Blake2b512::digest(message)).to_bytes();
        let covered = [&signature[..], comment.as_bytes()].concat();
        let global = self.secret.sign(&covered).to_bytes();
        Signature::new(self.public.id(), signature, comment.to_string(), global).print()
    }

    pub(crate) fn holder(&self) -> Holder {
        Holder { name: self.name.clone(), public_key: self.public }
    }
}

pub(crate) fn role(threshold: u32, keys: &[&TestKey]) -> Role {
    Role { threshold, keys: keys.iter().map(|key| key.holder()).collect() }
}

pub(crate) fn first_document(root: Role, release: Role) -> TrustDocument {
    TrustDocument {
        format: FORMAT,
        publisher: Identifier::parse("example-support").unwrap(),
        version: 1,
        previous: None,
        roles: Roles { root, release },
        products: BTreeMap::new(),
        withdrawn: Vec::new(),
    }
}

/// The document after `chain`, unchanged but for `change`.
pub(crate) fn next_document(
    chain: &Chain,
    change: impl FnOnce(&mut TrustDocument),
) -> TrustDocument {
    let newest = chain.newest();
    let mut document = newest.document.clone();
    document.version += 1;
    document.previous = Some(newest.code);
    change(&mut document);
    document
}

/// `document`, signed by `keys`, without any check.
pub(crate) fn signed(document: &TrustDocument, keys: &[&TestKey]) -> SignedDocument {
    let bytes = super::json::print(document).unwrap();
    let comment = trust_comment(&document.publisher, document.version);
    let signatures = keys.iter().map(|key| key.sign(&bytes, &comment)).collect();
    SignedDocument { bytes, signatures }
}

/// A chain of one document that was accepted by its code.
pub(crate) fn chain(document: &TrustDocument, keys: &[&TestKey]) -> Chain {
    let first = signed(document, keys);
    let code = Digest::of(&first.bytes);
    Chain::anchored(vec![first], code).unwrap()
}
