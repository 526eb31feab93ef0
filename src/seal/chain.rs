//! The chain: trust documents 1 to N and how each follows the one before.
//!
//! There are two ways into a chain. Documents up to an anchor are accepted by
//! `previous` alone, because their last one's code was compared by a person:
//! root keys that were stolen later are worth nothing against it. Every later
//! document needs the root thresholds of the document before *and* its own.
//! A step may only tighten: epochs and floors do not fall, products and
//! withdrawn codes do not disappear.

use std::fmt;

use super::digest::Digest;
use super::key::PublicKey;
use super::layout::{trust_document, trust_signature};
use super::names::{Identifier, Number};
use super::signature::{Signature, SignatureError, trust_comment};
use super::trust::{Holder, Role, TrustDocument, TrustError, shared_id};
use crate::text::{Language, fill};

/// A trust document as received, with the signature files beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDocument {
    /// The received bytes.
    pub bytes: Vec<u8>,
    /// Signature files as received, in the order of their key ids.
    pub signatures: Vec<Vec<u8>>,
}

/// One accepted document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub document: TrustDocument,
    /// The received bytes and valid signatures.
    pub signed: SignedDocument,
    /// The publisher code: SHA-256 of the received bytes.
    pub code: Digest,
}

/// Accepted documents 1..N; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    links: Vec<Link>,
}

/// Why a document does not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// No document at all.
    Empty,
    /// The document itself is refused.
    Document(TrustError),
    /// Not the next version.
    Gap {
        /// The version that was expected.
        expected: u32,
        /// The version in the document.
        found: u32,
    },
    /// `previous` is not the code of the document before.
    Previous,
    /// Another publisher's.
    Publisher(Identifier),
    /// Two keys of the chain share an id.
    Keys(TrustError),
    /// Too few root keys of a document signed.
    Threshold {
        /// The version whose root role is short.
        of: u32,
        /// Distinct valid keys.
        counted: u32,
        /// The threshold.
        needed: u32,
    },
    /// An epoch or, within an epoch, a floor falls.
    Lowered(Identifier),
    /// A product disappears.
    ProductDropped(Identifier),
    /// A withdrawn code disappears.
    WithdrawnDropped(Digest),
    /// The last document's code is not the expected one.
    Code(Digest),
}

impl ChainError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        match self {
            Self::Empty => faults.chain_empty.to_string(),
            Self::Document(error) | Self::Keys(error) => error.words(language),
            Self::Gap { expected, found } => fill(
                faults.chain_gap,
                &[("expected", expected.to_string()), ("found", found.to_string())],
            ),
            Self::Previous => faults.chain_previous.to_string(),
            Self::Publisher(name) => fill(faults.chain_publisher, &[("name", name.to_string())]),
            Self::Threshold { of, counted, needed } => fill(
                faults.chain_threshold,
                &[
                    ("of", of.to_string()),
                    ("counted", counted.to_string()),
                    ("needed", needed.to_string()),
                ],
            ),
            Self::Lowered(product) => {
                fill(faults.chain_lowered, &[("product", product.to_string())])
            }
            Self::ProductDropped(product) => {
                fill(faults.chain_product_dropped, &[("product", product.to_string())])
            }
            Self::WithdrawnDropped(code) => {
                fill(faults.chain_withdrawn_dropped, &[("code", code.to_string())])
            }
            Self::Code(code) => fill(faults.chain_code, &[("code", code.to_string())]),
        }
    }
}

impl fmt::Display for ChainError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for ChainError {}

impl Chain {
    /// Accepts documents 1..k by `previous` alone, if the last one has `code`.
    pub fn anchored(documents: Vec<SignedDocument>, code: Digest) -> Result<Self, ChainError> {
        let mut chain = Self { links: Vec::new() };
        for signed in documents {
            let link = chain.next_link(signed)?;
            chain.push(link);
        }
        match chain.links.last() {
            None => Err(ChainError::Empty),
            Some(link) if link.code != code => Err(ChainError::Code(link.code)),
            Some(_) => Ok(chain),
        }
    }

    /// Accepts document 1 by its own root keys. What such a chain says is
    /// consistent with itself and nothing more: a counterfeit brings its own.
    pub fn self_signed(first: SignedDocument) -> Result<Self, ChainError> {
        let empty = Self { links: Vec::new() };
        let link = empty.next_link(first)?;
        root_threshold(&link, 1, &link.document.roles.root)?;
        let mut chain = empty;
        chain.push(link);
        Ok(chain)
    }

    /// Accepts the next document by the root keys before it and its own.
    pub fn extend(&mut self, signed: SignedDocument) -> Result<(), ChainError> {
        let link = self.next_link(signed)?;
        let version = link.document.version;
        let newest = self.newest();
        root_threshold(&link, version - 1, &newest.document.roles.root)?;
        root_threshold(&link, version, &link.document.roles.root)?;
        only_tightens(&newest.document, &link.document)?;
        self.push(link);
        Ok(())
    }

    /// Adds an accepted document with those of its signature files that are
    /// explained, one a key. What came beside it is a stranger's: it must never
    /// be stored, or a state could be made that cannot be read again.
    fn push(&mut self, mut link: Link) {
        let offered = std::mem::take(&mut link.signed.signatures);
        self.links.push(link);
        self.add_signatures(self.length(), &offered);
    }

    /// Every rule of a next document but its signatures.
    fn next_link(&self, signed: SignedDocument) -> Result<Link, ChainError> {
        let document = TrustDocument::parse(&signed.bytes).map_err(ChainError::Document)?;
        let expected = self.links.len() as u32 + 1;
        if document.version != expected {
            return Err(ChainError::Gap { expected, found: document.version });
        }
        if let Some(last) = self.links.last() {
            if document.publisher != last.document.publisher {
                return Err(ChainError::Publisher(document.publisher));
            }
            if document.previous != Some(last.code) {
                return Err(ChainError::Previous);
            }
        }
        shared_id(self.holders().chain(document.holders())).map_err(ChainError::Keys)?;
        let code = Digest::of(&signed.bytes);
        Ok(Link { document, signed, code })
    }

    /// The accepted documents, 1 first.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The newest document.
    pub fn newest(&self) -> &Link {
        // Every constructor leaves at least one link and none is ever removed.
        &self.links[self.links.len() - 1]
    }

    /// Document `version`, if the chain has it.
    pub fn link(&self, version: u32) -> Option<&Link> {
        self.links.get((version as usize).checked_sub(1)?)
    }

    /// How many documents; also the newest one's version.
    pub fn length(&self) -> u32 {
        self.links.len() as u32
    }

    /// The publisher.
    pub fn publisher(&self) -> &Identifier {
        &self.newest().document.publisher
    }

    /// Every holder of every document.
    pub fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.links.iter().flat_map(|link| link.document.holders())
    }

    /// The epoch of a product in the newest document.
    pub fn epoch(&self, product: &Identifier) -> Number {
        self.newest().document.epoch(product)
    }

    /// The floor of a product: the highest that an accepted document names for
    /// the newest epoch. (A step cannot lower it; documents under an anchor
    /// were accepted without that rule, so all of them are asked.)
    pub fn floor(&self, product: &Identifier) -> Number {
        let epoch = self.epoch(product);
        let rules = self.links.iter().filter_map(|link| link.document.products.get(product));
        let floors = rules.filter(|rule| rule.epoch == epoch).map(|rule| rule.floor);
        floors.max().unwrap_or(Number::ONE)
    }

    /// True if any accepted document withdraws the release `code`.
    pub fn withdraws(&self, code: &Digest) -> bool {
        self.links.iter().any(|link| link.document.withdrawn.binary_search(code).is_ok())
    }

    /// Adds signatures, valid for document `version`, that are not there yet.
    pub fn add_signatures(&mut self, version: u32, files: &[Vec<u8>]) {
        for file in files {
            let Ok(key) = self.explains(version, file) else {
                continue;
            };
            let link = &mut self.links[version as usize - 1];
            let id = |bytes: &Vec<u8>| Signature::parse(bytes).map(|s| s.key_id()).ok();
            // One file a key: a key can make many valid signatures.
            if link.signed.signatures.iter().all(|there| id(there) != Some(key.id())) {
                link.signed.signatures.push(file.clone());
                link.signed.signatures.sort_by_key(id);
            }
        }
    }

    /// Why a signature file beside document `version` is explained, or not:
    /// a valid signature by a root key of the document before or its own.
    pub fn explains(&self, version: u32, file: &[u8]) -> Result<PublicKey, SignatureError> {
        let link = self.link(version).ok_or(SignatureError::UnknownKey)?;
        let before = version.checked_sub(1).and_then(|before| self.link(before));
        let roots = before.into_iter().chain([link]).map(|link| &link.document.roles.root);
        let holders = roots.flat_map(|role| &role.keys);
        valid_signature(link, file, holders)
    }

    /// The chain's files as they stand on a medium: path and bytes.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for link in &self.links {
            let version = link.document.version;
            files.push((trust_document(version), link.signed.bytes.clone()));
            for bytes in &link.signed.signatures {
                if let Ok(signature) = Signature::parse(bytes) {
                    files.push((trust_signature(version, signature.key_id()), bytes.clone()));
                }
            }
        }
        files
    }
}

/// A valid signature over `link` by one of `holders`.
fn valid_signature<'a>(
    link: &Link,
    file: &[u8],
    mut holders: impl Iterator<Item = &'a Holder>,
) -> Result<PublicKey, SignatureError> {
    let signature = Signature::parse(file)?;
    let holder = holders
        .find(|holder| holder.public_key.id() == signature.key_id())
        .ok_or(SignatureError::UnknownKey)?;
    signature.verify(&holder.public_key, &link.signed.bytes)?;
    let comment = trust_comment(&link.document.publisher, link.document.version);
    match signature.trusted_comment() == comment {
        true => Ok(holder.public_key),
        false => Err(SignatureError::OtherDocument),
    }
}

/// Distinct public keys of `role` that validly signed `link`. The one count
/// of root signatures, for verifier and builder alike.
pub fn root_signers<'a>(link: &Link, role: &'a Role) -> Vec<&'a Holder> {
    let valid: Vec<PublicKey> = (link.signed.signatures.iter())
        .filter_map(|file| valid_signature(link, file, role.keys.iter()).ok())
        .collect();
    role.keys.iter().filter(|h| valid.iter().any(|k| k.point() == h.public_key.point())).collect()
}

fn root_threshold(link: &Link, of: u32, role: &Role) -> Result<(), ChainError> {
    let counted = root_signers(link, role).len() as u32;
    match counted >= role.threshold {
        true => Ok(()),
        false => Err(ChainError::Threshold { of, counted, needed: role.threshold }),
    }
}

/// A step may raise epochs and floors and withdraw more, never the reverse.
pub fn only_tightens(before: &TrustDocument, after: &TrustDocument) -> Result<(), ChainError> {
    for (product, old) in &before.products {
        let new = after.products.get(product);
        let new = new.ok_or_else(|| ChainError::ProductDropped(product.clone()))?;
        if new.epoch < old.epoch || (new.epoch == old.epoch && new.floor < old.floor) {
            return Err(ChainError::Lowered(product.clone()));
        }
    }
    let dropped = before.withdrawn.iter().find(|c| after.withdrawn.binary_search(c).is_err());
    match dropped {
        Some(code) => Err(ChainError::WithdrawnDropped(*code)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
